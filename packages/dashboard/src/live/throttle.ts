// Work that is asked for any number of times and done as often as is good: at once if it can be, never twice at a time, and
// more rarely the longer it takes, so that what is slow does not keep the server busy.

/** After work that took a second, this many seconds of rest. */
const REST_PER_WORK = 4;
/** However long it took: it may have been waiting for a server that was away. */
const MAX_REST_MS = 10_000;

export class Throttle {
  readonly #gapMs: number;
  readonly #work: () => Promise<unknown>;
  #state: 'idle' | 'working' | 'resting' | 'stopped' = 'idle';
  #asked = false;
  #rest: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param gapMs from one beginning to the next at least, in milliseconds
   * @param work never rejects
   */
  constructor(gapMs: number, work: () => Promise<unknown>) {
    this.#gapMs = gapMs;
    this.#work = work;
  }

  /** Asks for the work to be begun after this moment. */
  ask(): void {
    if (this.#state === 'idle') void this.#do();
    else this.#asked = true;
  }

  /** Begins nothing any more. */
  stop(): void {
    this.#state = 'stopped';
    clearTimeout(this.#rest);
  }

  async #do(): Promise<void> {
    this.#asked = false;
    this.#state = 'working';
    const began = performance.now();
    await this.#work();
    const tookMs = performance.now() - began;
    if (this.#isStopped()) return;
    this.#state = 'resting';
    this.#rest = setTimeout(
      () => {
        this.#state = 'idle';
        if (this.#asked) void this.#do();
      },
      Math.max(this.#gapMs - tookMs, Math.min(REST_PER_WORK * tookMs, MAX_REST_MS)),
    );
  }

  /** It may have been stopped while something was awaited. */
  #isStopped(): boolean {
    return this.#state === 'stopped';
  }
}

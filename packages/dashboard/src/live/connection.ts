// Keeps the live stream open: reads it to its end, comes back with the id of the last message, and never gives up: a stream
// that is refused, cut or silent is tried again, more and more rarely.
import { type ServerSent, ServerSentReader } from './server-sent.ts';

/** Before the first try again, in milliseconds; all streams end when the server is started anew. */
export const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 30_000;
/** The server says something every 15 s; a connection that is silent for longer than this is dead. */
export const SILENCE_MS = 40_000;

interface ConnectionParts {
  /**
   * Asks for the stream.
   * @param lastId the id of the last message that was received
   */
  readonly open: (lastId: string | undefined, signal: AbortSignal) => Promise<Response>;
  readonly onMessage: (message: ServerSent) => void;
  /** Whether the stream flows now. */
  readonly onFlow: (flows: boolean) => void;
}

export class Connection {
  readonly #parts: ConnectionParts;
  #lastId: string | undefined;
  #flows = false;
  #running: AbortController | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  /** Opens the stream and keeps it open until `stop`. After a stop, what was missed comes first. */
  start(): void {
    if (this.#running !== undefined) return;
    this.#running = new AbortController();
    void this.#keep(this.#running.signal);
  }

  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#flow(false);
  }

  async #keep(stopped: AbortSignal): Promise<void> {
    let waitMs = FIRST_WAIT_MS;
    while (!stopped.aborted) {
      const flowed = await this.#read(stopped);
      if (stopped.aborted) return;
      this.#flow(false);
      if (flowed) waitMs = FIRST_WAIT_MS;
      await wait(waitMs, stopped);
      waitMs = Math.min(2 * waitMs, MAX_WAIT_MS);
    }
  }

  /** @returns whether the stream flowed until it ended */
  async #read(stopped: AbortSignal): Promise<boolean> {
    const dead = new AbortController();
    const watch = () => setTimeout(() => dead.abort(), SILENCE_MS);
    let watchdog = watch();
    let flowed = false;
    try {
      const response = await this.#parts.open(this.#lastId, AbortSignal.any([stopped, dead.signal]));
      if (!response.ok || response.body === null) return false;
      const messages = new ServerSentReader();
      const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value } = await pieces.read();
        if (value === undefined || stopped.aborted) return flowed;
        clearTimeout(watchdog);
        watchdog = watch();
        flowed = true;
        this.#flow(true);
        for (const message of messages.read(value)) {
          this.#lastId = message.id ?? this.#lastId;
          this.#parts.onMessage(message);
        }
      }
    } catch {
      // Refused, cut, stopped or no stream at all: whichever it was, what follows is the same.
      return flowed;
    } finally {
      clearTimeout(watchdog);
      // The rest of the response is not wanted.
      dead.abort();
    }
  }

  #flow(flows: boolean): void {
    if (this.#flows === flows) return;
    this.#flows = flows;
    this.#parts.onFlow(flows);
  }
}

async function wait(ms: number, stopped: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  const timer = setTimeout(resolve, ms);
  stopped.addEventListener('abort', stop);
  await promise;
  clearTimeout(timer);
  stopped.removeEventListener('abort', stop);
}

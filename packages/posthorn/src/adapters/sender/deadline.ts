// A deadline that is kept: never early, a millisecond or two late, and not lost by a process that stood still.

/** Longest single timer: Node fires at once what is further away than 2^31 - 1 ms, so a long wait is cut into pieces. */
const MAX_TIMER_MS = 3_600_000;

export interface Expiring {
  /** The time is up. Not called after `cancel`. */
  expired(): void;
}

/**
 * Tells its owner once that the time is up. It first lets one turn of the event loop pass: after a pause of the whole
 * process (SIGSTOP, a virtual machine asleep) timers run before sockets, and a reply that lay ready all along would lose.
 */
export class Deadline {
  readonly #owner: Expiring;
  readonly #at: number;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;

  /** @param ms from now */
  constructor(ms: number, owner: Expiring) {
    this.#owner = owner;
    this.#at = performance.now() + ms;
    this.#timer = setTimeout(Deadline.#look, Math.min(ms, MAX_TIMER_MS), this);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    if (this.#turn !== undefined) clearImmediate(this.#turn);
  }

  /** Node counts whole milliseconds of its loop's clock, so a timer may fire a fraction of one too early. */
  static #look(deadline: Deadline): void {
    const leftMs = deadline.#at - performance.now();
    if (leftMs > 0) {
      deadline.#timer = setTimeout(Deadline.#look, Math.min(Math.ceil(leftMs), MAX_TIMER_MS), deadline);
    } else {
      deadline.#turn = setImmediate(Deadline.#expire, deadline);
    }
  }

  static #expire(deadline: Deadline): void {
    deadline.#owner.expired();
  }
}

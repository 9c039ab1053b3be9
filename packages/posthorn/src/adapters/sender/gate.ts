// New connections are begun a few at a time. A TLS handshake keeps the thread busy for about a millisecond, so a thousand
// begun at once would all still be shaking hands when their second is over, and every receiver would be blamed for it.

/**
 * Connections begun per turn of the event loop. What is under way has its turn first, so this keeps pace with the machine:
 * a busy loop begins as many as it finishes, and an idle one begins thousands in a second, whatever dead hosts keep waiting.
 */
const PER_TURN = 4;

export interface Waiter {
  /**
   * Its turn has come. Its time has not been running so far.
   * @returns whether it began a connection; not if one has become free meanwhile, or nobody waits for it any more
   */
  turn(): boolean;
}

export class Gate {
  readonly #waiting = new Set<Waiter>();
  #begun = 0;
  #scheduled = false;

  /** Gives a waiter its turn: at once if there is room, else when those before it have had theirs. */
  enter(waiter: Waiter): void {
    this.#waiting.add(waiter);
    this.#admit();
  }

  /** Takes a waiter out of the line. */
  leave(waiter: Waiter): void {
    this.#waiting.delete(waiter);
  }

  #admit(): void {
    for (const waiter of this.#waiting) {
      if (this.#begun >= PER_TURN) break;
      this.#waiting.delete(waiter);
      if (waiter.turn()) this.#begun += 1;
    }
    if (this.#scheduled || this.#begun === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#begun = 0;
      this.#admit();
    });
  }
}

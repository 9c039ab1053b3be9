// New connections are begun a few at a time. A TLS handshake keeps the thread busy for about a millisecond, so a thousand
// begun at once would all still be shaking hands when their second is over, and every receiver would be blamed for it.

/**
 * Connections begun per turn of the event loop. Connections under way have their turn first, so this keeps pace with the machine:
 * a busy loop begins as many as it finishes, and an idle one begins thousands in a second, whatever dead hosts keep waiting.
 */
const PER_TURN = 4;

export interface Dialer {
  /**
   * It may begin one connection.
   * @returns whether it did; not if nobody waits for one any more
   */
  begin(): boolean;
}

export class DialLimit {
  /** How many each is to begin. The first in line has the next turn, and stands at the end after it. */
  readonly #wanted = new Map<Dialer, number>();
  #begun = 0;
  #scheduled = false;

  /** Lets it begin `count` connections and no more: at once while there is room, else in turn with the others. */
  want(dialer: Dialer, count: number): void {
    if (count > 0) this.#wanted.set(dialer, count);
    else this.#wanted.delete(dialer);
    this.#admit();
  }

  /** How many it may still begin. */
  wanted(dialer: Dialer): number {
    return this.#wanted.get(dialer) ?? 0;
  }

  #admit(): void {
    for (const [dialer, count] of this.#wanted) {
      if (this.#begun >= PER_TURN) break;
      this.#wanted.delete(dialer);
      // A map's iteration comes to what is added while it lasts.
      if (count > 1) this.#wanted.set(dialer, count - 1);
      if (dialer.begin()) this.#begun += 1;
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

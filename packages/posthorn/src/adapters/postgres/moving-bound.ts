// Where a claim begins to look in its index. Rows that were claimed stay in the index until vacuum can remove them, and it
// cannot while any transaction elsewhere holds an old snapshot; a claim that began at the front each time would wade
// through all of them. So a claim begins where the last one ended, and at the front only now and then.

/** How long a row below the bound, which only another process can have put there, may go unseen, in milliseconds. */
const FULL_LOOK_MS = 1_000;
/** Looks from the front take at most this part of the time, however much they wade through. */
const FULL_LOOK_SHARE = 1 / 20;

/** A look under way, from `from` on. */
export interface Look<Key extends string | number> {
  readonly from: Key;
  readonly full: boolean;
  readonly beganMs: number;
  /** The lowest key that was put there meanwhile. */
  noted: Key | undefined;
}

export class MovingBound<Key extends string | number> {
  readonly #front: Key;
  readonly #looks = new Set<Look<Key>>();
  #bound: Key;
  #nextFullMs = 0;

  /** @param front lower than any key */
  constructor(front: Key) {
    this.#front = front;
    this.#bound = front;
  }

  /** This process put something there at `key`: no look that begins from now on may miss it. */
  note(key: Key): void {
    if (key < this.#bound) this.#bound = key;
    for (const look of this.#looks) if (look.noted === undefined || key < look.noted) look.noted = key;
  }

  /**
   * Begins a look; `end` must follow.
   * @param nowMs monotonic
   * @param full from the front, whether it is time to or not
   */
  begin(nowMs: number, full = nowMs >= this.#nextFullMs): Look<Key> {
    const from = full ? this.#front : this.#bound;
    const look = { from, full: from === this.#front, beganMs: nowMs, noted: undefined };
    this.#looks.add(look);
    return look;
  }

  /** @param bound everything below it has been claimed; left out when that is not known */
  end(look: Look<Key>, nowMs: number, bound?: Key): void {
    this.#looks.delete(look);
    if (look.full) this.#nextFullMs = nowMs + Math.max(FULL_LOOK_MS, (nowMs - look.beganMs) / FULL_LOOK_SHARE);
    if (bound !== undefined) this.#bound = look.noted !== undefined && look.noted < bound ? look.noted : bound;
  }
}

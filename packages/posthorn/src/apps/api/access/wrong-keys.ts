// Counts wrong API keys per address. A key of 256 random bits cannot be guessed; this keeps those who try from filling
// logs and taking time. It never stands in the way of a right key, so that nobody can lock another one out.
import type { SteadyMs } from '../../../domain/time.ts';
import { MAX_COUNTED_ADDRESSES, MAX_WRONG_KEYS, WRONG_KEYS_WINDOW_MS } from '../limits.ts';

interface Count {
  readonly since: SteadyMs;
  wrong: number;
}

export class WrongKeys {
  /** In the order in which counting began. */
  readonly #counts = new Map<string, Count>();

  /**
   * Counts one wrong key.
   * @returns milliseconds to wait when there were too many, else `undefined`
   */
  note(address: string, now: SteadyMs): number | undefined {
    const count = this.#current(address, now);
    count.wrong += 1;
    return count.wrong > MAX_WRONG_KEYS ? count.since + WRONG_KEYS_WINDOW_MS - now : undefined;
  }

  #current(address: string, now: SteadyMs): Count {
    const known = this.#counts.get(address);
    if (known !== undefined && now - known.since < WRONG_KEYS_WINDOW_MS) return known;
    this.#counts.delete(address);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size >= MAX_COUNTED_ADDRESSES && oldest !== undefined) this.#counts.delete(oldest);
    const count = { since: now, wrong: 0 };
    this.#counts.set(address, count);
    return count;
  }
}

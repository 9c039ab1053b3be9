// Group commit: what arrives while one transaction is under way shares the next one. The first item of a quiet moment does
// not wait for company; under load transactions keep a distance, so that they are fewer and larger.
import type { Clock } from '../seams/clock.ts';
import { pause } from './pause.ts';

/**
 * A batch that so many shared shows load. Beginning a transaction and bringing it to the disk costs as much as ten items
 * in it, so the next one then waits for more.
 */
const CROWD = 4;
/** From the beginning of a crowded transaction to that of the next one, in milliseconds. */
const DISTANCE_MS = 5;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export class Batches<Item, Result> {
  readonly #clock: Clock;
  readonly #maxWeight: number;
  readonly #weigh: (item: Item) => number;
  readonly #commit: (items: readonly Item[]) => Promise<readonly Result[]>;
  #waiting: Waiting<Item, Result>[] = [];
  #running: Promise<void> | undefined;

  /**
   * @param maxWeight a batch is closed before it grows heavier than this; a heavier single item goes alone
   * @param commit handles a batch and answers in its order; a rejection rejects every item of the batch
   */
  constructor(
    clock: Clock,
    maxWeight: number,
    weigh: (item: Item) => number,
    commit: (items: readonly Item[]) => Promise<readonly Result[]>,
  ) {
    this.#clock = clock;
    this.#maxWeight = maxWeight;
    this.#weigh = weigh;
    this.#commit = commit;
  }

  /** Resolves with the item's result once its batch is committed. */
  add(item: Item): Promise<Result> {
    const result = new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
    });
    this.#running ??= this.#run();
    return result;
  }

  /** Resolves when nothing is waiting and nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // One turn of the microtask queue: items added together from one event go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      const beganAt = this.#clock.now();
      await this.#commitOne(batch);
      const leftMs = beganAt + DISTANCE_MS - this.#clock.now();
      if (batch.length >= CROWD && leftMs > 0) await pause(this.#clock, leftMs);
    }
    this.#running = undefined;
  }

  async #commitOne(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#commit(batch.map(({ item }) => item));
      if (results.length !== batch.length) throw new Error(`a batch of ${batch.length} got ${results.length} answers`);
      results.forEach((result, index) => {
        batch[index]?.resolve(result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #takeBatch(): Waiting<Item, Result>[] {
    let weight = 0;
    let count = 0;
    for (const { item } of this.#waiting) {
      weight += this.#weigh(item);
      if (count > 0 && weight > this.#maxWeight) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}

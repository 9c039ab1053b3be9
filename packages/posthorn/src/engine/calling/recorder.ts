// Puts outcomes on disk, in batches. An attempt that was made is never forgotten: while the store is away its outcome stays
// here, and when too many wait no new attempts are started.
import type { LeasedDelivery } from '../../domain/delivery.ts';
import type { OwnerId } from '../../domain/ids.ts';
import type { Clock } from '../../seams/clock.ts';
import type { AttemptRecord, Queue } from '../../seams/store/queue.ts';
import { Batches } from '../batches.ts';
import type { StoreHealth } from '../store-health.ts';

/** Attempts per transaction. */
const MAX_BATCH = 500;
/** Outcomes waiting for the store, up to 64 KiB of response each, before no attempt is started. Those under way still add theirs. */
const MAX_WAITING = 2_048;

/** An attempt that has ended, by whom, and of which delivery. */
export interface Ended {
  readonly owner: OwnerId;
  readonly delivery: LeasedDelivery;
  readonly record: AttemptRecord;
}

/** `unrecorded`: the process is ending and the store did not answer any more. */
type Answer = 'recorded' | 'late' | 'unrecorded';

export class Recorder {
  readonly #store: Queue;
  readonly #health: StoreHealth;
  readonly #onRecorded: (ended: Ended, late: boolean) => void;
  readonly #batches: Batches<Ended, Answer>;
  #waiting = 0;

  /** @param onRecorded the attempt and what follows from it are on disk */
  constructor(store: Queue, clock: Clock, health: StoreHealth, onRecorded: (ended: Ended, late: boolean) => void) {
    this.#store = store;
    this.#health = health;
    this.#onRecorded = onRecorded;
    this.#batches = new Batches(
      clock,
      MAX_BATCH,
      () => 1,
      (batch) => this.#commit(batch),
    );
  }

  /** False while so many outcomes wait that no new attempt may be started. */
  get hasRoom(): boolean {
    return this.#waiting < MAX_WAITING;
  }

  /** Resolves when the outcome is on disk, or when the engine gave the store up. */
  async add(ended: Ended): Promise<void> {
    this.#waiting += 1;
    const answer = await this.#batches.add(ended);
    this.#waiting -= 1;
    if (answer !== 'unrecorded') this.#onRecorded(ended, answer === 'late');
  }

  /** Resolves when nothing waits to be recorded. */
  idle(): Promise<void> {
    return this.#batches.idle();
  }

  /** A batch may hold attempts made under this process's earlier name: each goes to the store under the name that made it. */
  async #commit(batch: readonly Ended[]): Promise<Answer[]> {
    const answers = new Map<Ended, Answer>();
    for (const [owner, group] of Map.groupBy(batch, (ended) => ended.owner)) {
      const records = group.map(({ record }) => record);
      const stored = await this.#health.retryUntilDone(() => this.#store.record(owner, records));
      group.forEach((ended, index) => {
        answers.set(ended, stored?.[index] ?? 'unrecorded');
      });
    }
    return batch.map((ended) => answers.get(ended) ?? 'unrecorded');
  }
}

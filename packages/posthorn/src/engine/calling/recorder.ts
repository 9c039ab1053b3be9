// Puts outcomes on disk, in batches. An attempt that was made is never forgotten: while the store is away its outcome stays
// here, and when too many wait no new attempts are started.
import type { LeasedDelivery } from '../../domain/delivery.ts';
import type { EndpointId, OwnerId, TenantId } from '../../domain/ids.ts';
import { type CountedCall, endedBy } from '../../domain/tally.ts';
import type { Clock } from '../../seams/clock.ts';
import type { AttemptRecord, Queue } from '../../seams/store/queue.ts';
import { Batches } from '../batches.ts';
import type { DueNotice } from '../due-notice.ts';
import type { ReportListener } from '../reports.ts';
import type { StoreHealth } from '../store-health.ts';
import type { Holdings } from './holdings.ts';

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

/** Counts what is recorded. */
interface AttemptCounter {
  attempted(tenantId: TenantId, endpointId: EndpointId, call: CountedCall, ended: ReturnType<typeof endedBy>): void;
}

/** `unrecorded`: the process is ending and the store did not answer any more. */
type Answer = 'recorded' | 'late' | 'unrecorded';

interface Parts {
  readonly store: Queue;
  readonly clock: Clock;
  readonly health: StoreHealth;
  readonly holdings: Pick<Holdings, 'remove'>;
  readonly tallies: AttemptCounter;
  readonly due: DueNotice;
  readonly report: ReportListener;
}

export class Recorder {
  readonly #parts: Parts;
  readonly #onRoom: () => void;
  readonly #batches: Batches<Ended, Answer>;
  #waiting = 0;

  /** @param onRoom an outcome was written: attempts may be started that had to wait */
  constructor(parts: Parts, onRoom: () => void) {
    this.#parts = parts;
    this.#onRoom = onRoom;
    this.#batches = new Batches(
      parts.clock,
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
    if (answer === 'unrecorded') return;
    this.#tell(ended, answer === 'late');
    this.#onRoom();
  }

  /** Resolves when nothing waits to be recorded. */
  idle(): Promise<void> {
    return this.#batches.idle();
  }

  /** A batch may hold attempts made under this process's earlier name: each goes to the store under the name that made it. */
  async #commit(batch: readonly Ended[]): Promise<Answer[]> {
    const { store, health } = this.#parts;
    const answers = new Map<Ended, Answer>();
    for (const [owner, group] of Map.groupBy(batch, (ended) => ended.owner)) {
      const records = group.map(({ record }) => record);
      const stored = await health.retryUntilDone(() => store.record(owner, records));
      group.forEach((ended, index) => {
        answers.set(ended, stored?.[index] ?? 'unrecorded');
      });
    }
    return batch.map((ended) => answers.get(ended) ?? 'unrecorded');
  }

  /** The attempt and what follows from it are on disk. */
  #tell({ delivery, record }: Ended, late: boolean): void {
    const { holdings, tallies, due, report } = this.#parts;
    const { next, result } = record;
    holdings.remove(delivery);
    const dueAt = next.state === 'pending' ? next.dueAt : null;
    if (dueAt !== null && !late) due.mayBeDue(dueAt);
    const { endpointId, event } = delivery;
    const ended = endedBy(record.trigger, result.outcome, next.state, late);
    tallies.attempted(event.tenantId, endpointId, result, ended);
    report({
      kind: 'attempted',
      tenantId: event.tenantId,
      endpointId,
      eventId: event.id,
      eventType: event.type,
      deliveryId: delivery.id,
      attemptId: record.attemptId,
      number: record.number,
      trigger: record.trigger,
      startedAt: record.startedAt,
      result,
      state: next.state,
      dueAt,
      late,
    });
  }
}

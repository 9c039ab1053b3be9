// One attempt from its turn in the lane to its record: find the endpoint, sign, send, decide what follows, record.
import { callOf } from '../../domain/call.ts';
import { afterAttempt, type LeasedDelivery, onProbation } from '../../domain/delivery.ts';
import { type AttemptId, makeId, type OwnerId } from '../../domain/ids.ts';
import { type CallResult, withConsequence } from '../../domain/outcome.ts';
import { nextWholeMs, wholeMs } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Random } from '../../seams/random.ts';
import type { Sender } from '../../seams/sender.ts';
import type { Queue, Release, Start } from '../../seams/store/queue.ts';
import { Batches } from '../batches.ts';
import type { DueNotice } from '../due-notice.ts';
import type { CallableEndpoint, Catalogs, TenantCatalog } from '../endpoints/catalog.ts';
import type { ReportListener } from '../reports.ts';
import type { StoreHealth } from '../store-health.ts';
import { attemptRecord, type EndedAttempt, triggerOf } from './attempt-record.ts';
import type { Holdings } from './holdings.ts';
import { healthAfter } from './lane-health.ts';
import type { Lanes } from './lanes.ts';
import type { Recorder } from './recorder.ts';
import type { SenderProfiles } from './sender-profiles.ts';

/** Starts and releases per transaction. */
const MAX_BATCH = 500;

interface Begun {
  readonly owner: OwnerId;
  readonly start: Start;
}

interface Returned {
  readonly delivery: LeasedDelivery;
  readonly owner: OwnerId;
  readonly release: Release;
}

interface Parts {
  readonly store: Queue;
  readonly sender: Sender;
  readonly senders: SenderProfiles;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: ReportListener;
  readonly catalogs: Catalogs;
  readonly holdings: Holdings;
  readonly recorder: Recorder;
  readonly health: StoreHealth;
  readonly lanes: Pick<Lanes, 'finished'>;
  /** Whether what this process leases is certainly its own. */
  readonly leases: { readonly fresh: boolean };
  readonly due: DueNotice;
}

export class Attempts {
  readonly #parts: Parts;
  readonly #starts: Batches<Begun, boolean>;
  readonly #releases: Batches<Returned, true>;
  #stop = new AbortController();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#starts = new Batches(
      parts.clock,
      MAX_BATCH,
      () => 1,
      (starts) => this.#begin(starts),
    );
    this.#releases = new Batches(
      parts.clock,
      MAX_BATCH,
      () => 1,
      (releases) => this.#release(releases),
    );
  }

  /** Ends every call under way, as `interrupted`. */
  cutOff(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  /** Makes one attempt of a delivery whose turn has come. A failure of the call is an outcome, not an error. */
  async run(delivery: LeasedDelivery): Promise<void> {
    const { catalogs, clock, random, holdings, health } = this.#parts;
    const owner = holdings.owner;
    const stop = this.#stop.signal;
    const { tenantId } = delivery.event;
    const catalog =
      catalogs.atHand(tenantId) ?? (await health.retryUntilDone(async () => (await catalogs.get(tenantId)) ?? 'gone'));
    if (catalog === undefined || stop.aborted) return this.#forget(delivery);

    const endpoint = catalog === 'gone' ? undefined : this.#open(catalog, delivery);
    if (endpoint instanceof Error) return this.#unreadable(owner, delivery, endpoint);
    if (endpoint === undefined)
      return this.#releaseUnattempted(owner, delivery, { id: delivery.id, to: 'cancelled', endedAt: clock.wallNow() });
    if (endpoint.state === 'disabled') {
      const now = wholeMs(clock.now());
      return this.#releaseUnattempted(owner, delivery, { id: delivery.id, to: 'paused', now });
    }

    const attemptId = makeId<AttemptId>(clock.wallNow(), random.bytes(10));
    const madeFrom = { version: endpoint.version, sender: this.#parts.senders.number };
    if (mayKill(delivery)) {
      const start = { deliveryId: delivery.id, attemptId, startedAt: clock.wallNow(), madeFrom };
      if (!(await this.#starts.add({ owner, start }))) return this.#forget(delivery);
    }
    // The process may have stood still while it waited for the above: then others may have taken over what it leases.
    if (stop.aborted || !this.#parts.leases.fresh) return this.#forget(delivery);
    await this.#call(owner, delivery, endpoint, { attemptId, madeFrom }, stop);
  }

  /** Gives a delivery that has not begun back to the store. */
  async release(owner: OwnerId, delivery: LeasedDelivery, release: Release): Promise<void> {
    await this.#releases.add({ owner, delivery, release });
  }

  /** Resolves when everything given back is stored. */
  idle(): Promise<void> {
    return this.#releases.idle();
  }

  async #call(
    owner: OwnerId,
    delivery: LeasedDelivery,
    endpoint: CallableEndpoint,
    { attemptId, madeFrom }: Pick<EndedAttempt, 'attemptId' | 'madeFrom'>,
    stop: AbortSignal,
  ): Promise<void> {
    const { clock, sender, senders, holdings, report } = this.#parts;
    const { event } = delivery;
    const startedAt = clock.wallNow();
    report({
      kind: 'started',
      tenantId: event.tenantId,
      endpointId: endpoint.id,
      eventId: event.id,
      deliveryId: delivery.id,
      attemptId,
      number: delivery.attempts + 1,
      trigger: triggerOf(delivery),
      waited: holdings.waited(delivery),
    });
    const call = callOf(endpoint, event, { attemptId, deliveryId: delivery.id }, senders.inForce);
    const result: CallResult = await sender.send(call, stop);
    const health = healthAfter(result.outcome);
    const record = () => this.#record(owner, delivery, { attemptId, madeFrom, startedAt }, endpoint.scheduleMs, result);
    if (onProbation(delivery)) {
      // Recording may kill us, too: the next delivery on probation waits until it is done.
      await record();
      this.#parts.lanes.finished(delivery, health);
      return;
    }
    this.#parts.lanes.finished(delivery, health);
    // Not waited for: whatever waits here would be kept, and copied about in memory, until its batch is on disk.
    void record();
  }

  /** An endpoint whose secrets cannot be read is our own trouble: it is tried again, and the history says why. */
  #unreadable(owner: OwnerId, delivery: LeasedDelivery, error: Error): void {
    const { clock, random } = this.#parts;
    const attemptId = makeId<AttemptId>(clock.wallNow(), random.bytes(10));
    const none = { connectMs: null, durationMs: 0, repeated: false, response: null };
    this.#parts.lanes.finished(delivery, 'failing');
    void this.#record(owner, delivery, { attemptId, madeFrom: null, startedAt: clock.wallNow() }, [], {
      ...none,
      outcome: 'local_error',
      error: error.message,
    });
  }

  /** Resolves when it is on disk. */
  #record(
    owner: OwnerId,
    delivery: LeasedDelivery,
    attempt: Pick<EndedAttempt, 'attemptId' | 'madeFrom' | 'startedAt'>,
    scheduleMs: readonly number[],
    result: CallResult,
  ): Promise<void> {
    // Rounded up to whole milliseconds, the precision of the store, so that no retry is early by a fraction of one.
    const endedAt = nextWholeMs(this.#parts.clock.now());
    return this.#parts.recorder.add({
      owner,
      delivery,
      record: attemptRecord(delivery, {
        ...attempt,
        endedAt: this.#parts.clock.wallNow(),
        result: withConsequence(result, 'The call will be made again.'),
        next: afterAttempt(delivery, result.outcome, endedAt, scheduleMs),
      }),
    });
  }

  #open(catalog: TenantCatalog, delivery: LeasedDelivery): CallableEndpoint | undefined | Error {
    try {
      return catalog.endpoint(delivery.endpointId);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** The delivery is no longer ours, or the doubt finds it and has it reclaimed. */
  #forget(delivery: LeasedDelivery): void {
    this.#parts.holdings.remove(delivery);
    this.#parts.holdings.doubt();
    this.#parts.lanes.finished(delivery, 'healthy');
  }

  async #releaseUnattempted(owner: OwnerId, delivery: LeasedDelivery, release: Release): Promise<void> {
    this.#parts.lanes.finished(delivery, 'healthy');
    await this.release(owner, delivery, release);
  }

  async #begin(begun: readonly Begun[]): Promise<boolean[]> {
    const { store, holdings, health } = this.#parts;
    const owner = holdings.owner;
    const starts = begun.filter((one) => one.owner === owner).map(({ start }) => start);
    const leased = new Set(await health.retryUntilDone(() => store.begin(owner, starts)));
    return begun.map((one) => one.owner === owner && leased.has(one.start.deliveryId));
  }

  async #release(releases: readonly Returned[]): Promise<true[]> {
    const { store, holdings, health, due } = this.#parts;
    for (const [owner, group] of Map.groupBy(releases, (returned) => returned.owner)) {
      const batch = group.map(({ release }) => release);
      await health.retryUntilDone(() => store.release(owner, batch));
      for (const { delivery } of group) holdings.remove(delivery);
      // Their endpoints may be enabled again.
      for (const one of batch) if (one.to === 'paused') due.mayBeDue(one.now);
    }
    return releases.map(() => true);
  }
}

/** Whether this attempt may be what ends the process, as far as is known: its start is stored first, to know for certain. */
function mayKill({ suspect, interruptions }: LeasedDelivery): boolean {
  return suspect || interruptions > 0;
}

// Claims work when it is time: what comes due at its moment, what waits in a backlog when its lane has room. It knows when
// the next delivery is due and sleeps until then; nothing is polled.
import type { LeasedDelivery } from '../../domain/delivery.ts';
import type { EndpointId } from '../../domain/ids.ts';
import { type SteadyMs, steady, wholeMs } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { Queue } from '../../seams/store/queue.ts';
import type { Attempts } from '../calling/attempts.ts';
import type { Holdings, Ready } from '../calling/holdings.ts';
import type { Lanes } from '../calling/lanes.ts';
import type { DueListener, DueNotice } from '../due-notice.ts';
import type { Catalogs } from '../endpoints/catalog.ts';
import type { StoreHealth } from '../store-health.ts';
import type { Leases } from './leases.ts';

/** Deliveries per claim. */
const MAX_CLAIM = 500;
/** This many deliveries due together show load: the next claim then waits for more, because a transaction costs the same. */
const CROWD = 4;
/** From a crowded claim of what is due to the next one, in milliseconds: a tenth of what a retry may be late. */
const DISTANCE_MS = 10;
/** How long to wait after the store did not answer, in milliseconds. */
const RETRY_MS = 250;
/** Endpoints whose backlog is noted per look; when there are more, another look follows as these run empty. */
const MAX_BACKLOGS = 10_000;
/** How long to wait for another process's claim to end, in milliseconds. */
const CONTENDED_MS = 20;

interface Parts {
  readonly store: Queue;
  readonly clock: Clock;
  readonly catalogs: Catalogs;
  readonly holdings: Holdings;
  readonly health: StoreHealth;
  readonly lanes: Lanes;
  readonly leases: Pick<Leases, 'fresh'>;
  /** Gives back what has no room in its lane. */
  readonly attempts: Pick<Attempts, 'release'>;
  readonly due: DueNotice;
}

export class Scheduler implements DueListener {
  readonly #parts: Parts;
  #nextDue: SteadyMs | null = null;
  /** No claim is made before this time. */
  #notBefore: SteadyMs = steady(0);
  #cancelTimer: () => void = () => {};
  #running: Promise<void> | undefined;
  #again = false;
  #lookAround = false;
  #moreBacklogs = false;
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.due.tell(this);
  }

  /** Something has become due at `at`, or will. */
  mayBeDue(at: SteadyMs): void {
    if (this.#nextDue !== null && this.#nextDue <= at) return;
    this.#nextDue = at;
    if (this.#running === undefined) this.#arm();
  }

  /** Others may have left work behind: look what is there. */
  lookAround(): void {
    this.#lookAround = true;
    this.mayClaim();
  }

  /** There may be something to do. Cheap; may be called often. */
  mayClaim(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#run();
  }

  /** Claims nothing from now on. Resolves when no claim is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#cancelTimer();
    // One turn of the microtask queue: what one event wakes several times is looked at once.
    await Promise.resolve();
    let waitMs = 0;
    while (this.#again && !this.#stopped && this.#parts.leases.fresh) {
      this.#again = false;
      waitMs = 0;
      try {
        await this.#parts.holdings.settle();
        if (this.#lookAround) await this.#look();
        const claimed = (await this.#claimDue()) + (await this.#claimBacklogs());
        if (claimed > 0) this.#again = true;
        // Due, yet not to be had: another process is claiming it at this moment.
        else if (this.#dueAt !== null && this.#dueAt <= this.#parts.clock.now()) waitMs = CONTENDED_MS;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        waitMs = RETRY_MS;
        break;
      }
    }
    this.#running = undefined;
    this.#arm(waitMs);
  }

  /** Sleeps until the next due time, or for a while when the store did not answer. */
  #arm(waitMs = 0): void {
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    if (this.#stopped) return;
    const { clock, leases } = this.#parts;
    const wakeAt = waitMs > 0 ? steady(clock.now() + waitMs) : this.#dueAt;
    if (wakeAt === null || !leases.fresh) return;
    this.#cancelTimer = clock.timer(wakeAt, () => this.mayClaim());
  }

  /** When to claim what is due; `null` when nothing will be. */
  get #dueAt(): SteadyMs | null {
    return this.#nextDue === null ? null : steady(Math.max(this.#nextDue, this.#notBefore));
  }

  async #look(): Promise<void> {
    const { store, health } = this.#parts;
    this.#lookAround = false;
    try {
      const [backlogs, nextDue] = await health.watch(() =>
        Promise.all([store.backlogs(MAX_BACKLOGS), store.nextDue()]),
      );
      for (const endpointId of backlogs) this.#parts.lanes.noteBacklog(endpointId);
      this.#moreBacklogs = backlogs.length === MAX_BACKLOGS;
      if (nextDue !== null) this.mayBeDue(nextDue);
    } catch (error) {
      this.#lookAround = true;
      throw error;
    }
  }

  async #claimDue(): Promise<number> {
    const { store, clock, holdings, catalogs, lanes } = this.#parts;
    const now = wholeMs(clock.now());
    if (this.#nextDue === null || this.#nextDue > now || this.#notBefore > now || lanes.full) return 0;
    const noted = this.#nextDue;
    this.#nextDue = null;
    try {
      return await holdings.lease(async (owner) => {
        const { deliveries, dueAt, revisions, nextDue } = await store.claimDue(owner, now, MAX_CLAIM);
        catalogs.forgetOlderThan(revisions);
        if (nextDue !== null) this.mayBeDue(nextDue);
        // A full claim has left some behind.
        const crowded = deliveries.length >= CROWD && deliveries.length < MAX_CLAIM;
        if (crowded) this.#notBefore = steady(now + DISTANCE_MS);
        deliveries.forEach((delivery, index) => {
          this.#take(delivery, { since: 'due', at: dueAt[index] ?? now });
        });
        return deliveries.length;
      });
    } catch (error) {
      this.mayBeDue(noted);
      throw error;
    }
  }

  async #claimBacklogs(): Promise<number> {
    const { store, holdings, catalogs, lanes } = this.#parts;
    if (lanes.full) return 0;
    const turns = lanes.takeTurns(MAX_CLAIM);
    if (turns.length === 0) return 0;
    return await holdings.lease(async (owner) => {
      const { deliveries, revisions } = await store.claimBacklog(owner, turns);
      catalogs.forgetOlderThan(revisions);
      const ready: Ready = { since: 'claimed', at: this.#parts.clock.now() };
      const counts = new Map<EndpointId, number>();
      for (const delivery of deliveries) {
        counts.set(delivery.endpointId, (counts.get(delivery.endpointId) ?? 0) + 1);
        this.#take(delivery, ready);
      }
      for (const { endpointId, limit, notes } of turns) {
        if ((counts.get(endpointId) ?? 0) < limit) lanes.backlogEmpty(endpointId, notes);
      }
      if (this.#moreBacklogs && lanes.backlogs < MAX_BACKLOGS / 2) this.lookAround();
      return deliveries.length;
    });
  }

  #take(delivery: LeasedDelivery, ready: Ready): void {
    const { holdings, lanes } = this.#parts;
    holdings.add(delivery, ready);
    if (lanes.offer(delivery)) lanes.pump();
    else void this.#toBacklog(delivery);
  }

  /** Gives a delivery back that has no room in its lane. */
  async #toBacklog(delivery: LeasedDelivery): Promise<void> {
    const { attempts, holdings, lanes } = this.#parts;
    await attempts.release(holdings.owner, delivery, { id: delivery.id, to: 'backlog' });
    lanes.noteBacklog(delivery.endpointId);
    this.mayClaim();
  }
}

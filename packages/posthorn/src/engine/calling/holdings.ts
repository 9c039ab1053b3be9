// The deliveries that this process holds, and the name under which it holds them. Keeps that equal to what the store believes: when the
// reply to a claim or an accept is lost, the store may have leased deliveries that nobody here knows of; they are given
// back before anything else is claimed.
import type { LeasedDelivery } from '../../domain/delivery.ts';
import { type DeliveryId, idTime, makeId, type OwnerId } from '../../domain/ids.ts';
import type { Scope } from '../../domain/tally.ts';
import { type SteadyMs, steady, type WallMs, wall, wholeMs } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Random } from '../../seams/random.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { Queue } from '../../seams/store/queue.ts';
import type { DueNotice } from '../due-notice.ts';
import type { Waited } from '../reports.ts';
import type { StoreHealth } from '../store-health.ts';

/** A request whose answer is not waited for any more may still be on its way: systems repeat it for up to this long, in milliseconds. */
const LATE_MS = 120_000;

/** Since when a delivery could be attempted, and what made it so. */
export interface Ready {
  readonly since: Waited['since'];
  readonly at: SteadyMs;
}

interface Holding {
  readonly delivery: LeasedDelivery;
  readonly ready: Ready;
}

export class Holdings {
  readonly #store: Queue;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #health: StoreHealth;
  readonly #due: DueNotice;
  readonly #leased = new Map<DeliveryId, Holding>();
  #owner: OwnerId;
  /** Doubts that have come up, and how many of them are settled. */
  #doubts = 0;
  #settled = 0;
  #underWay = 0;
  #quiet: (() => void) | undefined;
  #settling: Promise<void> | undefined;
  #cancelLater: () => void = () => {};

  constructor(store: Queue, clock: Clock, random: Random, health: StoreHealth, due: DueNotice) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#health = health;
    this.#due = due;
    this.#owner = this.#newName();
  }

  /** The name under which this process leases now. */
  get owner(): OwnerId {
    return this.#owner;
  }

  get size(): number {
    return this.#leased.size;
  }

  /** How much is leased of a scope, and when the oldest of it was made. Looks at everything that is leased. */
  of(scope: Scope): { readonly count: number; readonly oldestCreatedAt: WallMs | null } {
    let count = 0;
    let oldest: DeliveryId | undefined;
    for (const { delivery } of this.#leased.values()) {
      if (!isOf(delivery, scope)) continue;
      count += 1;
      if (oldest === undefined || delivery.id < oldest) oldest = delivery.id;
    }
    return { count, oldestCreatedAt: oldest === undefined ? null : wall(idTime(oldest)) };
  }

  add(delivery: LeasedDelivery, ready: Ready): void {
    this.#leased.set(delivery.id, { delivery, ready });
  }

  /** How long a delivery that is leased has waited; `null` when it is not leased. */
  waited({ id }: LeasedDelivery): Waited | null {
    const ready = this.#leased.get(id)?.ready;
    return ready === undefined ? null : { since: ready.since, ms: Math.max(0, this.#clock.now() - ready.at) };
  }

  /**
   * Lets go of a delivery as it was leased then. When its record is stored and the answer delayed, it may have come due and
   * been claimed again meanwhile: that lease stays.
   */
  remove(delivery: LeasedDelivery): void {
    if (this.#leased.get(delivery.id)?.delivery === delivery) this.#leased.delete(delivery.id);
  }

  /** Takes a new name, holding nothing: the old one has been declared dead. */
  startOver(): void {
    this.#owner = this.#newName();
    this.#leased.clear();
  }

  /** The store may believe that this process holds more than it does. It is asked before anything else is claimed. */
  doubt(): void {
    const known = this.#doubtful;
    this.#doubts += 1;
    if (!known) this.#due.mayClaim();
  }

  /**
   * Asks the store to give back what it wrongly believes to be leased here, if there is a doubt.
   * @throws StoreUnavailable while it cannot be settled
   */
  async settle(): Promise<void> {
    while (this.#doubtful) {
      this.#settling ??= this.#reclaim();
      await this.#settling;
    }
  }

  /**
   * Runs a call that leases deliveries. The caller adds them before its promise resolves.
   * @throws StoreUnavailable, also when an earlier doubt cannot be settled
   */
  async lease<Result>(call: (owner: OwnerId) => Promise<Result>): Promise<Result> {
    // The look and the count belong together: a doubt that came up between them would be settled as if nothing were under way.
    while (this.#doubtful) await this.settle();
    this.#underWay += 1;
    try {
      return await this.#health.watch(() => call(this.#owner));
    } catch (error) {
      if (error instanceof StoreUnavailable) {
        this.doubt();
        this.#doubtLater();
      }
      throw error;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#quiet?.();
    }
  }

  /** Nothing is leased from now on. */
  stop(): void {
    this.#cancelLater();
  }

  /** Once more, when what leases would have reached the store. */
  #doubtLater(): void {
    this.#cancelLater();
    this.#cancelLater = this.#clock.timer(steady(this.#clock.now() + LATE_MS), () => this.doubt());
  }

  get #doubtful(): boolean {
    return this.#settled < this.#doubts;
  }

  async #reclaim(): Promise<void> {
    try {
      if (this.#underWay > 0) {
        await new Promise<void>((resolve) => {
          this.#quiet = resolve;
        });
        this.#quiet = undefined;
      }
      const at = wholeMs(this.#clock.now());
      // The answer does not cover doubts that come up while the store is asked: it goes by what is leased now.
      const doubts = this.#doubts;
      await this.#health.watch(() => this.#store.reclaim(this.#owner, [...this.#leased.keys()], at));
      this.#settled = doubts;
      // Deliveries that the store moved without our knowing are due, or wait in a backlog.
      this.#due.lookAround();
    } finally {
      this.#settling = undefined;
    }
  }

  #newName(): OwnerId {
    return makeId<OwnerId>(this.#clock.wallNow(), this.#random.bytes(10));
  }
}

function isOf({ endpointId, event }: LeasedDelivery, scope: Scope): boolean {
  if (scope.kind === 'installation') return true;
  return event.tenantId === scope.tenantId && (scope.kind === 'tenant' || endpointId === scope.endpointId);
}

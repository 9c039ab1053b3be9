// The store's third part: what happened, for people. Reads never hold up the hot path.
import type { MadeFrom } from '../../domain/call.ts';
import type { DeliveryState, Trigger } from '../../domain/delivery.ts';
import type { AttemptId, DeliveryId, EndpointId, EventId, TenantId } from '../../domain/ids.ts';
import type { Outcome, Response } from '../../domain/outcome.ts';
import type { SearchRange } from '../../domain/search-range.ts';
import type { SteadyMs, WallMs } from '../../domain/time.ts';
import type { Page } from './registry.ts';

export interface EventSummary {
  readonly id: EventId;
  readonly type: string;
  readonly createdAt: WallMs;
}

export interface DeliverySummary {
  readonly id: DeliveryId;
  readonly endpointId: EndpointId;
  readonly eventId: EventId;
  readonly eventType: string;
  readonly state: DeliveryState;
  readonly createdAt: WallMs;
  /** Attempts recorded so far. */
  readonly attempts: number;
  /** When the next attempt is due; `null` unless the delivery is pending and waits for a moment. */
  readonly nextAttemptAt: SteadyMs | null;
  /** When it was ended; `null` while pending. */
  readonly endedAt: WallMs | null;
  /** Of the attempt recorded last; `null` before the first one. */
  readonly lastAttempt: LastAttempt | null;
  /** Host and port of the endpoint's URL as it is now; `null` when the endpoint was deleted. */
  readonly endpointHost: string | null;
}

/** Why a delivery stands where it stands. */
export interface LastAttempt {
  readonly outcome: Outcome;
  /** Of the response; `null` when there was none. */
  readonly status: number | null;
  readonly startedAt: WallMs;
}

export interface EventDetail extends EventSummary {
  readonly keys: readonly string[];
  /** When its payload, its keys and what receivers answered were erased; `null` as long as they are there. */
  readonly erasedAt: WallMs | null;
  /** The producer's own text that the id was made from; `null` if there is none. */
  readonly ownId: string | null;
  readonly body: Uint8Array;
  readonly deliveries: readonly DeliverySummary[];
}

export interface Attempt {
  readonly id: AttemptId;
  readonly number: number;
  readonly trigger: Trigger;
  /** `null` when it did not come to a call, and for attempts from before this was kept. */
  readonly madeFrom: MadeFrom | null;
  readonly startedAt: WallMs;
  readonly connectMs: number | null;
  readonly durationMs: number;
  readonly repeated: boolean;
  /** Made by a process whose lease had run out: it changed nothing about the delivery. */
  readonly late: boolean;
  readonly outcome: Outcome;
  readonly response: Response | null;
  readonly error: string | null;
}

export interface DeliveryDetail extends DeliverySummary {
  /** The body of every call, in its exact bytes; `null` once it was erased. */
  readonly body: Uint8Array | null;
  /** In the order they were made. */
  readonly history: readonly Attempt[];
}

/** All conditions must hold; one that is left out always does. Of several values one must fit. */
export interface DeliveryFilter {
  readonly states?: readonly DeliveryState[];
  /** Of the last attempt. */
  readonly outcomes?: readonly Outcome[];
  /** Of the last attempt's response. */
  readonly statuses?: readonly number[];
  readonly endpointId?: EndpointId;
  readonly eventId?: EventId;
  readonly eventType?: string;
  /** One of the keys of its event. */
  readonly key?: string;
  /** The one that this attempt was recorded for. */
  readonly attemptId?: AttemptId;
  /** Created at or after. */
  readonly since?: WallMs;
  /** Created before. */
  readonly until?: WallMs;
}

/** The items that a list found. A search looks at a bounded number of rows, so that no list takes long however rare its items are. */
export interface Listed<Item, Key> {
  readonly items: readonly Item[];
  /** Where to go on if the search ended before the page was full; `null` when the page is full, or nothing is left. */
  readonly cutAt: Key | null;
}

/** Where an event stands in the list of events. */
export interface EventKey {
  readonly createdAt: WallMs;
  readonly id: EventId;
}

export interface EventFilter {
  /** One of its keys. */
  readonly key?: string;
  readonly eventType?: string;
  readonly since?: WallMs;
  readonly until?: WallMs;
}

/** Something of a tenant that a text stands for. */
export interface Match {
  readonly kind: 'delivery' | 'attempt' | 'event' | 'ownId' | 'key';
  readonly tenantId: TenantId;
  /** The text that was found: an id, an event's own id, or its key. */
  readonly value: string;
  /** When it was created, or began. */
  readonly at: WallMs;
  /** Of a delivery, and of an attempt's. */
  readonly deliveryId: DeliveryId | null;
  /** Of an event, its own id or its key. */
  readonly eventId: EventId | null;
}

/** How much is pending, for gauges. */
export interface Pending {
  /** Deliveries in each place that are nobody's; at most the limit that was asked for. */
  readonly due: number;
  readonly backlog: number;
  readonly paused: number;
  /**
   * When the oldest pending delivery was made that is not paused, leased ones included; `null` when there is none, or none
   * among as many of the oldest as the limit says.
   */
  readonly oldestCreatedAt: WallMs | null;
}

/** The result of a step of erasing. */
export interface ErasedStep {
  /** Events looked at; 0 when none is left to look at now. */
  readonly looked: number;
  readonly erased: number;
}

export interface History {
  /** Looks at no more than about `limit` rows per place, so that it stays cheap however much is pending. */
  pending(limit: number): Promise<Pending>;
  /** Newest first. */
  events(tenantId: TenantId, filter: EventFilter, page: Page<EventKey>): Promise<Listed<EventSummary, EventKey>>;
  /** The things that a text may stand for, of all tenants: at most `limit` of each kind, newest first. Deleted tenants have nothing. */
  find(range: SearchRange, limit: number): Promise<Match[]>;
  event(tenantId: TenantId, id: EventId): Promise<EventDetail | undefined>;
  /**
   * Erases what an event told: its payload, its keys, and the headers and bodies of all responses to it. The facts stay: ids,
   * type, times, outcomes, statuses. Deliveries that are pending are cancelled, in whoever's hands they are: an attempt that is
   * under way is recorded as late, without its response. Nothing of it can be attempted again.
   * @returns `false` when there is no such event
   */
  eraseEvent(tenantId: TenantId, id: EventId, at: WallMs): Promise<boolean>;
  /**
   * Erases, as `eraseEvent` does, a tenant's events that were made before `before` and whose deliveries have all ended. One
   * with a pending delivery is passed over and looked at again at the moment that `lookAgainAt` says. How far it has come is
   * stored, so that no call looks again at what has been looked at. At most about `limit` events in one short transaction.
   */
  eraseOverdue(tenantId: TenantId, before: WallMs, now: WallMs, limit: number): Promise<ErasedStep>;
  /** Newest first (by id, descending). */
  deliveries(
    tenantId: TenantId,
    filter: DeliveryFilter,
    page: Page<DeliveryId>,
  ): Promise<Listed<DeliverySummary, DeliveryId>>;
  delivery(tenantId: TenantId, id: DeliveryId): Promise<DeliveryDetail | undefined>;
  /**
   * Removes history older than `before`: deliveries that were made and ended before it, with their attempts, and an event
   * made before it with the last of its deliveries; never one that has a delivery which is pending or was ended at
   * `before` or later, however old it is. Also replays that ended before it, endpoints that were deleted before it once
   * nothing names them, and all of that of deleted tenants. At most about `limit` rows in one short transaction. A call goes
   * on where the one before ended, so that what has to stay is not looked at by every one of them.
   * @returns the number of rows removed; 0 when nothing is left to remove, as a look from the front has told
   */
  prune(before: WallMs, limit: number): Promise<number>;
}

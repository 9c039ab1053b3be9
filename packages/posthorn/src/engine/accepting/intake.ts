// Takes events in: match them against the tenant's endpoints, store them together with their deliveries, and only then say
// yes. Requests that arrive while a transaction is under way share the next one.
import type { EventContent, LeasedDelivery } from '../../domain/delivery.ts';
import { fillEnvelope } from '../../domain/envelope.ts';
import { fingerprint } from '../../domain/fingerprint.ts';
import { type DeliveryId, type EndpointId, type EventId, makeId, type TenantId } from '../../domain/ids.ts';
import { isoTime, type SteadyMs, type WallMs } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Random } from '../../seams/random.ts';
import type {
  AcceptedEvent,
  AcceptGroup,
  AcceptResult,
  NewDelivery,
  NewEvent,
  Queue,
} from '../../seams/store/queue.ts';
import { Batches } from '../batches.ts';
import type { Holdings, Ready } from '../calling/holdings.ts';
import { type Lanes, leasedBytes } from '../calling/lanes.ts';
import type { DueNotice } from '../due-notice.ts';
import type { Catalogs, TenantCatalog } from '../endpoints/catalog.ts';
import type { TallyKeeper } from '../keeping/tallies.ts';
import type { ReportListener } from '../reports.ts';

/** Rows per transaction: events and deliveries together. A single request may be heavier, it then goes alone. */
const MAX_BATCH_ROWS = 1_000;
/** Bytes of events accepted but not yet stored; past it producers are told to wait. */
const MAX_WAITING_BYTES = 32 * 1_024 * 1_024;
/** How often an event is matched anew because its tenant's endpoints changed meanwhile. */
const MAX_MATCHES = 10;

/** An event as its producer posted it, checked. */
export interface EventDraft {
  /** `null`: the engine makes one. */
  readonly id: EventId | null;
  /** The producer's own text that the id was made from, if it was made from one. */
  readonly ownId?: string | null;
  /** Texts that it can be found by, each once. */
  readonly keys?: readonly string[];
  readonly type: string;
  /** A JSON object without insignificant white space, as `compactJson` writes it. */
  readonly payload: string;
}

export type AcceptAnswer =
  | { readonly kind: 'accepted'; readonly events: readonly AcceptedEvent[] }
  | { readonly kind: 'unknown_tenant' }
  /** Another event with this id is stored; `index` is the draft's place in the request. */
  | { readonly kind: 'conflict'; readonly index: number }
  /** More is being accepted than can be stored; try again in a moment. */
  | { readonly kind: 'overloaded' };

interface Parts {
  readonly store: Queue;
  readonly clock: Clock;
  readonly random: Random;
  readonly catalogs: Catalogs;
  readonly holdings: Holdings;
  readonly lanes: Lanes;
  readonly tallies: Pick<TallyKeeper, 'accepted'>;
  readonly due: DueNotice;
  readonly report: ReportListener;
}

/** A request's events on their way to the store. */
interface Asked {
  readonly group: AcceptGroup;
  readonly receivedAt: SteadyMs;
}

type Written = Pick<NewEvent, 'event' | 'fingerprint' | 'ownId' | 'keys'>;

export class Intake {
  readonly #parts: Parts;
  readonly #batches: Batches<Asked, AcceptResult>;
  #waitingBytes = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#batches = new Batches(
      parts.clock,
      MAX_BATCH_ROWS,
      ({ group }) => rows(group),
      (asked) => this.#commit(asked),
    );
  }

  /**
   * Stores a request's events, all or none. When it resolves with `accepted`, they are on disk.
   * @throws StoreUnavailable: whether they were stored is not known, and the producer may ask again with the same ids
   */
  async accept(tenantId: TenantId, drafts: readonly EventDraft[]): Promise<AcceptAnswer> {
    const bytes = drafts.reduce((sum, { payload }) => sum + payload.length, 0);
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > MAX_WAITING_BYTES) return { kind: 'overloaded' };
    this.#waitingBytes += bytes;
    const receivedAt = this.#parts.clock.now();
    try {
      const events = drafts.map((draft) => this.#write(tenantId, draft));
      return await this.#matchAndStore(tenantId, events, receivedAt);
    } finally {
      this.#waitingBytes -= bytes;
    }
  }

  /** Resolves when no transaction is under way. */
  idle(): Promise<void> {
    return this.#batches.idle();
  }

  /** Fixes the event's bytes: every attempt, replay and endpoint sends these. */
  #write(tenantId: TenantId, draft: EventDraft): Written {
    const { keys = [] } = draft;
    return {
      event: writeEvent(tenantId, draft, this.#parts.clock.wallNow(), this.#parts.random),
      fingerprint: fingerprint(draft.type, draft.payload, keys),
      ownId: draft.ownId ?? null,
      keys,
    };
  }

  async #matchAndStore(tenantId: TenantId, events: readonly Written[], receivedAt: SteadyMs): Promise<AcceptAnswer> {
    const { catalogs } = this.#parts;
    for (let round = 0; round < MAX_MATCHES; round++) {
      const catalog = catalogs.atHand(tenantId) ?? (await catalogs.get(tenantId));
      if (catalog === undefined) return { kind: 'unknown_tenant' };
      const group = this.#match(tenantId, catalog, events);
      const result = await this.#batches.add({ group, receivedAt }).catch((error: unknown) => {
        this.#unreserve(group);
        throw error;
      });
      if (result.kind === 'accepted') return { kind: 'accepted', events: result.events };
      this.#unreserve(group);
      if (result.kind === 'conflict') return { kind: 'conflict', index: result.index };
      catalogs.forget(tenantId);
    }
    return { kind: 'overloaded' };
  }

  #match(tenantId: TenantId, catalog: TenantCatalog, events: readonly Written[]): AcceptGroup {
    const now = this.#parts.clock.wallNow();
    return {
      tenantId,
      revision: catalog.revision,
      events: events.map((written) => ({
        ...written,
        deliveries: catalog
          .matching(written.event.type)
          .map((endpointId) => this.#newDelivery(written.event, endpointId, now)),
      })),
    };
  }

  #newDelivery({ tenantId, body }: EventContent, endpointId: EndpointId, now: WallMs): NewDelivery {
    const id = makeId<DeliveryId>(now, this.#parts.random.bytes(10));
    const hasRoom = this.#parts.lanes.reserve(tenantId, endpointId, leasedBytes(body));
    return { id, endpointId, place: hasRoom ? 'leased' : 'backlog' };
  }

  #commit(asked: readonly Asked[]): Promise<readonly AcceptResult[]> {
    const { store, clock, holdings, lanes } = this.#parts;
    return holdings.lease(async (owner) => {
      const results = await store.accept(
        owner,
        asked.map(({ group }) => group),
      );
      const committedAt = clock.now();
      asked.forEach((one, index) => {
        const result = results[index];
        if (result?.kind === 'accepted') this.#handOver(one, result.events, committedAt);
      });
      lanes.pump();
      return results;
    });
  }

  /** Deliveries that were born leased go into their lanes; those that the store had known before are not ours to deliver. */
  #handOver({ group, receivedAt }: Asked, accepted: readonly AcceptedEvent[], committedAt: SteadyMs): void {
    const { holdings, lanes, tallies, due, report } = this.#parts;
    const ready: Ready = { since: 'accepted', at: committedAt };
    const tookMs = committedAt - receivedAt;
    let backlog = false;
    group.events.forEach(({ event, deliveries }, index) => {
      const existing = accepted[index]?.existing ?? false;
      for (const { id, endpointId, place } of deliveries) {
        if (place === 'leased') {
          if (existing) lanes.unreserve(endpointId, leasedBytes(event.body));
          else {
            const delivery = newlyLeased(id, endpointId, event);
            holdings.add(delivery, ready);
            lanes.fill(delivery);
          }
        } else if (!existing) {
          lanes.noteBacklog(endpointId);
          backlog = true;
        }
      }
      if (existing) return;
      tallies.accepted(event.tenantId);
      report({
        kind: 'accepted',
        tenantId: event.tenantId,
        eventId: event.id,
        type: event.type,
        deliveries: deliveries.length,
        tookMs,
      });
    });
    if (backlog) due.mayClaim();
  }

  /** Gives the places back that were taken for deliveries which were not stored. */
  #unreserve(group: AcceptGroup): void {
    for (const { event, deliveries } of group.events) {
      for (const { endpointId, place } of deliveries) {
        if (place === 'leased') this.#parts.lanes.unreserve(endpointId, leasedBytes(event.body));
      }
    }
  }
}

/** Makes the event of a draft: its id, its moment, and the bytes of every call's body. */
export function writeEvent(tenantId: TenantId, draft: EventDraft, now: WallMs, random: Random): EventContent {
  const id = draft.id ?? makeId<EventId>(now, random.bytes(10));
  const at = isoTime(now);
  const body = fillEnvelope(draft.payload, { eventId: id, eventType: draft.type, createdAt: at, sentAt: at });
  return { id, tenantId, type: draft.type, createdAt: now, body: Buffer.from(body) };
}

function newlyLeased(id: DeliveryId, endpointId: EndpointId, event: EventContent): LeasedDelivery {
  return { id, endpointId, event, attempts: 0, failures: 0, interruptions: 0, resume: null, suspect: false };
}

function rows(group: AcceptGroup): number {
  return group.events.reduce((sum, { deliveries }) => sum + 1 + deliveries.length, 0);
}

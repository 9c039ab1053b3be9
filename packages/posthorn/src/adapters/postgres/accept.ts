// Accepting: usually one statement for all groups. A group that fails or needs a second look is rare, and is looked at
// apart: a catalog that changed, an event that exists, an event twice in one call.
import type { DeliveryId, EndpointId, EventId, OwnerId, TenantId } from '../../domain/ids.ts';
import { wall } from '../../domain/time.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { AcceptedEvent, AcceptGroup, AcceptResult, NewEvent } from '../../seams/store/queue.ts';
import { storeTogether } from './accept-sql.ts';
import type { Database, Query, Statement } from './connection.ts';
import { plainArray, textArray } from './sql-values.ts';

/** How often groups are looked at again because tenants or events came and went while they were stored. */
const MAX_LOOKS = 20;

const REVISIONS: Statement = {
  text: 'select id, revision from posthorn.tenant where id = any ($1::text[]) and deleted_at is null',
};

const KNOWN: Statement = {
  text: `
select wanted.tenant, event.id, event.own_id, event.type, event.created_at, event.fingerprint, event.deliveries, event.endpoints
from unnest($1::text[], $2::uuid[]) as wanted (tenant, id)
cross join lateral (
  select key from posthorn.tenant where id = wanted.tenant and deleted_at is null offset 0
) as tenant
cross join lateral (
  select * from posthorn.event where tenant = tenant.key and id = wanted.id offset 0
) as event
`,
};

interface KnownEvent {
  readonly tenant: TenantId;
  readonly id: EventId;
  readonly own_id: string | null;
  readonly type: string;
  readonly created_at: number;
  readonly fingerprint: Uint8Array;
  readonly deliveries: readonly DeliveryId[];
  readonly endpoints: readonly EndpointId[];
}

/** See `Queue.accept`. */
export async function accept(
  database: Database,
  owner: OwnerId,
  groups: readonly AcceptGroup[],
): Promise<AcceptResult[]> {
  const results = new Map<AcceptGroup, AcceptResult>();
  // Copies, because a caller may name one group object twice.
  const own = groups.map((group) => ({ ...group }));
  for (const round of rounds(own)) await acceptRound(database, owner, round, results);
  return own.map((group) => results.get(group) ?? { kind: 'stale' });
}

/** Groups in rounds so that no event id is twice in a round and the later group of two is in a later one. */
function rounds(groups: readonly AcceptGroup[]): AcceptGroup[][] {
  const lastRound = new Map<EventId, number>();
  const found: AcceptGroup[][] = [];
  for (const group of groups) {
    const round = Math.max(-1, ...group.events.map(({ event }) => lastRound.get(event.id) ?? -1)) + 1;
    for (const { event } of group.events) lastRound.set(event.id, round);
    found[round] = [...(found[round] ?? []), group];
  }
  return found;
}

async function acceptRound(
  database: Database,
  owner: OwnerId,
  round: readonly AcceptGroup[],
  results: Map<AcceptGroup, AcceptResult>,
): Promise<void> {
  let groups = round;
  for (let look = 0; look < MAX_LOOKS && groups.length > 0; look++) {
    const whole = groups.filter(({ events }) => events.length > 1);
    const ids = whole.flatMap(({ events }) => events.map(({ event }) => event.id));
    const stored = await storeTogether(database.work, owner, groups, ids);
    if (stored === 'torn') {
      for (const group of whole) results.set(group, await acceptAlone(database, owner, group));
    } else if (stored === 'stale') {
      for (const group of await staleAmong(database, groups)) results.set(group, { kind: 'stale' });
    } else {
      const known = await knownEvents(database.work, groups, stored.ids);
      for (const group of groups) {
        const result = resultOf(group, stored.ids, known);
        if (result !== undefined) results.set(group, result);
      }
    }
    groups = groups.filter((group) => !results.has(group));
  }
  if (groups.length > 0) throw tooMuchChange();
}

/** Stores one group in a transaction that can be undone. */
async function acceptAlone(database: Database, owner: OwnerId, group: AcceptGroup): Promise<AcceptResult> {
  for (let look = 0; look < MAX_LOOKS; look++) {
    const result = await database.transaction(async (query, rollback) => {
      const stored = await storeTogether(query, owner, [group], []);
      if (stored === 'torn' || stored === 'stale') return { kind: 'stale' } as const;
      const found = resultOf(group, stored.ids, await knownEvents(query, [group], stored.ids));
      if (found?.kind !== 'accepted') await rollback();
      return found;
    });
    if (result !== undefined) return result;
  }
  throw tooMuchChange();
}

async function staleAmong(database: Database, groups: readonly AcceptGroup[]): Promise<AcceptGroup[]> {
  const tenants = new Set(groups.map(({ tenantId }) => tenantId));
  const rows = await database.work<{ id: TenantId; revision: number }>(REVISIONS, [textArray([...tenants])]);
  const revisions = new Map(rows.map(({ id, revision }) => [id, revision]));
  return groups.filter(({ tenantId, revision }) => revisions.get(tenantId) !== revision);
}

/** The events of the groups that were stored earlier, by tenant and id. */
async function knownEvents(
  query: Query,
  groups: readonly AcceptGroup[],
  stored: ReadonlySet<EventId>,
): Promise<ReadonlyMap<string, KnownEvent>> {
  const wanted = groups.flatMap(({ tenantId, events }) =>
    events.filter(({ event }) => !stored.has(event.id)).map(({ event }) => ({ tenantId, id: event.id })),
  );
  if (wanted.length === 0) return new Map();
  const rows = await query<KnownEvent>(KNOWN, [
    textArray(wanted.map(({ tenantId }) => tenantId)),
    plainArray(wanted.map(({ id }) => id)),
  ]);
  return new Map(rows.map((row) => [`${row.tenant} ${row.id}`, row]));
}

/** `undefined` when an event was neither stored nor found: it was removed at this very moment. */
function resultOf(
  group: AcceptGroup,
  stored: ReadonlySet<EventId>,
  known: ReadonlyMap<string, KnownEvent>,
): AcceptResult | undefined {
  const events: AcceptedEvent[] = [];
  for (const [index, made] of group.events.entries()) {
    if (stored.has(made.event.id)) {
      events.push(answerNew(made));
      continue;
    }
    const found = known.get(`${group.tenantId} ${made.event.id}`);
    if (found === undefined) return undefined;
    if (Buffer.compare(found.fingerprint, made.fingerprint) !== 0) return { kind: 'conflict', index };
    events.push(answerKnown(found));
  }
  return { kind: 'accepted', events };
}

function answerNew({ event, ownId, deliveries }: NewEvent): AcceptedEvent {
  const { id, type, createdAt } = event;
  return {
    id,
    ownId,
    type,
    createdAt,
    deliveries: deliveries.map((made) => ({ id: made.id, endpointId: made.endpointId })),
    existing: false,
  };
}

function answerKnown({ id, own_id, type, created_at, deliveries, endpoints }: KnownEvent): AcceptedEvent {
  return {
    id,
    ownId: own_id,
    type,
    createdAt: wall(created_at),
    deliveries: deliveries.flatMap((delivery, index) => {
      const endpointId = endpoints[index];
      return endpointId === undefined ? [] : [{ id: delivery, endpointId }];
    }),
    existing: true,
  };
}

function tooMuchChange(): StoreUnavailable {
  return new StoreUnavailable('busy', 'Tenants or events changed all the time while an event was stored. Try again.');
}

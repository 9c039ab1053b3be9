// Lists of deliveries, pending and ended together, newest first.
import { type AttemptId, type DeliveryId, idFloor, type TenantId } from '../../domain/ids.ts';
import type { DeliveryFilter, DeliverySummary } from '../../seams/store/history.ts';
import type { Page } from '../../seams/store/registry.ts';
import type { Database, Statement } from './connection.ts';
import { latestOfType, type Range } from './deliveries-by-type.ts';
import { plainArray } from './sql-values.ts';
import { type DeliveryRow, ENDED, PENDING, summaryOf, TENANT } from './summary.ts';

/** The last moment that a UUIDv7 can carry. */
const MAX_ID_MS = 2 ** 48 - 1;

/**
 * So often a list of one type looks at its latest events. If that does not fill the page, the other conditions are rarer than
 * the type, or it is frequent: then deliveries are walked through.
 */
const STEPS_BY_TYPE = 4;

const FILTER = `
${TENANT}
  and id < $3 and id >= $4
  and ($5::uuid is null or endpoint_id = $5)
  and ($6::uuid is null or id = any ((select deliveries from posthorn.event where ${TENANT} and id = $6)::uuid[]))
  and ($7::text is null or event_type = $7)
  and ($9::uuid is null or id = $9)`;

/** Served by attempt_id. */
const DELIVERY_OF_ATTEMPT: Statement = {
  text: 'select delivery_id from posthorn.attempt where id = $1 and number > 0',
};

/**
 * Served by queue_tenant, and by the primary key of delivery, delivery_endpoint, delivery_unsuccessful or
 * delivery_unsuccessful_of_endpoint. Planned for its values each time: what they rule out is not looked at.
 */
export const DELIVERIES: Statement = {
  text: `
(${PENDING} where ${FILTER} and attempts >= 0 and ($8::text is null or $8 = 'pending') order by id desc limit $2)
union all
(${ENDED} where ${FILTER} and $8::text is distinct from 'pending' and ($8::text is null or state = $8) order by id desc
  limit $2)
order by id desc
limit $2
`,
};

/** Served by the primary keys. */
const AMONG: Statement = {
  text: `
select found.*
from unnest($2::uuid[]) as listed (id) cross join lateral (
  ${PENDING} where ${TENANT} and queue.id = listed.id
  union all
  ${ENDED} where ${TENANT} and delivery.id = listed.id
) as found
where $3::text is null or found.state = $3
order by found.id desc
limit $4
`,
};

/** See `History.deliveries`. */
export async function deliveries(
  database: Database,
  tenantId: TenantId,
  filter: DeliveryFilter,
  page: Page<DeliveryId>,
): Promise<DeliverySummary[]> {
  const attempted = filter.attemptId === undefined ? null : await deliveryOf(database, filter.attemptId);
  if (attempted === undefined) return [];
  const until = momentFloor(filter.until ?? MAX_ID_MS);
  const low = momentFloor(filter.since ?? 0);
  const high = page.after !== null && page.after < until ? page.after : until;
  const { rows: first, downTo } = await ofType(database, tenantId, filter, { low, high }, page.limit);
  if (downTo === low || first.length === page.limit) return first.map(summaryOf);
  const rest = await database.read<DeliveryRow>(DELIVERIES, [
    tenantId,
    page.limit - first.length,
    downTo,
    low,
    filter.endpointId ?? null,
    filter.eventId ?? null,
    filter.eventType ?? null,
    filter.state ?? null,
    attempted,
  ]);
  return [...first, ...rest].map(summaryOf);
}

/** The newest deliveries of the type that is asked for, and the id down to which none is missing. */
async function ofType(
  database: Database,
  tenantId: TenantId,
  { eventType, endpointId, eventId, attemptId, state }: DeliveryFilter,
  { low, high }: Range,
  limit: number,
): Promise<{ rows: DeliveryRow[]; downTo: DeliveryId }> {
  const rows: DeliveryRow[] = [];
  let downTo = high;
  // An event or an attempt leads to its deliveries at once.
  if (eventType === undefined || eventId !== undefined || attemptId !== undefined) return { rows, downTo };
  for (let step = 0; step < STEPS_BY_TYPE && downTo > low && rows.length < limit; step++) {
    const range = { low, high: downTo };
    const latest = await latestOfType(database, tenantId, eventType, endpointId ?? null, range);
    if (latest.downTo >= downTo) break;
    const ids = latest.ids.filter((id) => id >= latest.downTo && id < range.high);
    const values = [tenantId, plainArray(ids), state ?? null, limit - rows.length];
    if (ids.length > 0) rows.push(...(await database.read<DeliveryRow>(AMONG, values)));
    downTo = latest.downTo;
  }
  return { rows, downTo };
}

async function deliveryOf(database: Database, id: AttemptId): Promise<DeliveryId | undefined> {
  const [found] = await database.read<{ delivery_id: DeliveryId }>(DELIVERY_OF_ATTEMPT, [id]);
  return found?.delivery_id;
}

/** A delivery's id carries when it was created, so lists need no other index for times. */
function momentFloor(ms: number): DeliveryId {
  return idFloor(Math.min(ms, MAX_ID_MS));
}

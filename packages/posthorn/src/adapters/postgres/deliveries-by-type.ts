// Deliveries of one event type, found by its events: an index leads to them, however many other deliveries there are.
import { type DeliveryId, type EndpointId, ID_SKEW_MS, idFloor, idTime, type TenantId } from '../../domain/ids.ts';
import type { Database, Statement } from './connection.ts';

/** Events read per step, and deliveries: a step ends with the event that brings it to so many. */
const EVENTS_PER_STEP = 300;
const DELIVERIES_PER_STEP = 600;

/** Served by event_type. `reached` is empty when there are no older ones. */
const LISTED: Statement = {
  text: `
with latest as materialized (
  select created_at, id, deliveries, endpoints
  from posthorn.event
  where tenant = (select key from posthorn.tenant where id = $1 and deleted_at is null) and type = $2
    and created_at >= 0 and created_at <= $3 and created_at >= $4
  order by created_at desc, id desc
  limit ${EVENTS_PER_STEP}
),
taken as materialized (
  select *
  from (
    select *, sum(cardinality(deliveries)) over (order by created_at desc, id desc) - cardinality(deliveries) as before
    from latest
  ) as counted
  where before < ${DELIVERIES_PER_STEP}
)
select
  array(
    select made.id
    from taken cross join unnest(deliveries, endpoints) as made (id, endpoint_id)
    where $5::uuid is null or made.endpoint_id = $5
  ) as ids,
  case when count(*) = ${EVENTS_PER_STEP} or count(*) < (select count(*) from latest) then min(created_at) end as reached
from taken
`,
};

/** Deliveries to look for: ids from `low` (included) up to `high` (not included). */
export interface Range {
  readonly low: DeliveryId;
  readonly high: DeliveryId;
}

/**
 * The deliveries of the latest events of a type that fit a range, of one endpoint or of all.
 * @returns them in no order, and the id down to which none is missing: the lower end of the range, or `high` and more where
 * events of the type come so thick and fast that nothing is certain yet
 */
export async function latestOfType(
  database: Database,
  tenantId: TenantId,
  type: string,
  endpointId: EndpointId | null,
  { low, high }: Range,
): Promise<{ ids: DeliveryId[]; downTo: DeliveryId }> {
  const [newest, oldest] = [idTime(high) + ID_SKEW_MS, idTime(low) - ID_SKEW_MS];
  const [row] = await database.read<{ ids: DeliveryId[]; reached: number | null }>(LISTED, [
    tenantId,
    type,
    newest,
    oldest,
    endpointId,
  ]);
  if (row === undefined || row.reached === null) return { ids: row?.ids ?? [], downTo: low };
  // Only above this id is it certain that its event is among them.
  const certain = idFloor<DeliveryId>(row.reached + ID_SKEW_MS + 1);
  return { ids: row.ids, downTo: certain > low ? certain : low };
}

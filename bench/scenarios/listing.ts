// Every list and filter that the API offers, as requests: the first page, and one deep in the history.
import { makeCursor } from '../../packages/posthorn/src/apps/api/cursor.ts';
import { isoTime, wall } from '../../packages/posthorn/src/domain/time.ts';
import { eventOf, type Past, RARE_TYPE, USUAL_TYPE } from '../world/past.ts';

export interface Listing {
  readonly name: string;
  /** Paths with their queries: of the first page, or all there is, and of a deep one. */
  readonly first: string;
  readonly deep?: string;
}

export interface Scene {
  readonly past: Past;
  /** One of its endpoints, and the last of its tenant's and of all tenants by their order. */
  readonly endpointId: string;
  readonly deepEndpointId: string;
  readonly deepTenantId: string;
  /** A tenant beside it with little history. */
  readonly smallTenantId: string;
}

/** The longest page that may be asked for. */
const LIMIT = 200;
/** How much of the history is older than a deep page. */
const DEEP = 0.05;
const HOUR_MS = 3_600_000;

/** @param scene what there is to be listed */
export function listings({ past, endpointId, deepEndpointId, deepTenantId, smallTenantId }: Scene): Listing[] {
  const { events, tenantId } = past;
  const [middle, deep] = [eventOf(past, Math.floor(events / 2)), eventOf(past, Math.floor(events * DEEP))];
  const tenant = `/v1/tenants/${tenantId}`;
  const at = (moment: number) => isoTime(wall(moment));
  const hour = `since=${at(middle.createdAt - HOUR_MS / 2)}&until=${at(middle.createdAt + HOUR_MS / 2)}`;
  const eventCursor = ({ createdAt, id }: typeof deep) => makeCursor('events', `${createdAt}:${id}`);
  const deliveryCursor = ({ deliveryId }: typeof deep) => makeCursor('deliveries', deliveryId);

  const list = (name: string, path: string, filter: string, cursor: string): Listing => {
    const query = `${path}?limit=${LIMIT}${filter === '' ? '' : `&${filter}`}`;
    return { name, first: query, deep: `${query}&cursor=${cursor}` };
  };
  const deliveries = (filter: string, from = deep) =>
    list(`deliveries ${worded(filter)}`, `${tenant}/deliveries`, filter, deliveryCursor(from));
  const eventList = (filter: string, from = deep) =>
    list(`events ${worded(filter)}`, `${tenant}/events`, filter, eventCursor(from));
  const one = (name: string, path: string): Listing => ({ name, first: path });

  return [
    deliveries(''),
    deliveries(`eventId=${middle.id}`),
    one('deliveries attemptId', `${tenant}/deliveries?attemptId=${middle.attemptId}`),
    ...eachAndAnyTwo([
      ['succeeded', 'exhausted', 'cancelled', 'pending', 'exhausted,cancelled'].map((state) => `state=${state}`),
      ['succeeded', 'http_status', 'tls_error', 'succeeded,tls_error'].map((outcome) => `outcome=${outcome}`),
      ['200', '204', '503', '5xx', '4xx,204'].map((status) => `status=${status}`),
      [`endpointId=${endpointId}`],
      [`eventType=${USUAL_TYPE}`, `eventType=${RARE_TYPE}`],
      [hour],
    ]).map((filter) => deliveries(filter, filter.includes(hour) ? middle : deep)),
    eventList(''),
    eventList(`eventType=${USUAL_TYPE}`),
    eventList(`eventType=${RARE_TYPE}`),
    eventList(hour, middle),
    eventList(`${hour}&eventType=${USUAL_TYPE}`, middle),
    list('deliveries of a small tenant', `/v1/tenants/${smallTenantId}/deliveries`, '', deliveryCursor(deep)),
    list('its state=pending', `/v1/tenants/${smallTenantId}/deliveries`, 'state=pending', deliveryCursor(deep)),
    list('endpoints', `${tenant}/endpoints`, '', makeCursor('endpoints', deepEndpointId)),
    list('tenants', '/v1/tenants', '', makeCursor('tenants', deepTenantId)),
    one('replays', `${tenant}/replays?limit=${LIMIT}`),
    ...['hour', 'day', 'month'].flatMap((span) => [
      one(`statistics, ${span}`, `/v1/stats?span=${span}`),
      one(`statistics of a tenant, ${span}`, `/v1/stats?span=${span}&tenant=${tenantId}`),
      one(`statistics of an endpoint, ${span}`, `${tenant}/endpoints/${endpointId}/stats?span=${span}`),
    ]),
    one('one event', `${tenant}/events/${middle.id}`),
    one('one delivery', `${tenant}/deliveries/${middle.deliveryId}`),
  ];
}

/** Each value of each filter alone, and with each value of every other one. */
function eachAndAnyTwo(filters: readonly (readonly string[])[]): string[] {
  return filters.flatMap((values, index) => {
    const others = filters.slice(index + 1).flat();
    return values.flatMap((value) => [value, ...others.map((other) => `${value}&${other}`)]);
  });
}

/** A filter without what differs from run to run. */
function worded(filter: string): string {
  return filter
    .replace(/(endpointId|eventId)=[^&]+/g, '$1')
    .replace(/since=[^&]+&until=[^&]+/, 'of one hour')
    .replaceAll('&', ', ');
}

// Everything the pages ask the API, by name, so that what changed can be asked again.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { every, LIST_INTERVAL_MS, SETTINGS_INTERVAL_MS } from '../live/live.ts';
import type { News } from '../live/news.ts';
import { get, ofTenant, withQuery } from './client.ts';
import type { Delivery, DeliveryDetail, Endpoint, EventDetail, Page, PostedEvent, Session, Tenant } from './shapes.ts';

/** The API's largest page. */
const MAX_PAGE_ITEMS = 200;
/** Tenants and endpoints are few; who has more finds the rest by their ids. */
const MAX_LISTED = 2_000;
/** After news, a single thing is asked for again this often at most, in milliseconds. */
const ONE_GAP_MS = 250;
/** What is made of many is asked for again this often at most, in milliseconds. */
const MANY_GAP_MS = 1_500;

async function all<Item>(path: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await get(withQuery(path, { limit: MAX_PAGE_ITEMS, cursor: cursor ?? undefined }));
    items.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < MAX_LISTED);
  return items;
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => get<Session>('/session'),
  staleTime: Number.POSITIVE_INFINITY,
});

export const useTenants = () =>
  useQuery({
    queryKey: ['tenants'],
    queryFn: () => all<Tenant>('/v1/tenants'),
    refetchInterval: every(SETTINGS_INTERVAL_MS),
  });

export const endpointsKey = (tenant: string) => ['tenant', tenant, 'endpoints'];

export const useEndpoints = (tenant: string) =>
  useQuery({
    queryKey: endpointsKey(tenant),
    queryFn: () => all<Endpoint>(ofTenant(tenant, '/endpoints')),
    refetchInterval: every(SETTINGS_INTERVAL_MS),
  });

export const useEndpoint = (tenant: string, id: string) =>
  useQuery({
    queryKey: [...endpointsKey(tenant), id],
    queryFn: () => get<Endpoint>(ofTenant(tenant, `/endpoints/${id}`)),
    refetchInterval: every(SETTINGS_INTERVAL_MS),
  });

export const deliveryQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ['tenant', tenant, 'delivery', id],
    queryFn: () => get<DeliveryDetail>(ofTenant(tenant, `/deliveries/${id}`)),
  });

/** One delivery with its attempts, live. */
export const useDelivery = (tenant: string, id: string) =>
  useQuery({
    ...deliveryQuery(tenant, id),
    refetchInterval: every(LIST_INTERVAL_MS),
    meta: { live: { concerns: (news) => news.ofDelivery(id), gapMs: ONE_GAP_MS } },
  });

/** An event never changes; what becomes of it does. */
export const useEvent = (tenant: string, id: string | undefined, live = false) =>
  useQuery({
    queryKey: ['tenant', tenant, 'event', id],
    queryFn: () => get<EventDetail>(ofTenant(tenant, `/events/${id}`)),
    enabled: id !== undefined,
    ...(live
      ? {
          refetchInterval: every(LIST_INTERVAL_MS),
          meta: { live: { concerns: (news: News) => id !== undefined && news.ofEvent(id), gapMs: ONE_GAP_MS } },
        }
      : { staleTime: Number.POSITIVE_INFINITY }),
  });

export const useEvents = (tenant: string) =>
  useQuery({
    queryKey: ['tenant', tenant, 'events'],
    queryFn: () => get<Page<PostedEvent>>(withQuery(ofTenant(tenant, '/events'), { limit: 50 })),
    refetchInterval: every(LIST_INTERVAL_MS),
    meta: { live: { concerns: ({ accepted, everything }) => accepted > 0 || everything, gapMs: MANY_GAP_MS } },
  });

/** The latest deliveries, as many as one page of the API holds. */
export const useRecentDeliveries = (tenant: string, endpointId?: string, state?: Delivery['state']) =>
  useQuery({
    queryKey: ['tenant', tenant, 'recent', endpointId, state],
    queryFn: () =>
      get<Page<Delivery>>(withQuery(ofTenant(tenant, '/deliveries'), { endpointId, state, limit: MAX_PAGE_ITEMS })),
    refetchInterval: every(LIST_INTERVAL_MS),
    meta: { live: { concerns: (news) => endpointId === undefined || news.ofEndpoint(endpointId), gapMs: MANY_GAP_MS } },
  });

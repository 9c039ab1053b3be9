// Everything the pages ask the API, by name, so that what changed can be asked again.
import { keepPreviousData, queryOptions, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import type { Changes } from '../live/changes.ts';
import { every, LIST_INTERVAL_MS, SETTINGS_INTERVAL_MS } from '../live/live.ts';
import type {
  AllStatistics,
  Delivery,
  DeliveryDetail,
  Endpoint,
  EventDetail,
  Page,
  PostedEvent,
  Replay,
  Session,
  Span,
  Statistics,
  Tenant,
} from './answers.ts';
import { get, ofTenant, withQuery } from './client.ts';

/** The API's largest page. */
const MAX_PAGE_ITEMS = 200;
/** Items of a list before somebody asks for more. */
const LIST_ITEMS = 100;
/** Items that a search shows. */
const SEARCH_ITEMS = 50;
/** After changes, a single thing is asked for again this often at most, in milliseconds. */
const ONE_GAP_MS = 250;
/** Queries over many rows are repeated this often at most, in milliseconds. */
const MANY_GAP_MS = 1_500;
/** Sums are asked for again this often at most, in milliseconds: more often nobody sees a difference. */
const SUMS_GAP_MS = 3_000;
/** How far a running replay is: it moves ten times a second. */
const REPLAY_INTERVAL_MS = 500;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => get<Session>('/session'),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The first tenants, enough to know whether there are none, one or more. */
export const useFirstTenants = () =>
  useQuery({
    queryKey: ['tenants', 'first'],
    queryFn: () => get<Page<Tenant>>(withQuery('/v1/tenants', { limit: 2 })),
  });

/** A tenant by its id; a missing one is an error of status 404. */
export const useTenant = (id: string | undefined) =>
  useQuery({
    queryKey: ['tenants', 'one', id],
    queryFn: () => get<Tenant>(ofTenant(id ?? '')),
    enabled: id !== undefined,
    refetchInterval: every(SETTINGS_INTERVAL_MS),
  });

/** Tenants whose id or name has a text in it, the first ones. @param wanted asks only then */
export const useTenantSearch = (text: string, wanted: boolean) =>
  useQuery({
    queryKey: ['tenants', 'search', text],
    queryFn: () => get<Page<Tenant>>(withQuery('/v1/tenants', { limit: SEARCH_ITEMS, search: text })),
    placeholderData: keepPreviousData,
    enabled: wanted,
  });

/** Endpoints whose id, description or host has a text in it, the first ones. @param wanted asks only then */
export const useEndpointSearch = (tenant: string, text: string, wanted: boolean) =>
  useQuery({
    queryKey: ['tenant', tenant, 'endpoint-search', text],
    queryFn: () =>
      get<Page<Endpoint>>(withQuery(ofTenant(tenant, '/endpoints'), { limit: SEARCH_ITEMS, search: text })),
    placeholderData: keepPreviousData,
    enabled: wanted,
  });

export const endpointsKey = (tenant: string) => ['tenant', tenant, 'endpoints'];

/** Endpoints with a text in their id, description or host, newest first, as many pages as were asked for. */
export const useEndpointList = (tenant: string, text: string) =>
  useInfiniteQuery({
    queryKey: [...endpointsKey(tenant), 'list', text],
    queryFn: ({ pageParam }) =>
      get<Page<Endpoint>>(
        withQuery(ofTenant(tenant, '/endpoints'), { limit: LIST_ITEMS, search: text, cursor: pageParam }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: every(SETTINGS_INTERVAL_MS),
  });

/** The newest endpoints of a tenant, as many as one page of the API holds: few tenants have more. */
export const useNewestEndpoints = (tenant: string) =>
  useQuery({
    queryKey: [...endpointsKey(tenant), 'newest'],
    queryFn: () => get<Page<Endpoint>>(withQuery(ofTenant(tenant, '/endpoints'), { limit: MAX_PAGE_ITEMS })),
    refetchInterval: every(SETTINGS_INTERVAL_MS),
  });

export const endpointQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [...endpointsKey(tenant), id],
    queryFn: () => get<Endpoint>(ofTenant(tenant, `/endpoints/${id}`)),
    staleTime: SETTINGS_INTERVAL_MS,
  });

/** Those of some endpoints that are there. */
export const useEndpointsById = (tenant: string, ids: readonly string[]): readonly Endpoint[] =>
  useQueries({
    queries: [...new Set(ids)].map((id) => ({ ...endpointQuery(tenant, id), retryOnMount: false })),
    combine: (results) => results.flatMap(({ data }) => data ?? []),
  });

export const useEndpoint = (tenant: string, id: string | undefined) =>
  useQuery({
    ...endpointQuery(tenant, id ?? ''),
    enabled: id !== undefined,
    refetchInterval: every(SETTINGS_INTERVAL_MS),
  });

/** One delivery with its attempts, live for whoever shows it. */
export const deliveryQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ['tenant', tenant, 'delivery', id],
    queryFn: () => get<DeliveryDetail>(ofTenant(tenant, `/deliveries/${id}`)),
    refetchInterval: every(LIST_INTERVAL_MS),
    meta: { live: { concerns: (changes) => changes.ofDelivery(id), gapMs: ONE_GAP_MS } },
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
          meta: {
            live: { concerns: (changes: Changes) => id !== undefined && changes.ofEvent(id), gapMs: ONE_GAP_MS },
          },
        }
      : { staleTime: Number.POSITIVE_INFINITY }),
  });

/** The events of a tenant, newest first, as many pages as were asked for. */
export const useEvents = (tenant: string) =>
  useInfiniteQuery({
    queryKey: ['tenant', tenant, 'events'],
    queryFn: ({ pageParam }) =>
      get<Page<PostedEvent>>(withQuery(ofTenant(tenant, '/events'), { limit: 50, cursor: pageParam })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: every(LIST_INTERVAL_MS),
    meta: { live: { concerns: ({ accepted, everything }) => accepted > 0 || everything, gapMs: MANY_GAP_MS } },
  });

interface Recent {
  readonly endpointId?: string;
  readonly state?: Delivery['state'];
  readonly limit: number;
}

/** The latest deliveries of a kind. */
export const useRecentDeliveries = (tenant: string, recent: Recent) =>
  useQuery({
    queryKey: ['tenant', tenant, 'recent', recent],
    queryFn: () => get<Page<Delivery>>(withQuery(ofTenant(tenant, '/deliveries'), { ...recent })),
    refetchInterval: every(LIST_INTERVAL_MS),
    meta: {
      live: {
        concerns: (changes) => recent.endpointId === undefined || changes.ofEndpoint(recent.endpointId),
        gapMs: MANY_GAP_MS,
      },
    },
  });

/** Statistics of everybody or a tenant. */
export const useStatistics = (tenant: string | undefined, span: Span) =>
  useQuery({
    queryKey: ['statistics', tenant, span],
    queryFn: () => get<AllStatistics>(withQuery('/v1/stats', { tenant, span })),
    refetchInterval: every(SUMS_GAP_MS),
    placeholderData: keepPreviousData,
    meta: { live: { concerns: happens, gapMs: SUMS_GAP_MS } },
  });

/** Statistics of an endpoint. */
export const useEndpointStatistics = (tenant: string, id: string, span: Span) =>
  useQuery({
    queryKey: ['statistics', tenant, id, span],
    queryFn: () => get<Statistics>(withQuery(ofTenant(tenant, `/endpoints/${id}/stats`), { span })),
    refetchInterval: every(SUMS_GAP_MS),
    placeholderData: keepPreviousData,
    meta: { live: { concerns: (changes) => changes.ofEndpoint(id), gapMs: SUMS_GAP_MS } },
  });

export const replaysKey = (tenant: string) => ['tenant', tenant, 'replays'];

/** The latest replays, as many as one page of the API holds. */
export const useReplays = (tenant: string) =>
  useQuery({
    queryKey: replaysKey(tenant),
    queryFn: () => get<Page<Replay>>(withQuery(ofTenant(tenant, '/replays'), { limit: MAX_PAGE_ITEMS })),
    refetchInterval: every(LIST_INTERVAL_MS),
    meta: { live: { concerns: happens, gapMs: MANY_GAP_MS } },
  });

/** One replay; how far it is shows in the attempts that are made. */
export const useReplay = (tenant: string, id: string) =>
  useQuery({
    queryKey: [...replaysKey(tenant), id],
    queryFn: () => get<Replay>(ofTenant(tenant, `/replays/${id}`)),
    refetchInterval: (query) =>
      query.state.data?.state === 'running' ? REPLAY_INTERVAL_MS : every(LIST_INTERVAL_MS)(query),
  });

const happens = ({ accepted, attempts, everything }: Changes): boolean =>
  accepted > 0 || attempts.size > 0 || everything;

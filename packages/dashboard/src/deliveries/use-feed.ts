// The deliveries that fit some filters, current for as long as they are shown.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Delivery, Page } from '../api/answers.ts';
import { get, ofTenant, withQuery } from '../api/client.ts';
import type { Changes } from '../live/changes.ts';
import { every, LIST_INTERVAL_MS, live } from '../live/live.ts';
import { DeliveryFeed } from './feed.ts';
import type { Filters } from './filters.ts';
import { useListCache } from './list-cache.tsx';

export function useFeed(tenant: string, filters: Filters) {
  const queries = useQueryClient();
  const cache = useListCache();
  const feed = useMemo(() => {
    const key = ['tenant', tenant, 'deliveries', filters];
    // Through the queries, so that what is refused is handled as everywhere; the list itself is kept by the feed.
    const make = () =>
      new DeliveryFeed((cursor, limit) =>
        queries.fetchQuery({
          queryKey: [...key, cursor, limit],
          queryFn: () => filledPage(tenant, filters, limit, cursor),
          gcTime: 0,
          // The feed asks again by itself, and says meanwhile what is wrong.
          retry: false,
        }),
      );
    return cache.take(JSON.stringify(key), make);
  }, [queries, cache, tenant, filters]);
  const view = useSyncExternalStore(feed.subscribe, feed.view);

  useEffect(() => live.listen((changes) => feed.hear(changes, mayAdd(changes, filters))), [feed, filters]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const ask = () => {
      if (!document.hidden) feed.refresh();
      const status = feed.view().error === undefined ? 'success' : 'error';
      timer = setTimeout(ask, every(LIST_INTERVAL_MS)({ state: { status } }));
    };
    ask();
    return () => clearTimeout(timer);
  }, [feed]);
  return { feed, view };
}

/** More pages that are asked for to fill one up, once something is in it. */
const MAX_FILLING = 10;

/** A search for what is rare ends before its page is full, perhaps with nothing yet: then it goes on. */
async function filledPage(tenant: string, filters: Filters, limit: number, cursor?: string): Promise<Page<Delivery>> {
  const data: Delivery[] = [];
  let next = cursor;
  for (let pages = 0; ; pages++) {
    const query = { ...filters, limit: limit - data.length, cursor: next };
    const page = await get<Page<Delivery>>(withQuery(ofTenant(tenant, '/deliveries'), query));
    data.push(...page.data);
    const isFull = data.length === limit || (data.length > 0 && pages >= MAX_FILLING);
    if (page.nextCursor === null || isFull) return { data, nextCursor: page.nextCursor };
    next = page.nextCursor;
  }
}

/** Whether changes may be of deliveries that these filters let in. */
function mayAdd(changes: Changes, { state, outcome, status, endpointId, eventId }: Filters): boolean {
  if (eventId !== undefined && !changes.ofEvent(eventId)) return changes.accepted > 0;
  // Deliveries are born pending, and come into another state by an attempt.
  const byAttempt = state !== undefined || outcome !== undefined || status !== undefined;
  const born = outcome === undefined && status === undefined && (state === undefined || state.includes('pending'));
  if (born && changes.accepted > 0) return true;
  return byAttempt && (endpointId === undefined ? changes.attempts.size > 0 : changes.ofEndpoint(endpointId));
}

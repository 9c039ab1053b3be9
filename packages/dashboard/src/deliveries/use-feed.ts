// The deliveries that fit some filters, current for as long as they are shown.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { get, ofTenant, withQuery } from '../api/client.ts';
import type { Delivery, Page } from '../api/shapes.ts';
import { every, LIST_INTERVAL_MS, live } from '../live/live.ts';
import type { News } from '../live/news.ts';
import { DeliveryFeed } from './feed.ts';
import type { Filters } from './filters.ts';
import { useShelf } from './shelf.tsx';

export function useFeed(tenant: string, filters: Filters) {
  const queries = useQueryClient();
  const shelf = useShelf();
  const feed = useMemo(() => {
    const key = ['tenant', tenant, 'deliveries', filters];
    // Through the queries, so that what is refused is handled as everywhere; the list itself is kept by the feed.
    const make = () =>
      new DeliveryFeed((cursor, limit) =>
        queries.fetchQuery({
          queryKey: [...key, cursor, limit],
          queryFn: () => get<Page<Delivery>>(withQuery(ofTenant(tenant, '/deliveries'), { ...filters, limit, cursor })),
          gcTime: 0,
          // The feed asks again by itself, and says meanwhile what is wrong.
          retry: false,
        }),
      );
    return shelf.take(JSON.stringify(key), make);
  }, [queries, shelf, tenant, filters]);
  const view = useSyncExternalStore(feed.subscribe, feed.view);

  useEffect(() => live.listen((news) => feed.hear(news, mayAdd(news, filters))), [feed, filters]);
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

/** Whether news may be of deliveries that these filters let in. */
function mayAdd(news: News, { state, endpointId, eventId }: Filters): boolean {
  if (eventId !== undefined && !news.ofEvent(eventId)) return news.accepted > 0;
  // Deliveries are born pending, and come into another state by an attempt.
  const born = state === undefined || state === 'pending';
  if (born && news.accepted > 0) return true;
  return state !== undefined && (endpointId === undefined ? news.attempts.size > 0 : news.ofEndpoint(endpointId));
}

// The deliveries of a list: the newest page asked for again and again, older ones as they are scrolled to.
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { get, ofTenant, withQuery } from '../api/client.ts';
import type { Delivery, Page } from '../api/shapes.ts';
import { every, LIST_INTERVAL_MS } from '../live.ts';
import type { Filters } from './filters.ts';
import { mergePages } from './pages.ts';

const PAGE_ITEMS = 100;
/** Older pages are asked again when somebody comes back to the list after this long. */
const OLDER_STALE_MS = 30_000;

export function useDeliveries(tenant: string, filters: Filters) {
  const queries = useQueryClient();
  const key = ['tenant', tenant, 'deliveries', filters];
  const ask = (cursor: string | undefined) =>
    get<Page<Delivery>>(withQuery(ofTenant(tenant, '/deliveries'), { ...filters, limit: PAGE_ITEMS, cursor }));
  const head = useQuery({
    queryKey: [...key, 'head'],
    queryFn: () => ask(undefined),
    refetchInterval: every(LIST_INTERVAL_MS),
  });
  const first = head.data;
  const older = useInfiniteQuery({
    queryKey: [...key, 'older'],
    queryFn: ({ pageParam }) => ask(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }: Page<Delivery>) => nextCursor ?? undefined,
    enabled: first !== undefined,
    staleTime: OLDER_STALE_MS,
    refetchOnReconnect: false,
  });
  const merged = useMemo(() => mergePages(first, older.data?.pages ?? []), [first, older.data]);
  const { torn } = merged;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is made anew each time, what it is made of is not
  useEffect(() => {
    if (torn) void queries.resetQueries({ queryKey: [...key, 'older'] });
  }, [torn, tenant, filters, queries]);
  return { items: merged.items, head, older };
}

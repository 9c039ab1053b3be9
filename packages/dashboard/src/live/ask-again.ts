// Has queries asked again when there are news of what they show. Each query says in its `meta` which news those are.
import type { Query, QueryClient } from '@tanstack/react-query';
import type { News } from './news.ts';
import { Paced } from './paced.ts';

interface LiveQuery {
  /** Whether what is shown may have changed. */
  readonly concerns: (news: News) => boolean;
  /** Asked again this often at most, in milliseconds. */
  readonly gapMs: number;
}

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { readonly live?: LiveQuery };
  }
}

/** Hears news and asks what is shown again. */
export function askAgain(queries: QueryClient): (news: News) => void {
  const asking = new WeakMap<Query, Paced>();
  return (news) => {
    for (const query of queries.getQueryCache().findAll({ type: 'active' })) {
      const live = query.meta?.live;
      if (live === undefined || !live.concerns(news)) continue;
      const ask = asking.get(query) ?? pacedAsking(queries, query, live.gapMs);
      asking.set(query, ask);
      ask.wish();
    }
  };
}

function pacedAsking(queries: QueryClient, { queryKey }: Query, gapMs: number): Paced {
  return new Paced(gapMs, () => queries.refetchQueries({ queryKey, exact: true, type: 'active' }));
}

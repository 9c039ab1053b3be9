// Has queries asked again when there are changes of what they show. Each query says in its `meta` which changes those are.
import type { Query, QueryClient } from '@tanstack/react-query';
import type { Changes } from './changes.ts';
import { Throttle } from './throttle.ts';

interface LiveQuery {
  /** Whether what is shown may have changed. */
  readonly concerns: (changes: Changes) => boolean;
  /** Asked again this often at most, in milliseconds. */
  readonly gapMs: number;
}

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { readonly live?: LiveQuery };
  }
}

/** Hears changes and asks what is shown again. */
export function askAgain(queries: QueryClient): (changes: Changes) => void {
  const asking = new WeakMap<Query, Throttle>();
  return (changes) => {
    for (const query of queries.getQueryCache().findAll({ type: 'active' })) {
      const live = query.meta?.live;
      if (live === undefined || !live.concerns(changes)) continue;
      const ask = asking.get(query) ?? throttleOf(queries, query, live.gapMs);
      asking.set(query, ask);
      ask.ask();
    }
  };
}

function throttleOf(queries: QueryClient, { queryKey }: Query, gapMs: number): Throttle {
  return new Throttle(gapMs, () => queries.refetchQueries({ queryKey, exact: true, type: 'active' }));
}

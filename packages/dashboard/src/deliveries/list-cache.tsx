// Lists that were left a moment ago, as they were: whoever comes back from a delivery finds the list where it was. They go
// when somebody signs out.
import { createContext, type ReactNode, useContext, useState } from 'react';
import type { DeliveryFeed } from './feed.ts';

/** Each may hold 2 MB. */
const MAX_FEEDS = 3;

class ListCache {
  readonly #feeds = new Map<string, DeliveryFeed>();

  /** The feed of that name, made if it is not there. */
  take(name: string, make: () => DeliveryFeed): DeliveryFeed {
    const feed = this.#feeds.get(name) ?? make();
    this.#feeds.delete(name);
    this.#feeds.set(name, feed);
    const [oldest] = this.#feeds.keys();
    if (this.#feeds.size > MAX_FEEDS && oldest !== undefined) this.#feeds.delete(oldest);
    return feed;
  }
}

const ListCacheContext = createContext(new ListCache());

/** Keeps the lists of whoever is signed in below it. */
export function KeepLists({ children }: { readonly children: ReactNode }) {
  const [cache] = useState(() => new ListCache());
  return <ListCacheContext value={cache}>{children}</ListCacheContext>;
}

export const useListCache = (): ListCache => useContext(ListCacheContext);

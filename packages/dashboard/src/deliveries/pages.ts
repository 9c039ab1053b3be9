// A long list that grows at its head: pages loaded while scrolling, and the newest page asked for again and again. Put
// together they are one list without doubles.
import type { Delivery, Page } from '../api/shapes.ts';

export interface MergedList {
  readonly items: readonly Delivery[];
  /** So much is new that something between head and pages is missing: begin anew. */
  readonly torn: boolean;
}

/** @param head the newest page, as it is now @param pages as loaded while scrolling, newest first */
export function mergePages(head: Page<Delivery> | undefined, pages: readonly Page<Delivery>[]): MergedList {
  const loaded = pages.flatMap(({ data }) => data);
  if (head === undefined) return { items: loaded, torn: false };
  const newest = new Map(head.data.map((delivery) => [delivery.id, delivery]));
  const known = new Set(loaded.map(({ id }) => id));
  const fresh = head.data.filter(({ id }) => !known.has(id));
  const torn = loaded.length > 0 && head.nextCursor !== null && fresh.length === head.data.length;
  // What the head covers and no longer lists has left the filter, e.g. it is no longer pending.
  const oldestOfHead = head.nextCursor === null ? '' : (head.data.at(-1)?.id ?? '');
  const kept = loaded.flatMap((delivery) => newest.get(delivery.id) ?? (delivery.id > oldestOfHead ? [] : [delivery]));
  return { items: [...fresh, ...kept], torn };
}

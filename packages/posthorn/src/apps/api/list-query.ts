// The query of a list: how long a page is, and from when to when.
import type { Static, TObject } from 'typebox';
import { readMoment, type WallMs } from '../../domain/time.ts';
import { DEFAULT_PAGE_ITEMS } from './limits.ts';
import { invalid } from './problems.ts';
import type { PAGE_QUERY } from './schemas/fields.ts';

type PageQuery = Static<TObject<typeof PAGE_QUERY>>;

/** How many items a page is to have. */
export function pageLimit({ limit }: PageQuery): number {
  return limit ?? DEFAULT_PAGE_ITEMS;
}

/** The bounds of a list in time, as the store takes them. */
export function timeBounds(query: { readonly since?: string; readonly until?: string }): {
  readonly since?: WallMs;
  readonly until?: WallMs;
} {
  return {
    ...(query.since !== undefined && { since: moment('query.since', query.since) }),
    ...(query.until !== undefined && { until: moment('query.until', query.until) }),
  };
}

/**
 * Reads a moment whose form has been checked; the 30th of February has the form, too.
 * @throws Problem when there is no such moment
 */
export function moment(field: string, text: string): WallMs {
  const at = readMoment(text);
  if (at === undefined)
    throw invalid({ field, message: 'must be a moment that exists, e.g. 2026-11-23T18:59:00.000Z' });
  return at;
}

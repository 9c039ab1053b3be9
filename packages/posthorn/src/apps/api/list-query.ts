// The query of a list: from when to when.
import { readMoment, type WallMs } from '../../domain/time.ts';
import { invalid } from './problems.ts';

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

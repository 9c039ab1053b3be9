// The endpoints that an event went to, and of the newest others why they did not get it.
import type { Endpoint } from '../api/answers.ts';
import { useEndpointsById, useNewestEndpoints } from '../api/queries.ts';
import { explainMatches, type Match } from './matching.ts';

/** Recipients that are shown by name. A tenant may have ten thousand endpoints. */
export const MAX_SHOWN = 100;

export interface Matches {
  readonly matches: readonly Match<Endpoint>[];
  /** Those, and those that got it and are not among them. */
  readonly count: number;
  /** There are older endpoints, which were not looked at. */
  readonly more: boolean;
  /** The tenant has no endpoint at all. */
  readonly none: boolean;
}

/** @param deliveries of the event; the endpoints of the first hundred are looked up */
export function useMatches(
  tenant: string,
  type: string,
  deliveries: readonly { readonly id: string; readonly endpointId: string }[],
): Matches {
  const newest = useNewestEndpoints(tenant).data;
  const listed = newest?.data ?? [];
  const known = new Set(listed.map(({ id }) => id));
  const older = deliveries.slice(0, MAX_SHOWN).flatMap(({ endpointId: id }) => (known.has(id) ? [] : [id]));
  const found = useEndpointsById(tenant, newest === undefined ? [] : older);
  const matches = explainMatches(type, [...listed, ...found], deliveries);
  const recipients = matches.filter(({ deliveryId }) => deliveryId !== undefined).length;
  return {
    matches,
    count: matches.length + deliveries.length - recipients,
    more: newest !== undefined && newest.nextCursor !== null,
    none: newest?.data.length === 0,
  };
}

/** Said where endpoints are not shown. */
export const ONLY_THE_NEWEST = 'Only the newest endpoints are looked at.';

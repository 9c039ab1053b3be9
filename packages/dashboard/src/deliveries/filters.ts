// Which deliveries are listed: kept in the address, so that a list can be sent to a colleague.
import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { withQuery } from '../api/client.ts';

export interface Filters {
  readonly state: string | undefined;
  readonly outcome: string | undefined;
  /** As the API takes it: `503`, `4xx,503`. */
  readonly status: string | undefined;
  readonly key: string | undefined;
  readonly endpointId: string | undefined;
  readonly eventId: string | undefined;
  readonly eventType: string | undefined;
  /** ISO 8601. */
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/** The filters of the address, and a way to change some of them. */
export function useFilters(): readonly [Filters, (change: Partial<Filters>) => void] {
  const search = useSearch();
  const [path, go] = useLocation();
  const filters = useMemo(() => {
    const given = new URLSearchParams(search);
    const of = (name: keyof Filters) => given.get(name) ?? undefined;
    return {
      state: of('state'),
      outcome: of('outcome'),
      status: of('status'),
      key: of('key'),
      endpointId: of('endpointId'),
      eventId: of('eventId'),
      eventType: of('eventType'),
      since: of('since'),
      until: of('until'),
    };
  }, [search]);
  return [filters, (change) => go(withQuery(path, { ...filters, ...change }), { replace: true })];
}

export const NO_FILTERS: Filters = {
  state: undefined,
  outcome: undefined,
  status: undefined,
  key: undefined,
  endpointId: undefined,
  eventId: undefined,
  eventType: undefined,
  since: undefined,
  until: undefined,
};

export const isFiltered = (filters: Filters): boolean => Object.values(filters).some((value) => value !== undefined);

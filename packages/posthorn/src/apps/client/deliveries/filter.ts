// Which deliveries are asked for, as the query of the API.

/** Filters for deliveries. */
export interface DeliveryFilterFlags {
  /** Several are separated by commas, as in the two that follow. */
  readonly state?: string;
  readonly outcome?: string;
  readonly status?: string;
  readonly endpoint?: string;
  readonly type?: string;
  readonly event?: string;
  readonly key?: string;
  readonly attempt?: string;
  readonly since?: string;
  readonly until?: string;
}

/** @returns without `limit` and `cursor`; empty when everything is asked for */
export function deliveryQuery(flags: DeliveryFilterFlags): string {
  const { state, outcome, status, endpoint, type, event, key, attempt, since, until } = flags;
  const asked = {
    ...{ state, outcome, status, endpointId: endpoint, eventType: type, eventId: event, attemptId: attempt },
    ...{ key, since, until },
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) query.set(name, value);
  return query.size === 0 ? '' : `?${query}`;
}

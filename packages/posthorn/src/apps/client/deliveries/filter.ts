// Which deliveries are asked for, as the query of the API.

/** Filters for deliveries. */
export interface DeliveryFilterFlags {
  readonly state?: string;
  readonly endpoint?: string;
  readonly type?: string;
  readonly event?: string;
  readonly attempt?: string;
  readonly since?: string;
  readonly until?: string;
}

/** @returns without `limit` and `cursor`; empty when everything is asked for */
export function deliveryQuery({ state, endpoint, type, event, attempt, since, until }: DeliveryFilterFlags): string {
  const asked = { state, endpointId: endpoint, eventType: type, eventId: event, attemptId: attempt, since, until };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) query.set(name, value);
  return query.size === 0 ? '' : `?${query}`;
}

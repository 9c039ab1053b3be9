// A filter of deliveries to replay, as the API takes it.
import type { Replay } from '../api/answers.ts';
import type { Filters } from '../deliveries/filters.ts';

export type SettledState = Replay['states'][number];

export const SETTLED_STATES = [
  ['exhausted', 'Exhausted'],
  ['succeeded', 'Succeeded'],
  ['cancelled', 'Cancelled'],
] as const satisfies readonly (readonly [SettledState, string])[];

export interface ReplayRequest {
  readonly endpointId?: string | undefined;
  /** `null` for every type. */
  readonly eventTypes: readonly string[] | null;
  readonly states: readonly SettledState[];
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** The default: all that did not arrive. */
export const EXHAUSTED: ReplayRequest = { eventTypes: null, states: ['exhausted'] };

/**
 * The deliveries of a list.
 * @returns `undefined` when they cannot be replayed: pending ones are under way, single events are retried, and replays know
 *   nothing of outcomes and keys: more would be sent again than are listed
 */
export function requestOf(filters: Filters): ReplayRequest | undefined {
  const { state, outcome, status, key, endpointId, eventId, eventType, since, until } = filters;
  if ([eventId, outcome, status, key].some((value) => value !== undefined)) return undefined;
  const settled = SETTLED_STATES.find(([each]) => each === state)?.[0];
  if (state !== undefined && settled === undefined) return undefined;
  return {
    endpointId,
    eventTypes: eventType === undefined ? null : [eventType],
    states: settled === undefined ? EXHAUSTED.states : [settled],
    since,
    until,
  };
}

/** The body of a request. @param more how it is to be done */
export function bodyOf(
  request: ReplayRequest,
  more: { readonly dryRun: true } | { readonly ratePerSecond: number },
): string {
  const { eventTypes, ...rest } = request;
  return JSON.stringify({ ...rest, ...(eventTypes !== null && { eventTypes }), ...more });
}

/** The filters that list what a replay is about, as far as a list can be told. */
export function filtersOf({
  endpointId,
  eventTypes,
  states,
  since,
  until,
}: Replay): Record<string, string | undefined> {
  const [type] = eventTypes ?? [];
  return {
    endpointId: endpointId ?? undefined,
    eventType: eventTypes?.length === 1 && type?.endsWith('*') === false ? type : undefined,
    state: states.length === 1 ? states[0] : undefined,
    since: since ?? undefined,
    until,
  };
}

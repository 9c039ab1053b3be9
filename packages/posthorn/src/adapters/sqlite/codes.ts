// Numbers that stand for words in the tables, for statements to take by name. They are part of the file format: never reuse
// one for something else.
import type { DeliveryState } from '../../domain/delivery.ts';

import type { EndpointState } from '../../domain/endpoint/endpoint.ts';

import type { Outcome } from '../../domain/outcome.ts';

import { REPLAY_STATES, type ReplayState } from '../../domain/replay.ts';
import type { Place } from '../../domain/retry.ts';

/** Where a pending delivery is (seams/store/queue, "exactly one place"). */
export const PLACE = { leased: 0, due: 1, backlog: 2, paused: 3 } as const satisfies Record<Place, number>;

export const STATE = { pending: 0, succeeded: 1, exhausted: 2, cancelled: 3 } as const satisfies Record<
  DeliveryState,
  number
>;

/** The states of ended deliveries, as a list in SQL. */
export const ENDED_STATES = `${STATE.succeeded}, ${STATE.exhausted}, ${STATE.cancelled}`;

/** 1 is reserved for endpoints that match events and pause their deliveries. */
export const ENDPOINT_STATE = { active: 0, disabled: 2 } as const satisfies Record<EndpointState, number>;

export const REPLAY_STATE = { running: 0, completed: 1, cancelled: 2 } as const satisfies Record<ReplayState, number>;

/** Of a delivery's last attempt. Succeeded is 0: the partial index of what went wrong says so. */
export const OUTCOME = {
  succeeded: 0,
  http_status: 1,
  dns_error: 2,
  connect_refused: 3,
  unreachable: 4,
  connect_timeout: 5,
  connection_reset: 6,
  tls_error: 7,
  reply_timeout: 8,
  protocol_error: 9,
  blocked_address: 10,
  interrupted: 11,
  local_error: 12,
} as const satisfies Record<Outcome, number>;

/** Statuses are stored less this: 200, the usual one, is 0 and takes no byte. */
export const STATUS_BASE = 200;

const OUTCOMES = new Map<number, Outcome>(
  Object.entries(OUTCOME).map(([name, code]): [number, Outcome] => [code, name as Outcome]),
);

const STATES: readonly DeliveryState[] = ['pending', 'succeeded', 'exhausted', 'cancelled'];

const PLACES: readonly Place[] = ['leased', 'due', 'backlog', 'paused'];

/** @throws RangeError when the number stands for nothing: the row was not written by this program */
export function stateOf(code: number): DeliveryState {
  const state = STATES[code];
  if (state === undefined) throw new RangeError(`${code} is no delivery state`);
  return state;
}

/** @throws RangeError as `stateOf` */
export function outcomeOf(code: number): Outcome {
  const outcome = OUTCOMES.get(code);
  if (outcome === undefined) throw new RangeError(`${code} is no outcome`);
  return outcome;
}

/** @throws RangeError as `stateOf` */
export function endpointStateOf(code: number): EndpointState {
  if (code === ENDPOINT_STATE.active) return 'active';
  if (code === ENDPOINT_STATE.disabled) return 'disabled';
  throw new RangeError(`${code} is no state of an endpoint`);
}

/** @throws RangeError as `stateOf` */
export function replayStateOf(code: number): ReplayState {
  const state = REPLAY_STATES[code];
  if (state === undefined) throw new RangeError(`${code} is no state of a replay`);
  return state;
}

/** @throws RangeError as `stateOf` */
export function placeOf(code: number): Place {
  const place = PLACES[code];
  if (place === undefined) throw new RangeError(`${code} is no place of a delivery`);
  return place;
}

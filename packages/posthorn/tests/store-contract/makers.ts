// Makes what the store contract works with: ids, endpoints, events, results. Every value differs from the defaults of
// whatever may forget to store it.
import type { EventContent, LeasedDelivery, Next } from '../../src/domain/delivery.ts';
import {
  type AttemptId,
  type ClaimId,
  type DeliveryId,
  type EndpointId,
  type EventId,
  makeId,
  type OwnerId,
  parseTenantId,
  type ReplayId,
  type TenantId,
} from '../../src/domain/ids.ts';
import type { CallResult, Response } from '../../src/domain/outcome.ts';
import { type SteadyMs, steady, type WallMs, wall } from '../../src/domain/time.ts';
import type { AttemptRecord } from '../../src/seams/store/queue.ts';
import type { StoredEndpoint } from '../../src/seams/store/registry.ts';

/** The wall clock at the beginning of every test. */
export const WALL: WallMs = wall(1_780_000_000_000);
/** The steady clock at the beginning of every test: off by a minute, so that mixing the two shows. */
export const STEADY: SteadyMs = steady(1_779_999_940_000);

export const later = (ms: number): SteadyMs => steady(STEADY + ms);
export const wallLater = (ms: number): WallMs => wall(WALL + ms);

let made = 0;

/** A new id; ids made at the same moment rise in the order they are made. */
export function newId<Id extends EndpointId | EventId | DeliveryId | AttemptId | ReplayId | OwnerId | ClaimId>(
  at: number = WALL,
): Id {
  made += 1;
  const bytes = new Uint8Array(10);
  new DataView(bytes.buffer).setUint32(6, made);
  return makeId<Id>(at, bytes);
}

export function tenantId(text: string): TenantId {
  const id = parseTenantId(text);
  if (id === undefined) throw new Error(`${text} is no tenant id`);
  return id;
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function newEndpoint(tenant: TenantId, parts: Partial<StoredEndpoint> = {}): StoredEndpoint {
  return {
    id: newId<EndpointId>(),
    tenantId: tenant,
    uid: null,
    state: 'active',
    version: 1,
    host: 'example.com',
    urlKey: Uint8Array.of(3, 0, 255),
    createdAt: WALL,
    updatedAt: wallLater(1),
    codec: 9,
    settings: utf8('{"description":"Zoë’s 🦊 “hooks”"}'),
    sealed: Uint8Array.of(1, 0, 255, 128),
    changedBy: 'key',
    ...parts,
  };
}

export function newEvent(tenant: TenantId, parts: Partial<EventContent> = {}): EventContent {
  const createdAt = parts.createdAt ?? WALL;
  const id = parts.id ?? newId<EventId>(createdAt);
  return { id, tenantId: tenant, type: 'order.paid', createdAt, body: utf8(`{"id":"${id}","n":300.20}`), ...parts };
}

/** A fingerprint; the same seed gives the same one. */
export function fingerprintOf(seed: number): Uint8Array {
  return new Uint8Array(32).fill(seed);
}

export const RESPONSE: Response = {
  status: 503,
  headers: [
    ['content-type', 'text/plain; charset="utf-8"'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=ü'],
  ],
  body: Uint8Array.of(0, 255, 10, 195, 40),
  truncated: true,
};

export const FAILED = {
  outcome: 'http_status',
  connectMs: 12.5,
  durationMs: 34.25,
  repeated: true,
  response: RESPONSE,
  error: 'The endpoint answered 503.',
} as const satisfies CallResult;

export const SUCCEEDED = {
  outcome: 'succeeded',
  connectMs: null,
  durationMs: 7,
  repeated: false,
  response: { status: 204, headers: [], body: new Uint8Array(0), truncated: false },
  error: null,
} as const satisfies CallResult;

export const REFUSED = {
  outcome: 'connect_refused',
  connectMs: null,
  durationMs: 1,
  repeated: false,
  response: null,
  error: 'The connection was refused.',
} as const satisfies CallResult;

export const DONE: Next = { state: 'succeeded', failures: 0, interruptions: 0 };
export const EXHAUSTED: Next = { state: 'exhausted', failures: 3, interruptions: 0 };
export const dueAgain = (at: SteadyMs, failures = 1): Next => ({
  state: 'pending',
  dueAt: at,
  failures,
  interruptions: 0,
  resume: null,
});

/** The record of an attempt that its holder has made. */
export function attemptOf(
  delivery: Pick<LeasedDelivery, 'id' | 'attempts' | 'resume'>,
  result: CallResult,
  next: Next,
  parts: Partial<AttemptRecord> = {},
): AttemptRecord {
  return {
    deliveryId: delivery.id,
    attemptId: newId<AttemptId>(),
    number: delivery.attempts + 1,
    trigger: delivery.resume === null ? 'schedule' : 'manual',
    madeFrom: { version: 2, sender: 3 },
    startedAt: wallLater(100),
    endedAt: wallLater(200),
    result,
    next,
    ...parts,
  };
}

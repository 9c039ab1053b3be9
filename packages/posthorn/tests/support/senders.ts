// A sender for tests, with short limits and loopback allowed, and the calls that it makes.
import assert from 'node:assert/strict';
import { createSender, type SenderSettings, type SenderWorld } from '../../src/adapters/sender/index.ts';
import type { Resolver } from '../../src/adapters/sender/resolver.ts';
import type { Call } from '../../src/domain/call.ts';
import { type AttemptId, type EndpointId, type EventId, makeId, type TenantId } from '../../src/domain/ids.ts';
import { type Networks, parseNetworks } from '../../src/domain/networks.ts';
import type { CallResult } from '../../src/domain/outcome.ts';
import type { Sender } from '../../src/seams/sender.ts';

/** Limits of calls that are to run into them. */
export const CONNECT_MS = 300;
export const REPLY_MS = 400;
/** Limits of all others: no machine is so busy. */
const PATIENT_MS = 30_000;

export function networks(...cidrs: string[]): Networks {
  const parsed = parseNetworks(cidrs);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.networks;
}

export interface TestSender extends AsyncDisposable {
  readonly sender: Sender;
  /** Makes a call; what is not given is small, harmless or patient. */
  send(url: string, call?: Partial<Call>, stop?: AbortSignal): Promise<CallResult>;
}

/** Ids that no receiver sees. */
const NOBODY = {
  tenantId: 'acme' as TenantId,
  endpointId: makeId<EndpointId>(1, new Uint8Array(10)),
  eventId: makeId<EventId>(2, new Uint8Array(10)),
  deliveryId: null,
  attemptId: makeId<AttemptId>(3, new Uint8Array(10)),
};

/** Loopback and plain HTTP are allowed unless said otherwise. */
export function startSender(settings: Partial<SenderSettings> = {}, world: SenderWorld = {}): TestSender {
  const sender = createSender(
    { allowed: networks('127.0.0.0/8', '::1/128'), denied: [], allowHttp: true, extraCa: [], ...settings },
    world,
  );
  const never = new AbortController().signal;
  return {
    sender,
    send: (url, call = {}, stop = never) =>
      sender.send(
        {
          ...NOBODY,
          url,
          headers: [['content-type', 'application/json']],
          body: Buffer.from('{"a":1}'),
          connectTimeoutMs: PATIENT_MS,
          replyTimeoutMs: PATIENT_MS,
          ...call,
        },
        stop,
      ),
    [Symbol.asyncDispose]: () => sender.close(),
  };
}

/** Answers every name with these addresses. */
export function resolvingTo(...addresses: string[]): Resolver {
  return { lookup: async () => ({ addresses }), silent: () => false, close: () => {} };
}

// One HTTP call to an endpoint: made from a version of the endpoint, an event and an attempt, and shown as it was made.
import type { KeyObject } from 'node:crypto';
import type { EventContent } from './delivery.ts';
import type { EndpointSettings, PastSettings } from './endpoint/settings.ts';
import { type AttemptId, type DeliveryId, type EndpointId, type EventId, idTime, type TenantId } from './ids.ts';
import { headersOf, isProfileHeader, type SenderProfile, signatureOf, signingKeyOf } from './profile.ts';
import { type WallMs, wall } from './time.ts';

/** One call to make. Everything in it is final: the sender adds only what HTTP itself needs (host, content-length). */
export interface Call {
  readonly tenantId: TenantId;
  readonly endpointId: EndpointId;
  readonly eventId: EventId;
  /** `null` in a test of an endpoint. */
  readonly deliveryId: DeliveryId | null;
  readonly attemptId: AttemptId;
  /** The callback URL in its canonical form. */
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** DNS + TCP + TLS together, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** From the request being handed to the connected socket to the last byte of the response, in milliseconds. */
  readonly replyTimeoutMs: number;
}

/** A version of an endpoint, ready to be called. */
export interface Callee extends Pick<EndpointSettings, 'url' | 'headers' | 'connectTimeoutMs' | 'replyTimeoutMs'> {
  readonly id: EndpointId;
  /** Of its newest secret. */
  readonly signingKey: KeyObject;
}

/** Makes a call. Nothing else does: a delivery's attempt and a test differ in nothing that a receiver could see. */
export function callOf(
  endpoint: Callee,
  event: EventContent,
  { attemptId, deliveryId }: Pick<Call, 'attemptId' | 'deliveryId'>,
  sender: SenderProfile,
): Call {
  const { id: eventId, tenantId, body } = event;
  const { id: endpointId, url, connectTimeoutMs, replyTimeoutMs } = endpoint;
  const facts = {
    attemptId,
    eventId,
    signature: signatureOf(endpoint.signingKey, body),
    extraHeaders: endpoint.headers,
  };
  const headers = headersOf(facts, sender);
  return { tenantId, endpointId, eventId, deliveryId, attemptId, url, headers, body, connectTimeoutMs, replyTimeoutMs };
}

/** The sources that the call of an attempt was made from, besides its event. */
export interface MadeFrom {
  /** Number of the endpoint's version. */
  readonly version: number;
  /** Number of the sender profile, see `Registry.senderProfile`. */
  readonly sender: number;
}

/** Reads the two columns that stores keep of it. */
export function madeFromOf(version: number | null, sender: number | null): MadeFrom | null {
  return version === null || sender === null ? null : { version, sender };
}

/** Copies of endpoints are out of date for seconds, calls last for minutes at most, and the clocks of processes differ. */
const NAMED_AFTER_MS = 3_600_000;

/**
 * The moment before which a version must have been replaced so that no attempt names it. An attempt begins after its
 * delivery was made, and soon after the version it names was replaced, if that had happened at all.
 * @param before not later than this
 * @param oldest the oldest delivery that has attempts; `undefined` when none has
 */
export function unnamedBefore(before: WallMs, oldest: DeliveryId | undefined): WallMs {
  return oldest === undefined ? before : wall(Math.min(before, idTime(oldest) - NAMED_AFTER_MS));
}

/** The request of an attempt as it was sent. */
export interface SentRequest {
  readonly method: 'POST';
  readonly url: string;
  readonly profile: 'iadvize';
  /**
   * In their order. A value is `null` if it is the endpoint's own, which may be a credential, or if it is the signature and
   * nobody can know it any more.
   */
  readonly headers: readonly (readonly [name: string, value: string | null])[];
  /** `null` once the secret or the payload was erased. */
  readonly signature: string | null;
}

/**
 * The signature of every call with this body from a version of an endpoint: the same secret signs the same body in the same
 * way. `null` once either was erased.
 */
export function sentSignature({ secrets }: Pick<PastSettings, 'secrets'>, body: Uint8Array | null): string | null {
  const secret = secrets[0] ?? null;
  return secret === null || body === null ? null : signatureOf(signingKeyOf(secret), body);
}

/** The facts that tell one call from others of the same version. */
export interface Sent extends Pick<Call, 'attemptId' | 'eventId'> {
  /** As it was sent; `null` once it was erased. */
  readonly body: Uint8Array | null;
  /** See `sentSignature`. */
  readonly signature: string | null;
}

/** The request of an attempt, made again from what is kept of that time. */
export function sentRequest(
  { url, headers: extraHeaders }: Pick<PastSettings, 'url' | 'headers'>,
  { attemptId, eventId, body, signature }: Sent,
  sender: SenderProfile,
): SentRequest {
  const headers = headersOf({ attemptId, eventId, signature: signature ?? '', extraHeaders }, sender).map(
    ([name, value]) => [name, shown(name, value)] as const,
  );
  function shown(name: string, value: string): string | null {
    if (name === sender.names.signature) return signature;
    return Object.hasOwn(extraHeaders, name) && !isProfileHeader(name, sender.names) ? null : value;
  }
  const framing = body === null ? [] : ([['content-length', String(body.length)]] as const);
  return {
    method: 'POST',
    url,
    profile: 'iadvize',
    headers: [['host', new URL(url).host], ['connection', 'keep-alive'], ...headers, ...framing],
    signature,
  };
}

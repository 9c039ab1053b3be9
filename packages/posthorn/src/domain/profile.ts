// The iAdvize profile: which headers a call carries and how its body is signed (contract, "Headers").
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { AttemptId, EventId } from './ids.ts';

/** The names of Posthorn's own headers in calls. */
export interface HeaderNames {
  /** In lower case, e.g. `x-iadvize-`: headers that begin so are Posthorn's alone. */
  readonly prefix: string;
  /** These three are written as they are given: some receivers look headers up by their capitals. */
  readonly delivery: string;
  readonly correlationId: string;
  readonly signature: string;
}

/** The settings of an installation about the headers of its calls. */
export interface SenderProfile {
  readonly names: HeaderNames;
  readonly userAgent: string;
}

/** The contract's names with another beginning. @param prefix in lower case */
export function headerNamesOf(prefix: string): HeaderNames {
  return {
    prefix,
    delivery: `${prefix}delivery`,
    correlationId: `${prefix}correlationid`,
    signature: `${prefix}signature`,
  };
}

/** The facts that a call's headers are made from. */
export interface HeaderFacts {
  readonly attemptId: AttemptId;
  readonly eventId: EventId;
  /** The value of its header, see `signatureOf`. */
  readonly signature: string;
  /** The endpoint's own headers, names in lower case, as `checkCallHeaders` returned them. */
  readonly extraHeaders: Readonly<Record<string, string>>;
}

/**
 * A secret as a key: its UTF-8 bytes. Keep it for as long as the secret is in use: signing with a `KeyObject` is five times
 * faster than with raw bytes.
 */
export function signingKeyOf(secret: string): KeyObject {
  return createSecretKey(secret, 'utf8');
}

/** The value of the signature header: `sha256=` and the lower-case hex HMAC-SHA256 of the raw body. */
export function signatureOf(signingKey: KeyObject, body: Uint8Array): string {
  return `sha256=${createHmac('sha256', signingKey).update(body).digest('hex')}`;
}

/**
 * All headers of one call but `host`, `connection` and `content-length`, which the sender adds. The endpoint's own come
 * first; those that would stand in for one of ours are left out, because the names in force may be others than those they
 * were checked against.
 */
export function headersOf(
  facts: HeaderFacts,
  { names, userAgent }: SenderProfile,
): readonly (readonly [name: string, value: string])[] {
  const headers: (readonly [string, string])[] = [];
  for (const [name, value] of Object.entries(facts.extraHeaders)) {
    if (!isProfileHeader(name, names)) headers.push([name, value]);
  }
  // Firewalls with the usual rules answer 403 to a request without it.
  if (facts.extraHeaders['accept'] === undefined) headers.push(['accept', '*/*']);
  headers.push(
    ['content-type', 'application/json'],
    ['user-agent', userAgent],
    [names.delivery, facts.attemptId],
    [names.correlationId, facts.eventId],
    [names.signature, facts.signature],
  );
  return headers;
}

/** Whether a header name, in lower case, belongs to the profile: nobody else may set it. */
export function isProfileHeader(name: string, { prefix, delivery, correlationId, signature }: HeaderNames): boolean {
  return (
    name === 'content-type' ||
    name === 'user-agent' ||
    name.startsWith(prefix) ||
    name === delivery.toLowerCase() ||
    name === correlationId.toLowerCase() ||
    name === signature.toLowerCase()
  );
}

/** A profile as text, to be kept with the history. Equal profiles have equal texts. */
export function writeSenderProfile({ names, userAgent }: SenderProfile): string {
  const { prefix, delivery, correlationId, signature } = names;
  return JSON.stringify({ profile: 'iadvize', prefix, delivery, correlationId, signature, userAgent });
}

/** Reads what `writeSenderProfile` wrote; `undefined` for a profile that this program does not know. */
export function readSenderProfile(text: string): SenderProfile | undefined {
  const facts: Readonly<Record<string, unknown>> = Object(JSON.parse(text));
  const { profile, prefix, delivery, correlationId, signature, userAgent } = facts;
  const isText = (value: unknown): value is string => typeof value === 'string';
  if (profile !== 'iadvize' || !isText(prefix) || !isText(userAgent)) return undefined;
  if (!isText(delivery) || !isText(correlationId) || !isText(signature)) return undefined;
  return { names: { prefix, delivery, correlationId, signature }, userAgent };
}

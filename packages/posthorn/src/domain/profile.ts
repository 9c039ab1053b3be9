// The iAdvize profile: how a call is dressed. Which headers it carries and how its body is signed (contract, "Headers").
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { AttemptId, EventId } from './ids.ts';

/** The facts that a call's headers are made from. */
export interface CallDress {
  /** Beginning of the contract's header names in lower case, e.g. `x-iadvize-`. */
  readonly headerPrefix: string;
  readonly userAgent: string;
  readonly attemptId: AttemptId;
  readonly eventId: EventId;
  /** The raw bytes that are signed and sent. */
  readonly body: Uint8Array;
  readonly signingKey: KeyObject;
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
 * All headers of one call but `host` and `content-length`, which the sender adds. Names are in lower case. The endpoint's
 * own come first; those that would stand in for one of ours are left out, because the prefix in force may be another
 * than the one they were checked against.
 */
export function dressCall(call: CallDress): readonly (readonly [name: string, value: string])[] {
  const headers: (readonly [string, string])[] = [];
  for (const [name, value] of Object.entries(call.extraHeaders)) {
    if (!isProfileHeader(name, call.headerPrefix)) headers.push([name, value]);
  }
  // Firewalls with the usual rules answer 403 to a request without it.
  if (call.extraHeaders['accept'] === undefined) headers.push(['accept', '*/*']);
  headers.push(
    ['content-type', 'application/json'],
    ['user-agent', call.userAgent],
    [`${call.headerPrefix}delivery`, call.attemptId],
    [`${call.headerPrefix}correlationid`, call.eventId],
    [`${call.headerPrefix}signature`, signatureOf(call.signingKey, call.body)],
  );
  return headers;
}

/** Whether a header name, in lower case, belongs to the profile: nobody else may set it. */
export function isProfileHeader(name: string, headerPrefix: string): boolean {
  return name === 'content-type' || name === 'user-agent' || name.startsWith(headerPrefix);
}

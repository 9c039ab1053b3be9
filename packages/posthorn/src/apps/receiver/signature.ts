// Checks a received call with the same library that receivers use, and says in words why one is not genuine.
import { type SignedPart, verify } from '@posthorn/verify';

export type SignatureCheck =
  | { readonly verdict: 'verified' }
  /** There was nothing to check with. */
  | { readonly verdict: 'unchecked'; readonly why: string }
  | { readonly verdict: 'refused'; readonly why: string };

/** The signed part of a call. */
export interface CheckedCall {
  readonly method: string;
  /** Path and query string as they were written. */
  readonly target: string;
  /** The signature header, if the call has one. */
  readonly signature: string | undefined;
  readonly body: Uint8Array;
}

const WELL_FORMED = /^sha256=[0-9a-f]{64}$/;

function signedPart({ method, target, body }: CheckedCall): SignedPart | undefined {
  switch (method) {
    case 'GET':
      return { method, rawQuery: target.includes('?') ? target.slice(target.indexOf('?') + 1) : '' };
    case 'POST':
    case 'PUT':
    case 'PATCH':
    case 'DELETE':
      return { method, rawBody: body };
    default:
      return undefined;
  }
}

/** @param secret the endpoint's secret; `undefined` when it is not known */
export async function checkSignature(call: CheckedCall, secret: string | undefined): Promise<SignatureCheck> {
  const { signature } = call;
  if (secret === undefined) return { verdict: 'unchecked', why: 'no secret was given' };
  if (signature === undefined) return { verdict: 'refused', why: 'it has no signature header' };
  if (!WELL_FORMED.test(signature)) return { verdict: 'refused', why: 'its signature is not sha256=<64 hex digits>' };
  const part = signedPart(call);
  if (part === undefined) return { verdict: 'refused', why: `a ${call.method} call has no signed part` };
  return (await verify({ ...part, secret, signature }))
    ? { verdict: 'verified' }
    : { verdict: 'refused', why: 'it was signed with another secret, or changed on the way' };
}

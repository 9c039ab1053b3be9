// Verifies webhook calls that were signed by Posthorn or iAdvize: is this call from who holds our secret, as it was sent?
// Needs nothing but Web Crypto, so it runs in Node, Deno, Bun, browsers and edge runtimes alike.

/** Bytes as they arrived; a string stands for its UTF-8 bytes. */
export type RawBytes = Uint8Array | ArrayBuffer | string;

/** The signed part: the query of a GET call, the body of any other. */
export type SignedPart =
  | {
      readonly method: 'GET';
      /** The text behind the first `?` of the URL, exactly as it arrived: not decoded, not sorted. `''` when nothing. */
      readonly rawQuery: string;
      readonly rawBody?: never;
    }
  | {
      readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
      /** The body exactly as it arrived, before any parser. `''` when there is none. */
      readonly rawBody: RawBytes;
      readonly rawQuery?: never;
    };

/** The endpoint's secret; several while one is being replaced by another. */
export type Secrets =
  | { readonly secret: string; readonly secrets?: never }
  | { readonly secrets: readonly string[]; readonly secret?: never };

export type SignedCall = SignedPart &
  Secrets & {
    /** The `x-iadvize-signature` header as your framework gives it, also when it is missing. */
    readonly signature: string | readonly string[] | null | undefined;
  };

/** The header's only spelling: HMAC-SHA256 in lower-case hex. */
const SIGNATURE = /^sha256=([0-9a-f]{64})$/;
const HMAC_SHA256 = { name: 'HMAC', hash: 'SHA-256' };
const utf8 = new TextEncoder();

/**
 * Tells whether a call is genuine: signed with one of the secrets, over exactly these bytes. Compares in constant time and
 * tries every secret.
 * @returns false for whatever a stranger may send: a wrong, malformed or missing signature
 * @throws TypeError (as a rejection) for what only your code can get wrong: no secret, or no raw bytes
 */
export async function verify(call: SignedCall): Promise<boolean> {
  const secrets = secretsOf(call);
  const signed = signedBytes(call);
  const signature = signatureBytes(call.signature);
  if (signature === undefined) return false;
  let genuine = false;
  for (const secret of secrets) {
    const key = await crypto.subtle.importKey('raw', utf8.encode(secret), HMAC_SHA256, false, ['verify']);
    const fits = await crypto.subtle.verify('HMAC', key, signature, signed);
    genuine ||= fits;
  }
  return genuine;
}

function secretsOf({ secret, secrets }: Secrets): readonly string[] {
  if (secret !== undefined && secrets !== undefined) {
    throw new TypeError('Both secret and secrets were given; give one of them.');
  }
  const all: unknown = secrets ?? [secret];
  if (!isListOfStrings(all) || all.length === 0 || all.includes('')) {
    throw new TypeError(
      'There is no secret to verify with: secret must be a non-empty string, secrets a non-empty list of such. Is the setting or environment variable that holds it set?',
    );
  }
  return all;
}

function signedBytes(call: SignedPart): Uint8Array<ArrayBuffer> {
  if (typeof call.method !== 'string') throw new TypeError('method must be the request’s method, for example "POST".');
  if (call.method === 'GET') {
    if (typeof call.rawQuery === 'string') return utf8.encode(call.rawQuery);
    throw new TypeError(
      'rawQuery must be the text behind the "?" of the URL as it arrived, and "" when there is none: a GET call is signed over its query string.',
    );
  }
  const body: unknown = call.rawBody;
  if (typeof body === 'string') return utf8.encode(body);
  // Copies: the signature is checked a moment later, over what the bytes are now.
  if (isUint8Array(body)) return new Uint8Array(body);
  if (isArrayBuffer(body)) return new Uint8Array(body.slice(0));
  const found = body === undefined || body === null ? 'missing' : `a parsed value (${typeof body})`;
  throw new TypeError(
    `rawBody is ${found}, but must be the body as it arrived (Uint8Array, ArrayBuffer or string): what a parser made of it does not give the same bytes back. Read the body before any JSON parser does; the README shows how for Express, Fastify, Hono and node:http.`,
  );
}

function signatureBytes(header: SignedCall['signature']): Uint8Array<ArrayBuffer> | undefined {
  // Some platforms give every header as a list. Two signatures are one too many.
  const value: unknown = Array.isArray(header) && header.length === 1 ? header[0] : header;
  const hex = typeof value === 'string' ? SIGNATURE.exec(value)?.[1] : undefined;
  if (hex === undefined) return undefined;
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

// By tag, not by `instanceof`: the bytes may come from another realm, such as a test runner's or a worker's.
const tagOf = (value: unknown): string => Object.prototype.toString.call(value);
const isUint8Array = (value: unknown): value is Uint8Array => tagOf(value) === '[object Uint8Array]';
const isArrayBuffer = (value: unknown): value is ArrayBuffer => tagOf(value) === '[object ArrayBuffer]';
const isListOfStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

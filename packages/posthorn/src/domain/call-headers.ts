// Which extra headers an endpoint may have: enough to authenticate at any receiver, nothing that could break the message
// apart, smuggle a second one, or stand in for what the contract says about a call.
import { type HeaderNames, isProfileHeader } from './profile.ts';

/** As many as anybody needs. */
export const MAX_CALL_HEADERS = 32;
/** Real names are far shorter. */
export const MAX_HEADER_NAME_CHARACTERS = 128;
/** Names and values together: room for any token (JWT). Many servers refuse a whole head above 8 or 16 KiB. */
export const MAX_CALL_HEADERS_CHARACTERS = 16_384;

/** A token (RFC 9110, section 5.6.2). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible ASCII, with spaces and tabs between; no line ends, no NUL, nothing outside ASCII (RFC 9110, section 5.5). */
const VALUE = /^(?:[!-~](?:[!-~ \t]*[!-~])?)?$/;

/** They belong to the connection or frame the message (RFC 9110, sections 7.6.1 and 10.1.1; RFC 9112, section 6). */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** @param name in lower case */
export function belongsToConnection(name: string): boolean {
  return OF_THE_CONNECTION.has(name);
}

const OF_PROXIES = 'proxy-';
/** Replies are kept as they come and never decoded, so no receiver may be told to compress. */
const ACCEPT_ENCODING = 'accept-encoding';
/** Refused under any prefix: a receiver that speaks the contract reads them. */
const CONTRACT_PREFIX = 'x-iadvize-';

export type CallHeadersCheck =
  | { readonly ok: true; readonly headers: Record<string, string> }
  | {
      readonly ok: false;
      /** The header at fault, as it was given. */
      readonly name: string;
      /** One sentence: what is wrong with it and what would do. */
      readonly reason: string;
    };

/**
 * Checks the extra headers of an endpoint.
 * @param names of our own headers
 * @returns the headers with their names in lower case and in their order, or the first one at fault
 */
export function checkCallHeaders(headers: Readonly<Record<string, string>>, names: HeaderNames): CallHeadersCheck {
  const checked = new Map<string, string>();
  let characters = 0;
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    characters += given.length + value.length;
    const reason = faultOfAll(checked.size + 1, characters) ?? faultOfName(given, name, names) ?? faultOfValue(value);
    if (reason !== undefined) return { ok: false, name: given, reason };
    if (checked.has(name)) {
      return {
        ok: false,
        name: given,
        reason: 'It is given twice; upper and lower case do not tell header names apart.',
      };
    }
    checked.set(name, value);
  }
  return { ok: true, headers: Object.fromEntries(checked) };
}

function faultOfAll(headers: number, characters: number): string | undefined {
  if (headers > MAX_CALL_HEADERS) return `An endpoint has at most ${MAX_CALL_HEADERS} extra headers.`;
  if (characters > MAX_CALL_HEADERS_CHARACTERS) {
    return `The extra headers of an endpoint have at most ${MAX_CALL_HEADERS_CHARACTERS} characters, names and values together.`;
  }
  return undefined;
}

function faultOfName(given: string, name: string, names: HeaderNames): string | undefined {
  if (given.length > MAX_HEADER_NAME_CHARACTERS) {
    return `A header name has at most ${MAX_HEADER_NAME_CHARACTERS} characters.`;
  }
  if (!NAME.test(given)) return "A header name is made of letters, digits and !#$%&'*+-.^_`|~ only, and is not empty.";
  if (belongsToConnection(name) || name.startsWith(OF_PROXIES)) {
    return 'It belongs to the connection, not to the call, and is set where needed.';
  }
  if (name === ACCEPT_ENCODING) return 'Replies are stored as they arrive, so none may be asked to come compressed.';
  if (isProfileHeader(name, names) || name.startsWith(CONTRACT_PREFIX)) {
    return 'It is set by Posthorn on every call; leave it out.';
  }
  return undefined;
}

function faultOfValue(value: string): string | undefined {
  if (!VALUE.test(value)) {
    return 'A header value is visible ASCII, with spaces and tabs inside but not at its ends, and no line ends.';
  }
  return undefined;
}

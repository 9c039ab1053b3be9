// Callback URLs: only one that every parser reads alike and that names no inside address by itself may be stored.
// Where a name leads is judged by the sender, for every connection anew.
import { type AddressRules, judgeAddress } from './address.ts';

export interface CallbackUrlRules extends AddressRules {
  /** Where plain HTTP may go: nowhere, to allowed networks only, or everywhere. */
  readonly allowHttp: boolean | 'networks';
}

export type CallbackUrl =
  /** `url` is the canonical form: stored, shown, judged and called alike. */
  { readonly ok: true; readonly url: string } | { readonly ok: false; readonly reason: string };

const MAX_URL_LENGTH = 2_048;
/** DNS limits (RFC 1035, section 2.3.4). */
const MAX_NAME_LENGTH = 253;
const MAX_LABEL_LENGTH = 63;

/** An operator on a private network meets this refusal first. */
const OR_ALLOWED = ', or one that POSTHORN_ALLOW_NETWORKS allows';
const DENIED = 'The host must not be in a network that POSTHORN_DENY_NETWORKS denies.';
/** The switch, and how to set it. */
const HTTP_SWITCH =
  'To accept http:// as well, set POSTHORN_ALLOW_HTTP: to "networks" for the networks in POSTHORN_ALLOW_NETWORKS only, or to "true" for every host.';
/** Why plain HTTP does not go to this address, if it goes to allowed networks only. */
const NOT_IN_THE_CLEAR =
  'The URL must start with https:// unless its host lies in POSTHORN_ALLOW_NETWORKS (POSTHORN_ALLOW_HTTP is "networks"; "true" opens http:// to everywhere).';

/** The URL standard repairs or drops these without a word, and other parsers then see another host. */
const REPAIRED = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}\\]/u;
/** Letters without a shape: dropped from a host name, so what a person reads is not what is called. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const SCHEME_AND_AUTHORITY = /^(https?):\/\/([^/?#]*)/i;
const IPV4_HOST = /^[0-9]+(?:\.[0-9]+){3}$/;
const LOOPBACK_ADDRESSES: readonly string[] = ['127.0.0.1', '::1'];

/**
 * Reads a callback URL as somebody typed it.
 * @returns its canonical form, or the reason to show to who typed it
 */
export function parseCallbackUrl(text: string, rules: CallbackUrlRules): CallbackUrl {
  const [, scheme, authority = ''] = SCHEME_AND_AUTHORITY.exec(text) ?? [];
  const problem =
    textProblem(text) ?? schemeProblem(scheme?.toLowerCase(), rules.allowHttp) ?? authorityProblem(authority);
  if (problem !== undefined) return { ok: false, reason: problem };
  const url = URL.parse(text);
  if (url === null) return { ok: false, reason: 'The URL has no valid host or port.' };
  const reason = urlProblem(url) ?? hostProblem(url, authority, rules);
  return reason === undefined ? { ok: true, url: url.href } : { ok: false, reason };
}

/** `localhost` and everything below it is loopback, whatever a resolver says (RFC 6761, section 6.3). */
export function isLocalhost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/** Which of the loopback addresses `localhost` stands for: those that are allowed. */
export function allowedLoopback(rules: AddressRules): readonly string[] {
  return LOOPBACK_ADDRESSES.filter((address) => judgeAddress(address, rules).allowed);
}

/** The host of a URL as an address without brackets, or `undefined` when it is a name. */
export function hostAddress(hostname: string): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return IPV4_HOST.test(hostname) ? hostname : undefined;
}

function textProblem(text: string): string | undefined {
  if (text.length > MAX_URL_LENGTH) return `The URL is longer than ${MAX_URL_LENGTH} characters.`;
  if (REPAIRED.test(text)) {
    return 'The URL contains a space, a backslash or an invisible character; percent-encode it or leave it out.';
  }
  return undefined;
}

function schemeProblem(scheme: string | undefined, allowHttp: CallbackUrlRules['allowHttp']): string | undefined {
  if (scheme === 'https' || (scheme === 'http' && allowHttp !== false)) return undefined;
  if (scheme === 'http') return `The URL must start with https://. ${HTTP_SWITCH}`;
  return `The URL must start with ${allowHttp === false ? 'https://' : 'https:// or http://'}.`;
}

function authorityProblem(authority: string): string | undefined {
  if (authority === '') return 'The URL has no host.';
  if (authority.includes('@')) return 'The URL must not contain a user name or password; use a header instead.';
  if (authority.includes('%')) return 'The host must be written without percent signs.';
  if (INVISIBLE.test(authority)) return 'The host contains an invisible character; leave it out.';
  if (authority.endsWith(':')) return 'The port after the colon is missing.';
  return undefined;
}

function urlProblem(url: URL): string | undefined {
  if (url.href.includes('#')) return 'The URL must not contain a fragment (#…): it would never be sent.';
  if (url.port === '0') return 'The port must be from 1 to 65535.';
  if (url.href.length > MAX_URL_LENGTH) return `The URL, percent-encoded, is longer than ${MAX_URL_LENGTH} characters.`;
  return undefined;
}

/** Why a canonical host may not be called, or `undefined`. */
function hostProblem({ hostname, protocol }: URL, authority: string, rules: CallbackUrlRules): string | undefined {
  const onlyNamed = protocol === 'http:' && rules.allowHttp === 'networks';
  const address = hostAddress(hostname);
  if (address !== undefined) {
    const verdict = judgeAddress(address, rules);
    if (!verdict.allowed) {
      return verdict.cause === 'denied' ? DENIED : `The host must be a public address${OR_ALLOWED}.`;
    }
    if (onlyNamed && !verdict.named) return NOT_IN_THE_CLEAR;
    return isDisguised(hostname, authority) ? `Write the address as ${hostname}.` : undefined;
  }
  if (hostname.endsWith('.')) return 'The host must not end in a dot.';
  if (isLocalhost(hostname)) return localhostProblem(rules);
  const labels = hostname.split('.');
  if (hostname.length > MAX_NAME_LENGTH || labels.some((label) => label === '' || label.length > MAX_LABEL_LENGTH)) {
    return 'The host is no valid name: its parts must have 1 to 63 characters, all of it at most 253.';
  }
  return undefined;
}

function localhostProblem(rules: AddressRules): string | undefined {
  if (allowedLoopback(rules).length > 0) return undefined;
  const verdicts = LOOPBACK_ADDRESSES.map((address) => judgeAddress(address, rules));
  if (verdicts.some((verdict) => !verdict.allowed && verdict.cause === 'denied')) return DENIED;
  return `The host must be public${OR_ALLOWED}: localhost is this machine.`;
}

/** The URL standard reads `0x7f.1`, `2130706433` or `127。0。0。1` as an IPv4 address; people and other parsers may not. */
function isDisguised(hostname: string, authority: string): boolean {
  return !hostname.startsWith('[') && authority !== hostname && !authority.startsWith(`${hostname}:`);
}

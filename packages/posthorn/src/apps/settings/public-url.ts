// The address at which people and programs reach this Posthorn, through whatever proxy: `POSTHORN_PUBLIC_URL`.
import type { Reader } from './values.ts';

export interface PublicUrl {
  /** Without a slash at its end: `https://hooks.example.com/webhooks`. */
  readonly href: string;
  /** `https://hooks.example.com:8443` */
  readonly origin: string;
  /** As a Host header names it, without its port and in lower case; IPv6 in brackets. */
  readonly hostName: string;
  readonly isSecure: boolean;
  /** `/webhooks`; empty at the root. */
  readonly path: string;
}

/** Characters that need no encoding anywhere, a cookie's path included. */
const PATH = /^(?:\/[\w.~-]+)*$/;
/** Beginnings of our own paths: after one of these nobody could tell whether a proxy has taken the prefix away. */
const OURS = ['v1', 'session', 'docs', 'openapi.json', 'assets', 't', 'all', 'healthz', 'readyz', 'metrics'];

/** Reads a public URL, whose text is kept without a slash at its end. */
export const publicUrl: Reader<string> = (text) => {
  const allowed = 'the https: or http: URL that people use, without query, user and #, e.g. https://hooks.example.com';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return { ok: false, allowed };
  const path = url.pathname.replace(/\/$/, '');
  if (!PATH.test(path) || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    return { ok: false, allowed };
  }
  if (OURS.includes(path.split('/')[1] ?? '')) {
    return { ok: false, allowed: `${allowed}; its path must not begin with one of Posthorn's own, such as /v1` };
  }
  return { ok: true, value: url.origin + path };
};

/** The parts of a public URL that `publicUrl` has read. */
export function publicUrlParts(href: string): PublicUrl {
  const { origin, hostname, protocol, pathname } = new URL(href);
  return { href, origin, hostName: hostname, isSecure: protocol === 'https:', path: pathname === '/' ? '' : pathname };
}

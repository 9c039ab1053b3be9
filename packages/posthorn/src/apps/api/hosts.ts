// Refuses requests that can only come from somebody who wants to confuse: names that are not ours (a web page that had its
// own name resolve to this machine), requests meant for a proxy, and headers given twice that may be given once.
import type { onRequestHookHandler } from 'fastify';
import { Problem } from './problems.ts';

/** The host names of a server on a loopback address. */
export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

const HOST_AND_PORT = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d+)?$/i;
/** Node keeps the first of these and drops the rest; somebody before us may have judged by the last. */
const GIVEN_ONCE: ReadonlySet<string> = new Set(['host', 'authorization', 'content-type', 'content-encoding']);

/** @param allowed host names in lower case, without port, IPv6 in brackets; `undefined` allows every one */
export function refuseConfusion(allowed: readonly string[] | undefined): onRequestHookHandler {
  const names = allowed && new Set(allowed);
  return (request, _reply, done) => {
    const { url = '', rawHeaders, httpVersion } = request.raw;
    // Node takes a line without a version for one: a request that whoever is before us has read otherwise.
    if (!httpVersion.startsWith('1.'))
      return done(new Problem('malformed-request', { detail: 'The request must be HTTP/1.1.' }));
    if (!url.startsWith('/'))
      return done(new Problem('malformed-request', { detail: 'The request target must be a path.' }));
    const twice = givenTwice(rawHeaders);
    if (twice !== undefined) {
      return done(new Problem('malformed-request', { detail: `The header ${twice} is given more than once.` }));
    }
    if (names !== undefined && !names.has(hostName(request.headers.host))) {
      return done(new Problem('wrong-host', { detail: wrongHost([...names]) }));
    }
    return done();
  };
}

function wrongHost(names: readonly string[]): string {
  return (
    `Posthorn listens on this machine only and answers to these names: ${names.join(', ')}. ` +
    'Behind a proxy, set POSTHORN_PUBLIC_URL to the address that people use, e.g. https://hooks.example.com.'
  );
}

/** The name of a Host header, without its port and in lower case; empty when there is none. */
export function hostName(host: string | undefined): string {
  const [, name = ''] = HOST_AND_PORT.exec(host ?? '') ?? [];
  return name.toLowerCase();
}

/** @param rawHeaders names and values in turn */
function givenTwice(rawHeaders: readonly string[]): string | undefined {
  let seen: string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (!GIVEN_ONCE.has(name)) continue;
    if (seen?.includes(name)) return name;
    seen = seen === undefined ? [name] : [...seen, name];
  }
  return undefined;
}

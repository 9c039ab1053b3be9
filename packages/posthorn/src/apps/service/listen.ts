// Where the API listens, and which names it answers to there.
import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { inNetworks, parseNetworks } from '../../domain/networks.ts';
import { LOOPBACK_HOSTS } from '../api/hosts.ts';
import type { PublicUrl } from '../settings/public-url.ts';
import type { Settings } from '../settings/table.ts';

/** The address cannot be listened on; the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use: end what listens there, or name another with --port or POSTHORN_PORT',
  EADDRNOTAVAIL: 'this machine has no such address: name another with --host or POSTHORN_HOST',
  EACCES: 'not allowed: ports below 1024 need a privilege; name another with --port or POSTHORN_PORT',
  ENOTFOUND: 'no address is known for that host: name another with --host or POSTHORN_HOST',
};

const inUrl = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

/**
 * Makes the server listen.
 * @returns the URL that it listens at, with the port it got
 */
export async function listen(api: FastifyInstance, { host, port }: Pick<Settings, 'host' | 'port'>): Promise<string> {
  try {
    await api.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ListenError(`Cannot listen on ${inUrl(host)}:${port} (${code}): ${WHY[code] ?? 'see the code'}.`);
  }
  const address = api.server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return `http://${inUrl(host)}:${taken}`;
}

/**
 * Host names that requests may be for. A server on loopback answers to loopback names only: otherwise a web page could have
 * a name of its own resolve to this machine and talk to us from the browser. The name of the public URL is what a proxy passes
 * on. Elsewhere names are up to DNS and proxies.
 */
export function allowedHosts(host: string, publicUrl: PublicUrl | undefined): readonly string[] | undefined {
  const loopback = parseNetworks(['127.0.0.0/8', '::1/128']);
  const local = host === 'localhost' || (loopback.ok && inNetworks(host, loopback.networks));
  if (!local) return undefined;
  const known = [
    ...LOOPBACK_HOSTS,
    inUrl(host).toLowerCase(),
    ...(publicUrl === undefined ? [] : [publicUrl.hostName]),
  ];
  return [...new Set(known)];
}

// Whether a browser sent a request from a page of ours. SameSite=Strict keeps the cookie off requests of other sites; this
// also keeps out other origins of the same site, such as another port of this machine.
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems.ts';

const CHANGES_NOTHING: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * @param publicOrigin where browsers come to, if anybody has said so
 * @returns why a request that changes something is refused; `undefined` when it may go on
 */
export function refuseForeign(
  { method, headers }: Pick<FastifyRequest, 'method' | 'headers'>,
  publicOrigin: string | undefined,
): Problem | undefined {
  if (CHANGES_NOTHING.has(method) || isSameOrigin(headers, publicOrigin)) return undefined;
  return new Problem('forbidden', {
    detail: 'A session changes things from the pages of this Posthorn only. Programs send an API key instead.',
  });
}

function isSameOrigin(headers: FastifyRequest['headers'], publicOrigin: string | undefined): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  // Browsers leave the header out where they do not trust the connection, and some old ones know only this one.
  const { origin, host } = headers;
  if (origin !== undefined && origin === publicOrigin) return true;
  return host !== undefined && (origin === `https://${host}` || origin === `http://${host}`);
}

// Who may call: whoever shows a valid API key, or is signed in to the dashboard with one.
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { ChangedBy } from '../../../domain/endpoint/endpoint.ts';
import type { PublicUrl } from '../../settings/public-url.ts';
import { type ApiKeys, unauthorized } from './api-keys.ts';
import type { SessionCookies } from './cookie.ts';
import { refuseForeign } from './same-origin.ts';
import type { Sessions } from './sessions.ts';

const BEARER = /^Bearer +([\x21-\x7e]+)$/i;

/** How people and programs are told apart from strangers. */
export interface Access {
  readonly keys: ApiKeys;
  readonly sessions: Sessions;
  readonly cookies: SessionCookies;
  readonly publicUrl: PublicUrl | undefined;
}

/**
 * Lets a request pass that carries a valid key, or that a page of the dashboard sent for somebody who signed in. When both
 * are there, the key decides.
 */
export function requireKey({ keys, sessions, cookies, publicUrl }: Access): onRequestHookHandler {
  return (request, _reply, done) => {
    const { authorization } = request.headers;
    const token = authorization === undefined ? cookies.token(request) : undefined;
    if (token !== undefined) {
      sessions
        .use(token)
        .then((goesOn) => done(goesOn ? refuseForeign(request, publicUrl?.origin) : unauthorized()), done);
      return;
    }
    const [, key] = BEARER.exec(authorization ?? '') ?? [];
    done(key === undefined ? unauthorized() : keys.refusal(key, request.ip));
  };
}

/** Who makes a request that was let pass, as an endpoint's versions remember it. */
export function changedBy({ headers }: FastifyRequest): ChangedBy {
  return headers.authorization === undefined ? 'dashboard' : 'key';
}

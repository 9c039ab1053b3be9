// Who may call: whoever shows a valid API key, or is signed in to the dashboard with one.
import type { onRequestHookHandler } from 'fastify';
import { type ApiKeys, unauthorized } from './api-keys.ts';
import { sessionToken } from './cookie.ts';
import { refuseForeign } from './same-origin.ts';
import type { Sessions } from './sessions.ts';

const BEARER = /^Bearer +([\x21-\x7e]+)$/i;

/**
 * Lets a request pass that carries a valid key, or that a page of the dashboard sent for somebody who signed in. When both
 * are there, the key decides.
 */
export function requireKey(keys: ApiKeys, sessions: Sessions): onRequestHookHandler {
  return (request, _reply, done) => {
    const { authorization } = request.headers;
    const token = authorization === undefined ? sessionToken(request) : undefined;
    if (token !== undefined) {
      sessions.use(token).then((goesOn) => done(goesOn ? refuseForeign(request) : unauthorized()), done);
      return;
    }
    const [, key] = BEARER.exec(authorization ?? '') ?? [];
    done(key === undefined ? unauthorized() : keys.refusal(key, request.ip));
  };
}

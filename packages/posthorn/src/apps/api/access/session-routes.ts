// Signing in and out: an API key is exchanged once for a session, so that no page ever keeps the key.
import type { onRequestHookHandler } from 'fastify';
import { Type } from 'typebox';
import { refuseBody, refuseEncoded } from '../body-reader.ts';
import { Problem } from '../problems.ts';
import type { ApiServer } from '../route.ts';
import { CLOSED } from '../schemas/fields.ts';
import type { Access } from './authentication.ts';
import { refuseForeign } from './same-origin.ts';

/** Longer than any key that somebody would choose. */
const MAX_KEY_CHARACTERS = 1_024;

/** Of the whole request: anybody may send it, and its body is in memory before the key is looked at. */
const MAX_SIGN_IN_BYTES = 8 * 1_024;

const SignInBody = Type.Object(
  { key: Type.String({ minLength: 1, maxLength: MAX_KEY_CHARACTERS, description: 'An API key.' }) },
  CLOSED,
);

export interface SessionParts extends Access {
  readonly version: string;
  /** Refuses bodies that there is no room for. */
  readonly limitBodies: onRequestHookHandler;
}

/** Adds the routes of `/session`. They are the dashboard's own and not part of the documented API. */
export function sessionRoutes(app: ApiServer, parts: SessionParts): void {
  const { keys, sessions, cookies, publicUrl, version } = parts;
  /** Facts about this Posthorn that the pages need. */
  const about = { version };
  app.addHook('onRequest', refuseEncoded);
  app.addHook('onRequest', (request, _reply, done) => done(refuseForeign(request, publicUrl?.origin)));
  app.addHook('onRequest', parts.limitBodies);

  app.get('/session', { schema: { hide: true } }, async (request, reply) => {
    const token = cookies.token(request);
    const signedIn = token !== undefined && (await sessions.use(token));
    return reply.send({ signedIn, ...(signedIn && about) });
  });

  app.post(
    '/session',
    { bodyLimit: MAX_SIGN_IN_BYTES, schema: { hide: true, body: SignInBody } },
    async (request, reply) => {
      const cookie = cookies.of(request);
      if (cookie === undefined) {
        throw new Problem('forbidden', {
          detail:
            'Without TLS, others on the network could read the key. Open the dashboard over https (set POSTHORN_PUBLIC_URL to that address, or let the proxy send x-forwarded-proto), or on the machine itself at http://localhost.',
        });
      }
      const key = request.body.key.trim();
      const refusal = keys.refusal(key, request.ip);
      if (refusal !== undefined) throw refusal;
      const token = await sessions.begin(key);
      reply.header('set-cookie', `${cookie.name}=${token}; ${cookie.attributes}`);
      return reply.send({ signedIn: true, ...about });
    },
  );

  app.delete('/session', { preHandler: refuseBody, schema: { hide: true } }, async (request, reply) => {
    const token = cookies.token(request);
    if (token !== undefined) await sessions.end(token);
    const cookie = cookies.of(request);
    if (cookie !== undefined) reply.header('set-cookie', `${cookie.name}=; ${cookie.attributes}; Max-Age=0`);
    return reply.code(204).send();
  });
}

// The cookie that carries a session. Behind TLS it has the `__Host-` prefix, so that no neighbouring host can set it; without
// TLS there is a session on this machine only, named after the port, because cookies do not tell ports apart.
import type { FastifyRequest } from 'fastify';
import { LOOPBACK_HOSTS } from '../hosts.ts';

const NAME = 'posthorn-session';
const HOST_AND_PORT = /^(.*?)(?::(\d+))?$/;

export interface SessionCookie {
  readonly name: string;
  /** Ends with the browser; the server ends it earlier. */
  readonly attributes: string;
}

/**
 * The session cookie for who asks; `undefined` when the way here can be listened to, so that no cookie may travel on it.
 * A forged `x-forwarded-proto` only gets a cookie that browsers then refuse to send in clear.
 */
export function sessionCookie({ headers }: Pick<FastifyRequest, 'headers'>): SessionCookie | undefined {
  if (headers['x-forwarded-proto'] === 'https') {
    return { name: `__Host-${NAME}`, attributes: 'Path=/; HttpOnly; SameSite=Strict; Secure' };
  }
  const [, host = '', port = '80'] = HOST_AND_PORT.exec(headers.host ?? '') ?? [];
  if (!LOOPBACK_HOSTS.includes(host.toLowerCase())) return undefined;
  return { name: `${NAME}-${port}`, attributes: 'Path=/; HttpOnly; SameSite=Strict' };
}

/** The token of the session that a request belongs to. */
export function sessionToken(request: Pick<FastifyRequest, 'headers'>): string | undefined {
  const cookie = sessionCookie(request);
  if (cookie === undefined) return undefined;
  const start = `${cookie.name}=`;
  for (const pair of (request.headers.cookie ?? '').split('; ')) {
    if (pair.startsWith(start)) return pair.slice(start.length);
  }
  return undefined;
}

// The cookie that carries a session. Where the browser came by TLS its name has a prefix that browsers guard: `__Host-`, so
// that no neighbouring host can set it, or `__Secure-` for the path of a public URL. Without TLS there is a session on this
// machine only, named after the port, because cookies do not tell ports apart.
import type { FastifyRequest } from 'fastify';
import type { PublicUrl } from '../../settings/public-url.ts';
import { hostName, LOOPBACK_HOSTS } from '../hosts.ts';

const NAME = 'posthorn-session';
const HOST_NAME = `__Host-${NAME}`;
const SECURE_NAME = `__Secure-${NAME}`;
const PORT = /:(\d+)$/;

export interface SessionCookie {
  readonly name: string;
  /** Ends with the browser; the server ends it earlier. */
  readonly attributes: string;
}

type Request = Pick<FastifyRequest, 'headers'>;

export class SessionCookies {
  readonly #publicUrl: PublicUrl | undefined;

  /** @param publicUrl where browsers come to, if anybody has said so */
  constructor(publicUrl: PublicUrl | undefined) {
    this.#publicUrl = publicUrl;
  }

  /**
   * The cookie to set for who asks; `undefined` when the way here can be listened to, so that no cookie may travel on it. A
   * forged header only gets a cookie that browsers then refuse to send in clear.
   */
  of(request: Request): SessionCookie | undefined {
    const { headers } = request;
    const isPublic = this.#isPublic(request);
    const isClear = headers['x-forwarded-proto'] === 'http';
    if (isPublic && this.#publicUrl?.isSecure && !isClear) return secureCookie(this.#publicUrl.path);
    if (headers['x-forwarded-proto'] === 'https') return secureCookie(isPublic ? (this.#publicUrl?.path ?? '') : '');
    const name = localName(request);
    return name === undefined ? undefined : { name, attributes: 'Path=/; HttpOnly; SameSite=Strict' };
  }

  /** The token of the session that a request belongs to, under whichever of the names its cookie has. */
  token(request: Request): string | undefined {
    const pairs = (request.headers.cookie ?? '').split('; ');
    for (const name of [HOST_NAME, SECURE_NAME, localName(request)]) {
      const pair = name === undefined ? undefined : pairs.find((each) => each.startsWith(`${name}=`));
      if (pair !== undefined) return pair.slice(pair.indexOf('=') + 1);
    }
    return undefined;
  }

  /** Whether the browser is at the public URL: by the name that it asks for, or, where a proxy replaces that, by its page. */
  #isPublic({ headers }: Request): boolean {
    const url = this.#publicUrl;
    return url !== undefined && (hostName(headers.host) === url.hostName || headers.origin === url.origin);
  }
}

function secureCookie(path: string): SessionCookie {
  return {
    name: path === '' ? HOST_NAME : SECURE_NAME,
    attributes: `Path=${path === '' ? '/' : path}; HttpOnly; SameSite=Strict; Secure`,
  };
}

/** The name of a cookie on this machine; `undefined` for requests from elsewhere. */
function localName({ headers }: Request): string | undefined {
  if (!LOOPBACK_HOSTS.includes(hostName(headers.host))) return undefined;
  return `${NAME}-${PORT.exec(headers.host ?? '')?.[1] ?? '80'}`;
}

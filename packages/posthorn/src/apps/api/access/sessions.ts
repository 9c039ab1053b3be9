// Who is signed in to the dashboard: random tokens, known by their digests, in memory alone. A restart signs everybody out,
// which costs one paste of the key and leaves nothing on disk to steal.
import { hash } from 'node:crypto';
import type { SteadyMs } from '../../../domain/time.ts';
import type { Random } from '../../../seams/random.ts';

/** As hard to guess as an API key. */
const TOKEN_BYTES = 32;
/** A session that nobody uses ends after this long. An open page asks for news all the time, a closed one does not. */
export const SESSION_IDLE_MS = 2 * 3_600_000;
/** Every session ends after this long, used or not: one working day. */
export const SESSION_LIFE_MS = 12 * 3_600_000;
/** People who look at one Posthorn at once; the session that was idle for longest makes room. About 200 bytes each. */
export const MAX_SESSIONS = 1_000;

interface Session {
  readonly since: SteadyMs;
  used: SteadyMs;
}

export class Sessions {
  /** By digest of the token, the least recently used first. */
  readonly #open = new Map<string, Session>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Begins a session. @returns its token, which is kept nowhere here */
  begin(now: SteadyMs): string {
    const [oldest] = this.#open.keys();
    if (this.#open.size >= MAX_SESSIONS && oldest !== undefined) this.#open.delete(oldest);
    const token = Buffer.from(this.#random.bytes(TOKEN_BYTES)).toString('base64url');
    this.#open.set(digestOf(token), { since: now, used: now });
    return token;
  }

  /** Whether a token is of a session that goes on. That somebody asks this is no use of it. */
  goesOn(token: string, now: SteadyMs): boolean {
    const session = this.#open.get(digestOf(token));
    return session !== undefined && goesOn(session, now);
  }

  /** Whether a token is of a session that goes on; if so, it has been used now. */
  use(token: string, now: SteadyMs): boolean {
    const digest = digestOf(token);
    const session = this.#open.get(digest);
    if (session === undefined) return false;
    this.#open.delete(digest);
    if (!goesOn(session, now)) return false;
    session.used = now;
    this.#open.set(digest, session);
    return true;
  }

  /** Ends a session; harmless when it has ended. */
  end(token: string): void {
    this.#open.delete(digestOf(token));
  }
}

function goesOn({ used, since }: Session, now: SteadyMs): boolean {
  return now - used < SESSION_IDLE_MS && now - since < SESSION_LIFE_MS;
}

/** Looking a digest up tells by its time nothing about tokens that exist. */
function digestOf(token: string): string {
  return hash('sha256', token, 'base64url');
}

// Who is signed in to the dashboard: random tokens, known to the store by their hashes, so that any process behind a balancer
// knows them and a restart signs nobody out. docs/decisions/0021.
import { hash } from 'node:crypto';
import { type WallMs, wall } from '../../../domain/time.ts';
import type { Clock } from '../../../seams/clock.ts';
import type { Random } from '../../../seams/random.ts';
import type { Session, Sessions as SessionStore } from '../../../seams/store/sessions.ts';
import type { ApiKeys } from './api-keys.ts';

/** As hard to guess as an API key. */
const TOKEN_BYTES = 32;
/** The form of `TOKEN_BYTES` random bytes: nothing else is asked of the store. */
const TOKEN = /^[\w-]{43}$/;
/** A session that nobody uses ends after this long. An open page asks for news all the time, a closed one does not. */
export const SESSION_IDLE_MS = 2 * 3_600_000;
/** Every session ends after this long, used or not: one working day. */
export const SESSION_LIFE_MS = 12 * 3_600_000;
/** People who look at one Posthorn at once; the session that was idle for longest makes room. */
export const MAX_SESSIONS = 1_000;
/** That a session is used is written down no more often than this. */
export const SESSION_TOUCH_MS = 60_000;

export class Sessions {
  readonly #store: SessionStore;
  readonly #keys: ApiKeys;
  readonly #clock: Clock;
  readonly #random: Random;

  /** @param keys that sessions are begun with: one that is not known any more ends its sessions */
  constructor(store: SessionStore, keys: ApiKeys, clock: Clock, random: Random) {
    this.#store = store;
    this.#keys = keys;
    this.#clock = clock;
    this.#random = random;
  }

  /** Begins a session for somebody who has shown a valid key. @returns its token, which is kept nowhere here */
  async begin(key: string): Promise<string> {
    const now = this.#clock.wallNow();
    const token = Buffer.from(this.#random.bytes(TOKEN_BYTES)).toString('base64url');
    const times = { createdAt: now, seenAt: now, expiresAt: endOf(now, now) };
    await this.#store.beginSession({ tokenHash: digestOf(token), keyHash: digestOf(key), ...times }, MAX_SESSIONS);
    return token;
  }

  /** Whether a token is of a session that goes on. That somebody asks this is no use of it. */
  async goesOn(token: string): Promise<boolean> {
    return (await this.#find(token)) !== undefined;
  }

  /** Whether a token is of a session that goes on; if so, it has been used now. */
  async use(token: string): Promise<boolean> {
    const session = await this.#find(token);
    if (session === undefined) return false;
    const now = this.#clock.wallNow();
    if (now - session.seenAt >= SESSION_TOUCH_MS) {
      await this.#store.touchSession(session.tokenHash, now, endOf(session.createdAt, now));
    }
    return true;
  }

  /** Ends a session, for every process; harmless when it has ended. */
  async end(token: string): Promise<void> {
    if (TOKEN.test(token)) await this.#store.endSession(digestOf(token));
  }

  async #find(token: string): Promise<Session | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const session = await this.#store.session(digestOf(token));
    if (session === undefined || !this.#keys.isValid(session.keyHash)) return undefined;
    return this.#clock.wallNow() < session.expiresAt ? session : undefined;
  }
}

function endOf(createdAt: WallMs, seenAt: WallMs): WallMs {
  return wall(Math.min(createdAt + SESSION_LIFE_MS, seenAt + SESSION_IDLE_MS));
}

/** Looking a digest up tells by its time nothing about tokens that exist. */
function digestOf(secret: string): Uint8Array {
  return hash('sha256', secret, 'buffer');
}

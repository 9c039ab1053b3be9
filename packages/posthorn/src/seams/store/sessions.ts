// The store's part for people who are signed in: every process knows them, and they outlast its restart.
import type { WallMs } from '../../domain/time.ts';

export interface Session {
  /** SHA-256 of the token that the browser keeps; the token itself is stored nowhere. */
  readonly tokenHash: Uint8Array;
  /** SHA-256 of the API key that it was begun with: without that key it is worth nothing. */
  readonly keyHash: Uint8Array;
  readonly createdAt: WallMs;
  /** When it was used last, to within a minute. */
  readonly seenAt: WallMs;
  /** From then on it is over. Moves with `seenAt`. */
  readonly expiresAt: WallMs;
}

export interface Sessions {
  /**
   * Stores a new session. Removes those that are over when it begins, and, if there are more than `max` then, those that were
   * used longest ago.
   */
  beginSession(session: Session, max: number): Promise<void>;
  /** A session that has not been removed, over or not. */
  session(tokenHash: Uint8Array): Promise<Session | undefined>;
  /** Notes that a session was used. Harmless when it has been removed. */
  touchSession(tokenHash: Uint8Array, seenAt: WallMs, expiresAt: WallMs): Promise<void>;
  /** Removes a session. Harmless when it has been removed. */
  endSession(tokenHash: Uint8Array): Promise<void>;
  /** Removes the sessions that are over at `now`. @returns how many they were */
  pruneSessions(now: WallMs): Promise<number>;
}

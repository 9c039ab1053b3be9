// Sessions of people who are signed in: a few hundred rows at most.
import { type WallMs, wall } from '../../domain/time.ts';
import type { Session } from '../../seams/store/sessions.ts';
import type { Connection } from './connection.ts';

const INSERT = `
  insert into session (token_hash, key_hash, created_at, seen_at, expires_at) values (?, ?, ?, ?, ?)
  on conflict do nothing`;
const REMOVE_SURPLUS = `
  delete from session where token_hash in (
    select token_hash from session where token_hash <> ? order by seen_at desc, token_hash limit -1 offset ?)`;
const ONE = 'select token_hash, key_hash, created_at, seen_at, expires_at from session where token_hash = ?';
const TOUCH = 'update session set seen_at = max(seen_at, ?), expires_at = max(expires_at, ?) where token_hash = ?';
const END = 'delete from session where token_hash = ?';
const PRUNE = 'delete from session where expires_at <= ?';

interface SessionRow {
  readonly token_hash: Uint8Array;
  readonly key_hash: Uint8Array;
  readonly created_at: number;
  readonly seen_at: number;
  readonly expires_at: number;
}

/** See `Sessions.beginSession`. */
export function beginSession(db: Connection, session: Session, max: number): void {
  const { tokenHash, keyHash, createdAt, seenAt, expiresAt } = session;
  db.run(PRUNE, createdAt);
  db.run(INSERT, tokenHash, keyHash, createdAt, seenAt, expiresAt);
  db.run(REMOVE_SURPLUS, tokenHash, max - 1);
}

/** See `Sessions.session`. */
export function session(db: Connection, tokenHash: Uint8Array): Session | undefined {
  const row = db.get<SessionRow>(ONE, tokenHash);
  if (row === undefined) return undefined;
  return {
    tokenHash: row.token_hash,
    keyHash: row.key_hash,
    createdAt: wall(row.created_at),
    seenAt: wall(row.seen_at),
    expiresAt: wall(row.expires_at),
  };
}

/** See `Sessions.touchSession`. */
export function touchSession(db: Connection, tokenHash: Uint8Array, seenAt: WallMs, expiresAt: WallMs): void {
  db.run(TOUCH, seenAt, expiresAt, tokenHash);
}

/** See `Sessions.endSession`. */
export function endSession(db: Connection, tokenHash: Uint8Array): void {
  db.run(END, tokenHash);
}

/** See `Sessions.pruneSessions`. */
export function pruneSessions(db: Connection, now: WallMs): number {
  return db.run(PRUNE, now);
}

// Sessions of people who are signed in: a few hundred rows at most, the same for every process.
import { type WallMs, wall } from '../../domain/time.ts';
import type { Session } from '../../seams/store/sessions.ts';
import type { Database, Statement } from './connection.ts';

const INSERT: Statement = {
  text: `
insert into posthorn.session (token_hash, key_hash, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $5)
on conflict do nothing
`,
};

const REMOVE_SURPLUS: Statement = {
  text: `
delete from posthorn.session where token_hash in (
  select token_hash from posthorn.session where token_hash <> $1 order by seen_at desc, token_hash offset $2)
`,
};

const ONE: Statement = {
  text: 'select token_hash, key_hash, created_at, seen_at, expires_at from posthorn.session where token_hash = $1',
};

const TOUCH: Statement = {
  text: `
update posthorn.session set seen_at = greatest(seen_at, $2), expires_at = greatest(expires_at, $3) where token_hash = $1
`,
};

const END: Statement = { text: 'delete from posthorn.session where token_hash = $1' };

const PRUNE: Statement = {
  text: `
with removed as (delete from posthorn.session where expires_at <= $1 returning 1)
select count(*)::int as count from removed
`,
};

interface SessionRow {
  readonly token_hash: Uint8Array;
  readonly key_hash: Uint8Array;
  readonly created_at: number;
  readonly seen_at: number;
  readonly expires_at: number;
}

/** See `Sessions.beginSession`. */
export async function beginSession(database: Database, session: Session, max: number): Promise<void> {
  const { tokenHash, keyHash, createdAt, seenAt, expiresAt } = session;
  await database.transaction(async (query) => {
    await query(PRUNE, [createdAt]);
    await query(INSERT, [tokenHash, keyHash, createdAt, seenAt, expiresAt]);
    await query(REMOVE_SURPLUS, [tokenHash, max - 1]);
  });
}

/** See `Sessions.session`. */
export async function session(database: Database, tokenHash: Uint8Array): Promise<Session | undefined> {
  const [row] = await database.read<SessionRow>(ONE, [tokenHash]);
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
export async function touchSession(
  database: Database,
  tokenHash: Uint8Array,
  seenAt: WallMs,
  expiresAt: WallMs,
): Promise<void> {
  await database.work(TOUCH, [tokenHash, seenAt, expiresAt]);
}

/** See `Sessions.endSession`. */
export async function endSession(database: Database, tokenHash: Uint8Array): Promise<void> {
  await database.work(END, [tokenHash]);
}

/** See `Sessions.pruneSessions`. */
export async function pruneSessions(database: Database, now: WallMs): Promise<number> {
  const [row] = await database.work<{ count: number }>(PRUNE, [now]);
  return row?.count ?? 0;
}

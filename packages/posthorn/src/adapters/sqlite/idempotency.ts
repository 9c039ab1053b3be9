// Idempotency keys: what was answered under each, for a day.
import type { ClaimId } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { ClaimAnswer, KeyClaim } from '../../seams/store/idempotency.ts';
import type { Connection } from './connection.ts';
import { idBytes, readId } from './uuid.ts';

const CLAIM = `
  insert into idempotency (hash, request, id, at) values (?1, ?2, ?3, ?4)
  on conflict (hash) do update
    set id = iif(at < ?5 or request <> ?2, ?3, id), request = ?2, at = ?4, answer = null
    where at < ?5 or (answer is null and at < ?6)
  returning id`;
const KEPT = 'select request, answer from idempotency where hash = ?';
const ANSWER = 'update idempotency set answer = ? where hash = ? and id = ?';
const GIVE_UP = 'update idempotency set at = ? where hash = ? and id = ? and answer is null';
// index: idempotency_by_time
const PRUNE = 'delete from idempotency where hash in (select hash from idempotency where at < ? order by at limit ?)';

/** See `Idempotency.claimKey`. */
export function claimKey(
  db: Connection,
  { hash, request, id, at }: KeyClaim,
  forgotten: WallMs,
  abandoned: WallMs,
): ClaimAnswer {
  const claimed = db.get<{ id: Uint8Array }>(CLAIM, hash, request, idBytes(id), at, forgotten, abandoned);
  if (claimed !== undefined) return { kind: 'claimed', id: readId<ClaimId>(claimed.id) };
  const kept = db.get<{ request: Uint8Array; answer: Uint8Array | null }>(KEPT, hash);
  if (kept === undefined) throw new Error('An idempotency key is taken, and nothing is stored under it.');
  return { kind: 'taken', request: kept.request, answer: kept.answer };
}

/** See `Idempotency.answerKey`. */
export function answerKey(db: Connection, hash: Uint8Array, id: ClaimId, answer: Uint8Array): void {
  db.run(ANSWER, answer, hash, idBytes(id));
}

/** See `Idempotency.giveUpKey`. */
export function giveUpKey(db: Connection, hash: Uint8Array, id: ClaimId, at: WallMs): void {
  db.run(GIVE_UP, at, hash, idBytes(id));
}

/** See `Idempotency.pruneKeys`. */
export function pruneKeys(db: Connection, before: WallMs, limit: number): number {
  return db.run(PRUNE, before, limit);
}

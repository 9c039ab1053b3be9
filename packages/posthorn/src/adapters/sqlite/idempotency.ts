// Idempotency keys: what was done and answered under each, for a day.
import type { ClaimId } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { ClaimAnswer, ClaimedKey, KeyClaim } from '../../seams/store/idempotency.ts';
import { keyLost } from '../../seams/store/index.ts';
import type { Connection } from './connection.ts';
import { idBytes, readId } from './uuid.ts';

const CLAIM = `
  insert into idempotency (hash, request, id, at) values (?1, ?2, ?3, ?4)
  on conflict (hash) do update
    set id = iif(at < ?5 or request <> ?2, ?3, id), outcome = iif(at < ?5, null, outcome), request = ?2, at = ?4, answer = null
    where at < ?5 or (answer is null and at < ?6 and (outcome is null or request = ?2))
  returning id`;
const KEPT = 'select request, answer from idempotency where hash = ?';
const OUTCOME = 'select outcome from idempotency where hash = ? and id = ?';
const DONE = 'update idempotency set outcome = ? where hash = ?';
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

/**
 * Does the work of a request under a key, and stores its outcome with the key, in the transaction that is open. Work that is
 * done already is not done again. See `ClaimedKey`.
 * @param claim `undefined`: the request has no key
 */
export function once<Outcome extends string>(
  db: Connection,
  claim: ClaimedKey | undefined,
  work: () => Outcome,
): Outcome {
  if (claim === undefined) return work();
  const kept = db.get<{ outcome: Outcome | null }>(OUTCOME, claim.hash, idBytes(claim.id));
  if (kept === undefined) throw keyLost();
  if (kept.outcome !== null) return kept.outcome;
  const outcome = work();
  db.run(DONE, outcome, claim.hash);
  return outcome;
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

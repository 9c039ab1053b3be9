// Idempotency keys: what was done and answered under each, for a day, the same for every process.
import type { ClaimId } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { ClaimAnswer, ClaimedKey, KeyClaim } from '../../seams/store/idempotency.ts';
import { keyLost, StoreUnavailable } from '../../seams/store/index.ts';
import type { Database, Query, Statement } from './connection.ts';

const CLAIM: Statement = {
  text: `
insert into posthorn.idempotency as kept (hash, request, id, at) values ($1, $2, $3, $4)
on conflict (hash) do update
set id = case when kept.at < $5 or kept.request <> $2 then $3 else kept.id end,
  outcome = case when kept.at < $5 then null else kept.outcome end, request = $2, at = $4, answer = null
where kept.at < $5 or (kept.answer is null and kept.at < $6 and (kept.outcome is null or kept.request = $2))
returning id
`,
};

const KEPT: Statement = { text: 'select request, answer from posthorn.idempotency where hash = $1' };

/** Another that does the same work, or would take the key over, waits until the transaction ends. */
const OUTCOME: Statement = {
  text: 'select outcome from posthorn.idempotency where hash = $1 and id = $2 for update',
};

const DONE: Statement = { text: 'update posthorn.idempotency set outcome = $2 where hash = $1' };

const ANSWER: Statement = { text: 'update posthorn.idempotency set answer = $3 where hash = $1 and id = $2' };

const GIVE_UP: Statement = {
  text: 'update posthorn.idempotency set at = $3 where hash = $1 and id = $2 and answer is null',
};

/** Served by idempotency_at. */
const PRUNE: Statement = {
  text: `
with removed as (
  delete from posthorn.idempotency
  where hash = any (array(select hash from posthorn.idempotency where at < $1 order by at limit $2))
  returning 1
)
select count(*)::int as count from removed
`,
};

/** How often a key is looked at again that was freed between two looks. */
const MAX_LOOKS = 5;

/** See `Idempotency.claimKey`. */
export async function claimKey(
  database: Database,
  { hash, request, id, at }: KeyClaim,
  forgotten: WallMs,
  abandoned: WallMs,
): Promise<ClaimAnswer> {
  for (let look = 0; look < MAX_LOOKS; look++) {
    const [claimed] = await database.work<{ id: ClaimId }>(CLAIM, [hash, request, id, at, forgotten, abandoned]);
    if (claimed !== undefined) return { kind: 'claimed', id: claimed.id };
    const [kept] = await database.work<{ request: Uint8Array; answer: Uint8Array | null }>(KEPT, [hash]);
    if (kept !== undefined) return { kind: 'taken', request: kept.request, answer: kept.answer };
  }
  throw new StoreUnavailable('busy', 'An idempotency key was taken and freed all the time. Try again.');
}

/**
 * Does the work of a request under a key, and stores its outcome with the key, in the transaction that is open. Work that is
 * done already is not done again. See `ClaimedKey`.
 * @param claim `undefined`: the request has no key
 */
export async function once<Outcome extends string>(
  query: Query,
  claim: ClaimedKey | undefined,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  if (claim === undefined) return await work();
  const [kept] = await query<{ outcome: Outcome | null }>(OUTCOME, [claim.hash, claim.id]);
  if (kept === undefined) throw keyLost();
  if (kept.outcome !== null) return kept.outcome;
  const outcome = await work();
  await query(DONE, [claim.hash, outcome]);
  return outcome;
}

/** See `Idempotency.answerKey`. */
export async function answerKey(database: Database, hash: Uint8Array, id: ClaimId, answer: Uint8Array): Promise<void> {
  await database.work(ANSWER, [hash, id, answer]);
}

/** See `Idempotency.giveUpKey`. */
export async function giveUpKey(database: Database, hash: Uint8Array, id: ClaimId, at: WallMs): Promise<void> {
  await database.work(GIVE_UP, [hash, id, at]);
}

/** See `Idempotency.pruneKeys`. */
export async function pruneKeys(database: Database, before: WallMs, limit: number): Promise<number> {
  const [row] = await database.work<{ count: number }>(PRUNE, [before, limit]);
  return row?.count ?? 0;
}

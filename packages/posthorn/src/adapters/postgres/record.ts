// Recording attempts in batches: one statement when all is well, a look at the history for those that do not fit.
import type { Resume } from '../../domain/delivery.ts';
import type { AttemptId, OwnerId } from '../../domain/ids.ts';
import type { AttemptRecord } from '../../seams/store/queue.ts';
import type { Database, Value } from './connection.ts';
import { ERASE_LATE, LATE, RECORD } from './record-sql.ts';
import { packBytes, plainArray, storable, textArray } from './sql-values.ts';

type Answer = 'recorded' | 'late';

/** See `Queue.record`. */
export async function record(database: Database, owner: OwnerId, records: readonly AttemptRecord[]): Promise<Answer[]> {
  const answers = new Map<AttemptId, Answer>();
  for (const round of rounds(records)) await recordRound(database, owner, round, answers);
  return records.map(({ attemptId }) => answers.get(attemptId) ?? 'late');
}

/** Each attempt once, and no delivery twice in a round: the statement sees a delivery as it was before the round. */
function rounds(records: readonly AttemptRecord[]): AttemptRecord[][] {
  const seen = new Set<AttemptId>();
  const perDelivery = new Map<string, number>();
  const found: AttemptRecord[][] = [];
  for (const one of records) {
    if (seen.has(one.attemptId)) continue;
    seen.add(one.attemptId);
    const round = perDelivery.get(one.deliveryId) ?? 0;
    perDelivery.set(one.deliveryId, round + 1);
    const list = found[round];
    if (list === undefined) found[round] = [one];
    else list.push(one);
  }
  return found;
}

async function recordRound(
  database: Database,
  owner: OwnerId,
  round: AttemptRecord[],
  answers: Map<AttemptId, Answer>,
): Promise<void> {
  // Everybody locks rows in the same order, so that no two wait for each other in a circle.
  round.sort((a, b) => (a.deliveryId < b.deliveryId ? -1 : 1));
  const unfit = await database.work<{ attempt_id: AttemptId }>(RECORD, parametersOf(owner, round));
  for (const { attemptId } of round) answers.set(attemptId, 'recorded');
  if (unfit.length === 0) return;
  const ids = new Set(unfit.map(({ attempt_id }) => attempt_id));
  const doubtful = round.filter(({ attemptId }) => ids.has(attemptId));
  const pairs = [
    plainArray(doubtful.map(({ deliveryId }) => deliveryId)),
    plainArray(doubtful.map(({ attemptId }) => attemptId)),
  ];
  const rows = await database.work<{ id: AttemptId; late: boolean }>(LATE, pairs);
  await database.work(ERASE_LATE, pairs);
  for (const { attemptId } of doubtful) answers.set(attemptId, 'late');
  for (const { id, late } of rows) if (!late) answers.set(id, 'recorded');
}

function parametersOf(owner: OwnerId, records: readonly AttemptRecord[]): Value[] {
  const plain = (of: (one: AttemptRecord) => string | number | boolean | null) => plainArray(records.map(of));
  const text = (of: (one: AttemptRecord) => string | null) => textArray(records.map(of));
  const bodies = packBytes(records.map(({ result }) => result.response?.body ?? null));
  return [
    owner,
    plain((one) => one.deliveryId),
    plain((one) => one.attemptId),
    plain((one) => one.number),
    plain((one) => one.trigger === 'manual'),
    plain((one) => one.startedAt),
    plain((one) => one.result.connectMs),
    plain((one) => one.result.durationMs),
    plain((one) => one.result.repeated),
    plain((one) => one.result.outcome),
    text((one) => (one.result.error === null ? null : storable(one.result.error))),
    plain((one) => one.result.response?.status ?? null),
    text((one) => (one.result.response === null ? null : JSON.stringify(one.result.response.headers))),
    bodies.starts,
    bodies.sizes,
    plain((one) => one.result.response?.truncated ?? null),
    plain((one) => one.next.state),
    plain((one) => (one.next.state === 'pending' ? one.next.dueAt : one.endedAt)),
    plain((one) => one.next.failures),
    plain((one) => one.next.interruptions),
    plain((one) => resumeOf(one)?.state ?? null),
    plain((one) => resumeTime(resumeOf(one))),
    bodies.packed,
    plain((one) => one.madeFrom?.version ?? null),
    plain((one) => one.madeFrom?.sender ?? null),
  ];
}

function resumeOf({ next }: AttemptRecord): Resume | null {
  return next.state === 'pending' ? next.resume : null;
}

/** The moment that a resumed delivery goes back to: a due time or the time it was ended. */
export function resumeTime(resume: Resume | null): number | null {
  if (resume === null) return null;
  return resume.state === 'pending' ? resume.dueAt : resume.endedAt;
}

// Invariants of every run. Each rule names the promise that it stands for.

import { MAX_INTERRUPTIONS } from '../../posthorn/src/domain/delivery.ts';
import type { EventId } from '../../posthorn/src/domain/ids.ts';
import { isOwnFailure } from '../../posthorn/src/domain/outcome.ts';
import { SLOT_MS, slotOf } from '../../posthorn/src/domain/tally.ts';
import { type WallMs, wall } from '../../posthorn/src/domain/time.ts';
import type { Engine } from '../../posthorn/src/engine/engine.ts';
import type { Attempt, DeliveryDetail, EventDetail } from '../../posthorn/src/seams/store/history.ts';
import type { Store } from '../../posthorn/src/seams/store/index.ts';
import type { WireCall } from '../../posthorn/tests/support/scripted-sender.ts';
import { receiverOf } from './changes.ts';
import type { Ledger } from './ledger.ts';
import { answeredIn } from './owed.ts';
import { shownAsSent } from './requests.ts';
import { POISON_TENANT } from './world.ts';

/** Days around a run that its wall clock may have jumped to. */
const DAYS_AROUND = 60;

/**
 * @param reader shows what is in the store
 * @param now by the wall clock
 * @returns violations in words, each with the ids to look for; empty when all is well
 */
export async function violations(
  ledger: Ledger,
  store: Store,
  reader: Pick<Engine, 'delivery'>,
  scheduleMs: readonly number[],
  now: WallMs,
): Promise<string[]> {
  const found = [
    ...ledger.violations,
    ...ledger.owed.violations,
    ...identities(ledger),
    ...(await replaysEnded(ledger, store)),
  ];
  let recorded = 0;
  const callOf = new Map(ledger.calls.map((call) => [call.attemptId, call]));
  const callsOf = Map.groupBy(ledger.calls, (call) => call.correlationId);
  for (const [eventId, { tenantId, answer }] of ledger.accepted) {
    const calls = callsOf.get(eventId) ?? [];
    const event = await store.event(tenantId, eventId);
    if (event === undefined) {
      found.push(`lost: event ${eventId} was accepted and is not stored`);
      continue;
    }
    found.push(...bodiesSent(eventId, event, calls));
    for (const { id } of answer.deliveries) {
      const delivery = await reader.delivery(tenantId, id);
      if (delivery === undefined) {
        found.push(`lost: delivery ${id} of event ${eventId} was accepted and is not stored`);
        continue;
      }
      if (delivery.state === 'pending')
        found.push(`stuck: delivery ${id} is still pending after everything has healed`);
      if (delivery.state === 'cancelled' && !ledger.deleted.has(delivery.endpointId))
        found.push(`erased: delivery ${id} was cancelled and its endpoint is there`);
      recorded += delivery.history.length;
      found.push(...scheduleKept(id, delivery.history, calls, scheduleMs), ...owedMade(delivery, ledger));
      found.push(...shownAsSent(delivery, callOf, ledger.deleted.has(delivery.endpointId)));
      if (tenantId !== POISON_TENANT && delivery.state === 'exhausted') {
        found.push(...parkedForAnother(id, delivery.history, calls, ledger));
      }
    }
    for (const together of Map.groupBy(calls, ({ url }) => receiverOf(url)).values())
      found.push(...overlaps(together, ledger));
  }
  found.push(...tallied(await countedAttempts(store, now), recorded, ledger.killed));
  return found;
}

/** Every call carries the event's body, also when that was erased afterwards; then its beginning tells whose it was. */
function bodiesSent(id: EventId, { erasedAt, body }: EventDetail, calls: readonly WireCall[]): string[] {
  const stored = new TextDecoder().decode(body);
  const isWhole = (sent: string) => (erasedAt === null ? sent === stored : sent.startsWith(`{"eventId":"${id}"`));
  return calls.filter((call) => !isWhole(call.body)).map(({ attemptId }) => `attempt ${attemptId} sent another body`);
}

async function countedAttempts(store: Store, now: WallMs): Promise<number> {
  const [since, until] = [-DAYS_AROUND, DAYS_AROUND].map((days) => wall(slotOf('day', now) + days * SLOT_MS.day));
  const slots = await store.tallies({ kind: 'installation' }, 'day', since ?? now, until ?? now);
  return slots.reduce((sum, { counts }) => sum + counts.attempts, 0);
}

/** Every recorded attempt is counted once. Only a process that is killed takes counts with it that it has not told. */
function tallied(counted: number, recorded: number, killed: boolean): string[] {
  if (counted === recorded || (killed && counted < recorded)) return [];
  return [`${counted} attempts are counted and ${recorded} are recorded`];
}

/** Attempt ids never repeat, and a call carries the id of an event that somebody posted. */
function identities(ledger: Ledger): string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  for (const { attemptId, correlationId } of ledger.calls) {
    if (seen.has(attemptId)) found.push(`attempt id ${attemptId} was sent twice`);
    if (!ledger.posted.has(correlationId)) found.push(`attempt ${attemptId} carries an unknown correlation id`);
    seen.add(attemptId);
  }
  return found;
}

/** Every replay has come to its end, and its counts are those of what it did. */
async function replaysEnded(ledger: Ledger, store: Store): Promise<string[]> {
  const found: string[] = [];
  for (const [id, { tenantId, made }] of ledger.owed.replays) {
    const replay = await store.replay(tenantId, id);
    if (replay === undefined) {
      found.push(`lost: replay ${id} was created and is not stored`);
      continue;
    }
    const { state, total, replayed, skipped } = replay;
    if (state === 'running') found.push(`stuck: replay ${id} is still running after everything has healed`);
    if (replayed !== made.size) found.push(`replay ${id} says ${replayed} and made ${made.size} deliveries due`);
    const sum = replayed + skipped;
    if (state === 'completed' ? sum !== total : sum > total) {
      found.push(`replay ${id} is ${state} with ${replayed} replayed and ${skipped} skipped of ${total}`);
    }
  }
  return found;
}

/** Every requested attempt was made once, no more and no less; none may be missing unless the endpoint was deleted meanwhile. */
function owedMade({ id, endpointId, history }: DeliveryDetail, { owed, deleted }: Ledger): string[] {
  const asked = owed.asked.get(id) ?? 0;
  const answered = answeredIn(history);
  if (answered > asked) return [`delivery ${id}: ${answered} manual attempts, ${asked} were asked for`];
  if (answered === asked || deleted.has(endpointId)) return [];
  const parked = history.filter(({ outcome }) => outcome === 'interrupted').length >= MAX_INTERRUPTIONS;
  return parked ? [] : [`delivery ${id}: ${answered} manual attempts, ${asked} were asked for`];
}

/** Attempts are numbered without gaps, never exceed the schedule, and none is early by elapsed time. */
function scheduleKept(
  deliveryId: string,
  history: readonly Attempt[],
  calls: readonly WireCall[],
  scheduleMs: readonly number[],
): string[] {
  const found: string[] = [];
  const inOrder = history.filter((attempt) => !attempt.late);
  inOrder.forEach((attempt, index) => {
    if (attempt.number !== index + 1)
      found.push(`delivery ${deliveryId}: attempt ${index + 1} has number ${attempt.number}`);
  });
  const counted = inOrder.filter(({ trigger, outcome }) => trigger === 'schedule' && !isOwnFailure(outcome));
  if (counted.length > scheduleMs.length + 1) {
    found.push(`delivery ${deliveryId}: ${counted.length} attempts exceed the schedule`);
  }
  counted.forEach((attempt, index) => {
    const before = counted[index - 1];
    const delayMs = scheduleMs[index - 1];
    if (before === undefined || delayMs === undefined) return;
    const endedAt = calls.find((call) => call.attemptId === before.id)?.endedAt;
    const startedAt = calls.find((call) => call.attemptId === attempt.id)?.startedAt;
    if (endedAt === undefined || startedAt === undefined) {
      found.push(`delivery ${deliveryId}: attempt ${attempt.number} is recorded and was never made`);
    } else if (startedAt - endedAt < delayMs) {
      found.push(`early: delivery ${deliveryId}, attempt ${attempt.number} by ${delayMs - (startedAt - endedAt)} ms`);
    }
  });
  return found;
}

/** A delivery that only happened to be under way when another one killed the process is not parked for it. */
function parkedForAnother(
  deliveryId: string,
  history: readonly Attempt[],
  calls: readonly WireCall[],
  ledger: Ledger,
): string[] {
  const last = history.filter((attempt) => !attempt.late).slice(-MAX_INTERRUPTIONS);
  const beside = last.filter(({ id, outcome }) => {
    const call = calls.find(({ attemptId }) => attemptId === id);
    return outcome === 'interrupted' && call !== undefined && ledger.cutOffByPoison(call);
  });
  return beside.length < MAX_INTERRUPTIONS ? [] : [`parked: delivery ${deliveryId}, for what the poison did`];
}

/** No two calls of one delivery overlap, unless the earlier caller had been taken for dead before the later one began. */
function overlaps(calls: readonly WireCall[], ledger: Ledger): string[] {
  const found: string[] = [];
  const inOrder = calls.toSorted((a, b) => a.startedAt - b.startedAt);
  for (const [index, earlier] of inOrder.entries()) {
    for (const later of inOrder.slice(index + 1)) {
      if (earlier.endedAt !== undefined && later.startedAt >= earlier.endedAt) continue;
      if (!ledger.takenOver(earlier, earlier.startedAt, later.startedAt)) {
        found.push(`overlap: ${ledger.describe(earlier)} and ${ledger.describe(later)} at ${earlier.url}`);
      }
    }
  }
  return found;
}

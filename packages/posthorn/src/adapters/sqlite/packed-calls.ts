// How the arguments and answers of the hot calls travel between the threads. Everything else is cloned as it is.
import { madeFromOf } from '../../domain/call.ts';
import type { EventContent, LeasedDelivery } from '../../domain/delivery.ts';
import type { OwnerId } from '../../domain/ids.ts';
import type { CallResult, Response } from '../../domain/outcome.ts';
import type { AcceptedEvent, AcceptGroup, AcceptResult, AttemptRecord, Claim } from '../../seams/store/queue.ts';
import { type Packed, Packer, Unpacker } from './packing.ts';

export function packAccept(owner: OwnerId, groups: readonly AcceptGroup[]): Packed {
  const to = new Packer();
  to.add(owner, groups.length);
  for (const { tenantId, revision, events } of groups) {
    to.add(tenantId, revision, events.length);
    for (const { event, fingerprint, ownId, keys, deliveries } of events) {
      to.add(event.id, event.type, event.createdAt, ownId, keys);
      to.addBytes(fingerprint);
      to.addBytes(event.body);
      to.add(deliveries.length);
      for (const { id, endpointId, place } of deliveries) to.add(id, endpointId, place);
    }
  }
  return to.finish();
}

export function unpackAccept(packed: Packed): [owner: OwnerId, groups: AcceptGroup[]] {
  const from = new Unpacker(packed);
  const owner = from.next<OwnerId>();
  const groups = from.nextList<AcceptGroup>(() => {
    const tenantId = from.next<AcceptGroup['tenantId']>();
    const revision = from.next<number>();
    const events = from.nextList(() => {
      const id = from.next<EventContent['id']>();
      const type = from.next<string>();
      const createdAt = from.next<EventContent['createdAt']>();
      const ownId = from.next<string | null>();
      const keys = from.next<readonly string[]>();
      const fingerprint = from.nextBytes();
      const body = from.nextBytes();
      const deliveries = from.nextList(() => nextDelivery(from));
      return { event: { id, tenantId, type, createdAt, body }, fingerprint, ownId, keys, deliveries };
    });
    return { tenantId, revision, events };
  });
  return [owner, groups];
}

type NewDelivery = AcceptGroup['events'][number]['deliveries'][number];

function nextDelivery(from: Unpacker): NewDelivery {
  const id = from.next<NewDelivery['id']>();
  const endpointId = from.next<NewDelivery['endpointId']>();
  return { id, endpointId, place: from.next<NewDelivery['place']>() };
}

/** The part of the answer that the caller does not know: per event nothing when it was stored as proposed, else the earlier answer. */
export type ShortenedAccept = readonly (
  | Exclude<AcceptResult, { kind: 'accepted' }>
  | readonly (AcceptedEvent | null)[]
)[];

export function shortenAccept(results: readonly AcceptResult[]): ShortenedAccept {
  return results.map((result) =>
    result.kind === 'accepted' ? result.events.map((event) => (event.existing ? event : null)) : result,
  );
}

/** @param groups what was proposed */
export function completeAccept(shortened: ShortenedAccept, groups: readonly AcceptGroup[]): AcceptResult[] {
  return groups.map((group, index) => {
    const result = shortened[index] ?? [];
    if ('kind' in result) return result;
    const events = group.events.map(({ event, ownId, deliveries }, position): AcceptedEvent => {
      const { id, type, createdAt } = event;
      const answered = deliveries.map((one) => ({ id: one.id, endpointId: one.endpointId }));
      return result[position] ?? { id, ownId, type, createdAt, deliveries: answered, existing: false };
    });
    return { kind: 'accepted', events };
  });
}

export function packRecord(owner: OwnerId, records: readonly AttemptRecord[]): Packed {
  const to = new Packer();
  to.add(owner, records.length);
  for (const one of records) {
    const { connectMs, durationMs, repeated, outcome, error, response } = one.result;
    to.add(one.deliveryId, one.attemptId, one.number, one.trigger, one.startedAt, one.endedAt, one.next);
    to.add(one.madeFrom?.version ?? null, one.madeFrom?.sender ?? null);
    to.add(connectMs, durationMs, repeated, outcome, error);
    if (response === null) {
      to.add(null);
      continue;
    }
    to.add(response.status, response.headers, response.truncated);
    to.addBytes(response.body);
  }
  return to.finish();
}

export function unpackRecord(packed: Packed): [owner: OwnerId, records: AttemptRecord[]] {
  const from = new Unpacker(packed);
  const owner = from.next<OwnerId>();
  const records = from.nextList<AttemptRecord>(() => ({
    deliveryId: from.next<AttemptRecord['deliveryId']>(),
    attemptId: from.next<AttemptRecord['attemptId']>(),
    number: from.next<number>(),
    trigger: from.next<AttemptRecord['trigger']>(),
    startedAt: from.next<AttemptRecord['startedAt']>(),
    endedAt: from.next<AttemptRecord['endedAt']>(),
    next: from.next<AttemptRecord['next']>(),
    madeFrom: madeFromOf(from.next<number | null>(), from.next<number | null>()),
    result: nextResult(from),
  }));
  return [owner, records];
}

function nextResult(from: Unpacker): CallResult {
  return {
    connectMs: from.next<number | null>(),
    durationMs: from.next<number>(),
    repeated: from.next<boolean>(),
    outcome: from.next<CallResult['outcome']>(),
    error: from.next<string | null>(),
    response: nextResponse(from),
  } as CallResult;
}

function nextResponse(from: Unpacker): Response | null {
  const status = from.next<number | null>();
  if (status === null) return null;
  const headers = from.next<Response['headers']>();
  const truncated = from.next<boolean>();
  return { status, headers, truncated, body: from.nextBytes() };
}

export function packClaim<AnyClaim extends Claim>(claim: AnyClaim): Packed {
  const { deliveries, revisions, ...rest } = claim;
  const to = new Packer();
  const indexOf = new Map<EventContent, number>();
  for (const { event } of deliveries) if (!indexOf.has(event)) indexOf.set(event, indexOf.size);
  to.add(rest, [...revisions], indexOf.size);
  for (const { id, tenantId, type, createdAt, body } of indexOf.keys()) {
    to.add(id, tenantId, type, createdAt);
    to.addBytes(body);
  }
  to.add(deliveries.length);
  for (const one of deliveries) {
    to.add(one.id, one.endpointId, indexOf.get(one.event), one.attempts, one.failures, one.interruptions);
    to.add(one.resume, one.suspect);
  }
  return to.finish();
}

export function unpackClaim<AnyClaim extends Claim>(packed: Packed): AnyClaim {
  const from = new Unpacker(packed);
  const rest = from.next<Omit<AnyClaim, keyof Claim>>();
  const revisions = new Map(from.next<[EventContent['tenantId'], number][]>());
  const events = from.nextList<EventContent>(() => ({
    id: from.next<EventContent['id']>(),
    tenantId: from.next<EventContent['tenantId']>(),
    type: from.next<string>(),
    createdAt: from.next<EventContent['createdAt']>(),
    // A copy: one delivery that waits for long must not keep the bodies of all others in memory. From Node's pool, since
    // memory of its own for every body would keep the garbage collector busier than anything else here.
    body: Buffer.from(from.nextBytes()),
  }));
  const deliveries = from.nextList(() => nextLeased(from, events));
  return { ...rest, deliveries, revisions } as Claim as AnyClaim;
}

function nextLeased(from: Unpacker, events: readonly EventContent[]): LeasedDelivery {
  const id = from.next<LeasedDelivery['id']>();
  const endpointId = from.next<LeasedDelivery['endpointId']>();
  const event = events[from.next<number>()];
  if (event === undefined) throw new Error(`the claimed delivery ${id} names no event`);
  return {
    id,
    endpointId,
    event,
    attempts: from.next<number>(),
    failures: from.next<number>(),
    interruptions: from.next<number>(),
    resume: from.next<LeasedDelivery['resume']>(),
    suspect: from.next<boolean>(),
  };
}

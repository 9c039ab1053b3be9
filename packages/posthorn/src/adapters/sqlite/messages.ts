// How the arguments and answers of the hot calls travel between the threads. Everything else is cloned as it is.
import type { EventContent, HeldDelivery } from '../../domain/delivery.ts';
import type { OwnerId } from '../../domain/ids.ts';
import type { CallResult, Response } from '../../domain/outcome.ts';
import type { AcceptedEvent, AcceptGroup, AcceptResult, AttemptRecord, Claim } from '../../seams/store/queue.ts';
import { type Packed, Packer, Unpacker } from './packing.ts';

export function packAccept(owner: OwnerId, groups: readonly AcceptGroup[]): Packed {
  const to = new Packer();
  to.add(owner, groups.length);
  for (const { tenantId, revision, events } of groups) {
    to.add(tenantId, revision, events.length);
    for (const { event, fingerprint, deliveries } of events) {
      to.add(event.id, event.type, event.createdAt);
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
      const [id, type, createdAt] = [
        from.next<EventContent['id']>(),
        from.next<string>(),
        from.next<EventContent['createdAt']>(),
      ];
      const [fingerprint, body] = [from.nextBytes(), from.nextBytes()];
      const deliveries = from.nextList(() => nextDelivery(from));
      return { event: { id, tenantId, type, createdAt, body }, fingerprint, deliveries };
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

/** What the caller does not know already: per event nothing when it was stored as proposed, else the earlier answer. */
export type AcceptNews = readonly (Exclude<AcceptResult, { kind: 'accepted' }> | readonly (AcceptedEvent | null)[])[];

export function shortenAccept(results: readonly AcceptResult[]): AcceptNews {
  return results.map((result) =>
    result.kind === 'accepted' ? result.events.map((event) => (event.existing ? event : null)) : result,
  );
}

/** @param groups what was proposed */
export function completeAccept(news: AcceptNews, groups: readonly AcceptGroup[]): AcceptResult[] {
  return groups.map((group, index) => {
    const result = news[index] ?? [];
    if ('kind' in result) return result;
    const events = group.events.map(({ event, deliveries }, position): AcceptedEvent => {
      const { id, type, createdAt } = event;
      const answered = deliveries.map((one) => ({ id: one.id, endpointId: one.endpointId }));
      return result[position] ?? { id, type, createdAt, deliveries: answered, existing: false };
    });
    return { kind: 'accepted', events };
  });
}

export function packRecord(owner: OwnerId, records: readonly AttemptRecord[]): Packed {
  const to = new Packer();
  to.add(owner, records.length);
  for (const { result, ...facts } of records) {
    const { response, ...outcome } = result;
    to.add(facts, outcome);
    if (response === null) {
      to.add(null);
      continue;
    }
    const { body, ...head } = response;
    to.add(head);
    to.addBytes(body);
  }
  return to.finish();
}

export function unpackRecord(packed: Packed): [owner: OwnerId, records: AttemptRecord[]] {
  const from = new Unpacker(packed);
  const owner = from.next<OwnerId>();
  const records = from.nextList<AttemptRecord>(() => {
    const facts = from.next<Omit<AttemptRecord, 'result'>>();
    const outcome = from.next<Omit<CallResult, 'response'>>();
    const head = from.next<Omit<Response, 'body'> | null>();
    const response = head === null ? null : { ...head, body: from.nextBytes() };
    return { ...facts, result: { ...outcome, response } as CallResult };
  });
  return [owner, records];
}

export function packClaim<AnyClaim extends Claim>(claim: AnyClaim): Packed {
  const { deliveries, revisions, ...rest } = claim;
  const to = new Packer();
  const events = [...new Set(deliveries.map(({ event }) => event))];
  const indexOf = new Map(events.map((event, index) => [event, index]));
  to.add(rest, [...revisions], events.length);
  for (const { id, tenantId, type, createdAt, body } of events) {
    to.add(id, tenantId, type, createdAt);
    to.addBytes(body);
  }
  to.add(deliveries.length);
  for (const { event, ...delivery } of deliveries) to.add(indexOf.get(event), delivery);
  return to.finish();
}

export function unpackClaim<AnyClaim extends Claim>(packed: Packed): AnyClaim {
  const from = new Unpacker(packed);
  const rest = from.next<Omit<AnyClaim, keyof Claim>>();
  const revisions = new Map(from.next<[Claim['deliveries'][number]['event']['tenantId'], number][]>());
  const events = from.nextList<EventContent>(() => {
    const id = from.next<EventContent['id']>();
    const tenantId = from.next<EventContent['tenantId']>();
    const type = from.next<string>();
    const createdAt = from.next<EventContent['createdAt']>();
    // A copy: one delivery that waits for long must not keep the bodies of all others in memory.
    return { id, tenantId, type, createdAt, body: from.nextBytes().slice() };
  });
  const deliveries = from.nextList<HeldDelivery>(() => {
    const event = events[from.next<number>()];
    if (event === undefined) throw new Error('a claimed delivery names no event');
    return { ...from.next<Omit<HeldDelivery, 'event'>>(), event };
  });
  return { ...rest, deliveries, revisions } as Claim as AnyClaim;
}

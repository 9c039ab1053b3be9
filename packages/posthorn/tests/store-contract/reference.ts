// A reference model of the store after every call, kept in plain objects: one place per delivery, moved by the same rules.
import type { DeliveryState, EventContent, LeasedDelivery, Resume } from '../../src/domain/delivery.ts';
import type { DeliveryId, OwnerId } from '../../src/domain/ids.ts';
import type { SteadyMs, WallMs } from '../../src/domain/time.ts';
import type { DeliverySummary, LastAttempt } from '../../src/seams/store/history.ts';
import type { AttemptRecord } from '../../src/seams/store/queue.ts';
import type { StoredEndpoint } from '../../src/seams/store/registry.ts';

export interface Known {
  readonly id: DeliveryId;
  readonly event: EventContent;
  endpoint: StoredEndpoint;
  /** `ended` besides the places of pending deliveries. */
  place: 'leased' | 'due' | 'backlog' | 'paused' | 'ended';
  owner: OwnerId | null;
  dueAt: SteadyMs | null;
  begun: boolean;
  suspect: boolean;
  attempts: number;
  failures: number;
  resume: Resume | null;
  state: DeliveryState;
  endedAt: WallMs | null;
  lastAttempt: LastAttempt | null;
}

export function newlyKnown(delivery: LeasedDelivery, endpoint: StoredEndpoint, owner: OwnerId | null): Known {
  return {
    id: delivery.id,
    event: delivery.event,
    endpoint,
    place: owner === null ? 'backlog' : 'leased',
    owner,
    dueAt: null,
    begun: false,
    suspect: false,
    attempts: 0,
    failures: 0,
    resume: null,
    state: 'pending',
    endedAt: null,
    lastAttempt: null,
  };
}

export const isLeasedTo = (one: Known, owner: OwnerId): boolean => one.place === 'leased' && one.owner === owner;

export function lease(one: Known, owner: OwnerId): void {
  one.place = 'leased';
  one.owner = owner;
  one.dueAt = null;
}

export function makeDue(one: Known, at: SteadyMs): void {
  one.place = 'due';
  one.dueAt = at;
  free(one);
}

export function park(one: Known, place: 'backlog' | 'paused'): void {
  one.place = place;
  one.dueAt = null;
  free(one);
}

/** A ended delivery that was pending once more goes back to what it was. */
export function cancel(one: Known, at: WallMs): void {
  const before = one.resume !== null && one.resume.state !== 'pending' ? one.resume : null;
  settle(one, before?.state ?? 'cancelled', before?.endedAt ?? at);
}

export function apply(one: Known, { number, next, result, startedAt, endedAt }: AttemptRecord): void {
  one.lastAttempt = { outcome: result.outcome, status: result.response?.status ?? null, startedAt };
  one.attempts = number;
  one.failures = next.failures;
  one.suspect = false;
  if (next.state === 'pending') {
    makeDue(one, next.dueAt);
    one.resume = next.resume;
    return;
  }
  const { resume } = one;
  const goesBack = resume !== null && resume.state === next.state && result.outcome !== 'succeeded';
  settle(one, next.state, goesBack ? resume.endedAt : endedAt);
}

export function retry(one: Known, now: SteadyMs): 'due' | 'under_way' {
  if (one.place === 'ended') {
    if (one.state !== 'pending' && one.endedAt !== null) one.resume = { state: one.state, endedAt: one.endedAt };
    one.state = 'pending';
    one.endedAt = null;
    makeDue(one, now);
    return 'due';
  }
  if (one.place !== 'due' || one.dueAt === null) return 'under_way';
  one.resume ??= { state: 'pending', dueAt: one.dueAt };
  if (now < one.dueAt) one.dueAt = now;
  return 'due';
}

/** The delivery as a claim must hand it over. */
export function leasedFacts(one: Known): LeasedDelivery {
  const { id, event, attempts, failures, resume, suspect, endpoint } = one;
  return { id, endpointId: endpoint.id, event, attempts, failures, interruptions: 0, resume, suspect };
}

/** The delivery as the history must show it. */
export function summaryFacts(one: Known, isEndpointGone: boolean): DeliverySummary {
  return {
    id: one.id,
    endpointId: one.endpoint.id,
    eventId: one.event.id,
    eventType: one.event.type,
    state: one.state,
    createdAt: one.event.createdAt,
    attempts: one.attempts,
    nextAttemptAt: one.place === 'due' ? one.dueAt : null,
    endedAt: one.endedAt,
    lastAttempt: one.lastAttempt,
    endpointHost: isEndpointGone ? null : 'example.com',
  };
}

function settle(one: Known, state: Exclude<DeliveryState, 'pending'>, endedAt: WallMs): void {
  one.place = 'ended';
  one.state = state;
  one.endedAt = endedAt;
  one.dueAt = null;
  one.resume = null;
  one.suspect = false;
  free(one);
}

function free(one: Known): void {
  one.owner = null;
  one.begun = false;
}

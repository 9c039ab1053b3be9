// The `Store` seam over named calls, wherever they are made. Lists, counts, pruning and sweeps go in short steps, so that
// other calls find their way in between.
import type { EndpointId } from '../../domain/ids.ts';
import type { Listed } from '../../seams/store/history.ts';
import type { Store } from '../../seams/store/index.ts';
import type { Page } from '../../seams/store/registry.ts';
import { pruneInSteps } from '../prune-in-steps.ts';
import type { MakeCall } from './calls.ts';
import { pendingOf } from './pending.ts';
import type { PruneCursor } from './prune.ts';
import type { CountCursor, CountStep } from './replay-search.ts';
import type { Step } from './search.ts';
import { troubles } from './troubles.ts';

/** Rows that a list looks at, step by step, until its page is full: 25 ms in all, and none takes longer than 8. */
const EXAMINED_PER_STEP = [2_000, 8_000, 30_000, 30_000, 30_000];

/** @param call its promise rejects with `StoreUnavailable` when the database does not do the call */
export function callsAsStore(call: MakeCall): Omit<Store, 'close'> {
  return {
    kind: 'sqlite',
    exclusive: true,
    ping: () => call('ping'),

    putTenant: (id, name, at, retentionDays) => call('putTenant', id, name, at, retentionDays),
    tenant: (id) => call('tenant', id),
    tenants: (page, search) => call('tenants', page, search),
    tenantsWithRetention: (page) => call('tenantsWithRetention', page),
    deleteTenant: (id, at) => thenSweep(call('deleteTenant', id, at)),
    createEndpoint: (endpoint, max, claim) => call('createEndpoint', endpoint, max, claim),
    endpoint: (tenantId, id) => call('endpoint', tenantId, id),
    endpointByUid: (tenantId, uid) => call('endpointByUid', tenantId, uid),
    endpoints: (tenantId, page, urlKey) => call('endpoints', tenantId, page, urlKey),
    replaceEndpoint: (endpoint) => call('replaceEndpoint', endpoint),
    setEndpointState: (tenantId, id, state, now, at, claim) =>
      thenSweep(call('setEndpointState', tenantId, id, state, now, at, claim)),
    deleteEndpoint: (tenantId, id, at) => thenSweep(call('deleteEndpoint', tenantId, id, at)),
    endpointVersions: (tenantId, id, numbers) => call('endpointVersions', tenantId, id, numbers),
    outdatedVersions: (codec, page) => call('outdatedVersions', codec, page),
    rewriteVersions: (versions) => call('rewriteVersions', versions),
    pruneVersions: (before, limit) => call('pruneVersions', before, limit),
    senderProfile: (facts) => call('senderProfile', facts),
    senderProfiles: (numbers) => call('senderProfiles', numbers),
    catalog: (tenantId) => call('catalog', tenantId),
    keep: (name, value) => call('keep', name, value),

    accept: (owner, groups) => call('accept', owner, groups),
    claimDue: (owner, now, limit) => call('claimDue', owner, now, limit),
    claimBacklog: (owner, wants) => call('claimBacklog', owner, wants),
    backlogs: (limit) => call('backlogs', limit),
    nextDue: () => call('nextDue'),
    begin: (owner, starts) => call('begin', owner, starts),
    record: (owner, records) => call('record', owner, records),
    release: (owner, releases) => call('release', owner, releases),
    reclaim: (owner, leased, now) => call('reclaim', owner, leased, now),
    retry: (tenantId, id, now, claim) => call('retry', tenantId, id, now, claim),
    join: (owner) => call('join', owner),
    beat: (owner, now) => call('beat', owner, now),
    takeOver: (heir, dead, now) => call('takeOver', heir, dead, now),
    leave: (owner) => call('leave', owner),
    clockOffset: (boot) => call('clockOffset', boot),

    events: (tenantId, filter, page) => fillPage(page, (...part) => call('eventsStep', tenantId, filter, ...part)),
    eraseEvent: (tenantId, id, at) => call('eraseEvent', tenantId, id, at),
    eraseOverdue: (tenantId, before, now, limit) => call('eraseOverdue', tenantId, before, now, limit),
    find: (range, limit) => call('find', range, limit),
    event: (tenantId, id) => call('event', tenantId, id),
    deliveries: (tenantId, filter, page) =>
      fillPage(page, (...part) => call('deliveriesStep', tenantId, filter, ...part)),
    delivery: (tenantId, id) => call('delivery', tenantId, id),
    pending: (limit) => call('pending', limit),
    prune: pruneInSteps<PruneCursor>(async (before, limit, from) => {
      // Move the rest of a change that failed half way.
      if (from === null) await sweep();
      return await call('pruneStep', before, limit, from);
    }),

    countReplay: (tenantId, filter, at) => countInSteps((from) => call('countReplayStep', tenantId, filter, at, from)),
    createReplay: (replay, counts, now, max, claim) => call('createReplay', replay, counts, now, max, claim),
    stepReplay: (now, at) => call('stepReplay', now, at),
    cancelReplay: (tenantId, id, at, claim) => call('cancelReplay', tenantId, id, at, claim),
    replay: (tenantId, id) => call('replay', tenantId, id),
    replays: (tenantId, page) => call('replays', tenantId, page),

    beginSession: (session, max) => call('beginSession', session, max),
    session: (tokenHash) => call('session', tokenHash),
    touchSession: (tokenHash, seenAt, expiresAt) => call('touchSession', tokenHash, seenAt, expiresAt),
    endSession: (tokenHash) => call('endSession', tokenHash),
    pruneSessions: (now) => call('pruneSessions', now),
    claimKey: (claim, forgotten, abandoned) => call('claimKey', claim, forgotten, abandoned),
    answerKey: (hash, id, answer) => call('answerKey', hash, id, answer),
    giveUpKey: (hash, id, at) => call('giveUpKey', hash, id, at),
    pruneKeys: (before, limit) => call('pruneKeys', before, limit),

    tally: (writer, number, tallied) => call('tally', writer, number, tallied),
    tallies: (scope, tier, since, until) => call('tallies', scope, tier, since, until),
    troubles: troubles(
      (tenantId, tier, from, until) => call('troublesStep', tenantId, tier, from, until),
      (endpoints, tier, since, until) => call('troublesOf', endpoints, tier, since, until),
    ),
    pendingOf: pendingOf((scope, after, limit) => call('pendingOfStep', scope, after, limit)),
    pruneTallies: (before, limit) => call('pruneTalliesStep', before, limit),
  };

  async function thenSweep<Result>(change: Promise<Result>): Promise<Result> {
    const result = await change;
    await sweep();
    return result;
  }

  async function sweep(): Promise<void> {
    while (await call('sweepStep'));
  }
}

async function fillPage<Item, Key>(
  { limit, after }: Page<Key>,
  take: (after: Key | null, limit: number, rows: number) => Promise<Step<Item, Key>>,
): Promise<Listed<Item, Key>> {
  const found: Item[] = [];
  let from = after;
  for (const rows of EXAMINED_PER_STEP) {
    const { items, next } = await take(from, limit - found.length, rows);
    found.push(...items);
    if (next === null || found.length >= limit) return { items: found, cutAt: null };
    from = next;
  }
  return { items: found, cutAt: from };
}

async function countInSteps(
  take: (from: CountCursor | null) => Promise<CountStep | undefined>,
): Promise<Map<EndpointId, number> | undefined> {
  const found = new Map<EndpointId, number>();
  for (let from: CountCursor | null = null; ; ) {
    const step = await take(from);
    if (step === undefined) return undefined;
    for (const [endpointId, count] of step.counts) found.set(endpointId, (found.get(endpointId) ?? 0) + count);
    if (step.next === null) return found;
    from = step.next;
  }
}

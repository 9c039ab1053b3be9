// Random sequences of calls against the reference: whatever is done in whatever order, every accepted delivery is in
// exactly one place, in the one that the reference says, with the same progress.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import fc from 'fast-check';
import type { Next } from '../../src/domain/delivery.ts';
import type { AttemptId, DeliveryId, EndpointId, OwnerId, ReplayId, TenantId } from '../../src/domain/ids.ts';
import { type SteadyMs, steady } from '../../src/domain/time.ts';
import type { DeliverySummary } from '../../src/seams/store/history.ts';
import type { AttemptRecord, Release } from '../../src/seams/store/queue.ts';
import type { Page, StoredEndpoint } from '../../src/seams/store/registry.ts';
import type { Replay } from '../../src/seams/store/replays.ts';
import { allPages, assertSame, type Bench, type ContractIt, eventFor, ids, newlyLeased } from './bench.ts';
import {
  attemptOf,
  DONE,
  dueAgain,
  EXHAUSTED,
  FAILED,
  later,
  newEvent,
  newId,
  SUCCEEDED,
  wallLater,
} from './makers.ts';
import type { Known } from './reference.ts';
import * as reference from './reference.ts';

/** Sequences per run of the suite. Raise it to hunt. */
const SEQUENCES = 20;

type Operation = (world: World, choice: Choice) => Promise<void>;

/** Numbers that choose whom an operation concerns, and how. */
interface Choice {
  readonly who: number;
  readonly which: number;
  readonly how: number;
}

export function randomContract(it: ContractIt): void {
  describe('any sequence of calls', () => {
    it('leaves every accepted delivery in exactly one place', async (bench) => {
      const name = fc.constantFrom(...Object.keys(OPERATIONS));
      const step = fc.record({ name, who: fc.nat(1), which: fc.nat(99), how: fc.nat(9) });
      const sequence = fc.array(step, { minLength: 15, maxLength: 60, size: 'max' });
      const property = fc.asyncProperty(sequence, async (steps) => {
        const world = await World.create(bench);
        for (const { name: operation, ...choice } of steps) {
          await OPERATIONS[operation]?.(world, choice);
          world.now = steady(world.now + 10);
        }
        await world.check();
      });
      await fc.assert(property, { numRuns: SEQUENCES });
    });
  });
}

class World {
  readonly bench: Bench;
  readonly tenant: TenantId;
  readonly known: Known[] = [];
  endpoints: StoredEndpoint[] = [];
  owners: [OwnerId, OwnerId];
  now: SteadyMs = later(0);
  lastRecord: { owner: OwnerId; record: AttemptRecord; answer: string } | undefined;

  private constructor(bench: Bench, tenant: TenantId, owners: [OwnerId, OwnerId]) {
    this.bench = bench;
    this.tenant = tenant;
    this.owners = owners;
  }

  /** A tenant without past on a store without work: what an earlier sequence left is cleared away. */
  static async create(bench: Bench): Promise<World> {
    const { store } = bench;
    for (const { id } of await store.tenants({ limit: 100, after: null })) await store.deleteTenant(id, wallLater(0));
    const [first, second] = [await bench.owner(), await bench.owner()];
    for (const other of (await store.beat(first, later(0))) ?? []) {
      if (other.owner === second) continue;
      const cutOff = (await store.takeOver(first, other, later(0))) ?? [];
      await store.release(
        first,
        cutOff.map(({ delivery }) => cancelled(delivery.id)),
      );
    }
    // Deliveries that were released after their endpoint was deleted.
    const wants = (await store.backlogs(1_000)).map((endpointId) => ({ endpointId, limit: 1_000 }));
    const left = [
      ...(await bench.claimDue(first, later(1e12), 10_000)),
      ...(await store.claimBacklog(first, wants)).deliveries,
    ];
    await store.release(
      first,
      left.map(({ id }) => cancelled(id)),
    );
    const world = new World(bench, await bench.tenant(), [first, second]);
    for (let index = 0; index < 3; index++) world.endpoints.push(await bench.endpoint(world.tenant));
    return world;
  }

  owner({ who }: Choice): OwnerId {
    return this.owners[who === 0 ? 0 : 1];
  }

  /** Mostly a delivery that the owner holds, sometimes any other. */
  delivery(choice: Choice): Known | undefined {
    const mine = this.known.filter((one) => reference.isLeasedTo(one, this.owner(choice)));
    const among = choice.how < 7 && mine.length > 0 ? mine : this.known;
    return among[choice.which % Math.max(among.length, 1)];
  }

  endpoint({ which }: Choice): StoredEndpoint | undefined {
    return this.endpoints[which % Math.max(this.endpoints.length, 1)];
  }

  replace(changed: StoredEndpoint): void {
    this.endpoints = this.endpoints.map((one) => (one.id === changed.id ? changed : one));
    for (const one of this.known) if (one.endpoint.id === changed.id) one.endpoint = changed;
  }

  isGone(endpoint: StoredEndpoint): boolean {
    return !this.endpoints.some(({ id }) => id === endpoint.id);
  }

  nextDue(): SteadyMs | null {
    const due = this.known.flatMap(({ place, dueAt }) => (place === 'due' && dueAt !== null ? [dueAt] : []));
    return due.length === 0 ? null : steady(Math.min(...due));
  }

  async check(): Promise<void> {
    const { store } = this.bench;
    const list = (page: Page<DeliveryId>) => store.deliveries(this.tenant, {}, page);
    const stored = await allPages<DeliverySummary, DeliveryId>(7, list, ({ id }) => id);
    const wanted = this.known.map((one) => reference.summaryFacts(one, this.isGone(one.endpoint)));
    assertSame(
      stored,
      wanted.toSorted((a, b) => (a.id < b.id ? 1 : -1)),
    );
    assert.equal(await store.nextDue(), this.nextDue());
    const waiting = this.known.filter(({ place }) => place === 'backlog').map(({ endpoint }) => endpoint.id);
    assert.deepEqual(new Set(await store.backlogs(100)), new Set(waiting));
    for (const owner of this.owners) {
      const leased = this.known.filter((one) => reference.isLeasedTo(one, owner));
      assert.equal(
        await store.reclaim(
          owner,
          leased.map(({ id }) => id),
          this.now,
        ),
        0,
        'nothing but these is leased',
      );
      assert.equal(await store.reclaim(owner, [], this.now), leased.length);
    }
  }
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  accept: (world, choice) => accept(world, choice, 'leased'),
  acceptMore: (world, choice) => accept(world, choice, 'leased'),
  acceptToBacklog: (world, choice) => accept(world, choice, 'backlog'),

  async acceptAgain(world, choice) {
    const one = world.known[choice.which % Math.max(world.known.length, 1)];
    if (one === undefined) return;
    const events = [eventFor(one.event, [])];
    const group = { tenantId: world.tenant, revision: await world.bench.revision(world.tenant), events };
    const [result] = await world.bench.store.accept(world.owner(choice), [group]);
    assert.ok(result?.kind === 'accepted' && result.events[0]?.existing);
    const siblings = world.known.filter(({ event }) => event.id === one.event.id);
    assert.deepEqual(ids(result.events[0].deliveries), ids(siblings));
  },

  async claimDue(world, choice) {
    const limit = 1 + (choice.which % 6);
    const due = world.known.filter(({ place, dueAt }) => place === 'due' && (dueAt ?? 0) <= world.now);
    const dues = due.map(({ dueAt }) => dueAt ?? 0).sort((a, b) => a - b);
    const claim = await world.bench.store.claimDue(world.owner(choice), world.now, limit);
    const claimed = claim.deliveries.map(({ id }) => find(due, id));
    assert.deepEqual(
      claimed.map(({ dueAt }) => dueAt),
      dues.slice(0, limit),
    );
    for (const one of claimed) reference.lease(one, world.owner(choice));
    assertSame(claim.deliveries, claimed.map(reference.leasedFacts));
    assert.deepEqual(claim.dueAt, dues.slice(0, limit));
    assert.equal(claim.nextDue, world.nextDue());
  },

  async claimBacklog(world, choice) {
    const endpoint = world.endpoint(choice);
    if (endpoint === undefined) return;
    const limit = 1 + choice.how;
    const waiting = world.known.filter((one) => one.place === 'backlog' && one.endpoint.id === endpoint.id);
    const wanted = waiting.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
    const claimed = await world.bench.claimBacklog(world.owner(choice), endpoint.id, limit);
    for (const one of wanted) reference.lease(one, world.owner(choice));
    assertSame(claimed, wanted.map(reference.leasedFacts));
  },

  succeed: (world, choice) => record(world, choice, DONE),
  fail: (world, choice) => record(world, choice, dueAgain(steady(world.now + (choice.which % 5) * 10))),
  failAgain: (world, choice) => record(world, choice, dueAgain(steady(world.now), 2)),
  exhaust: (world, choice) => record(world, choice, EXHAUSTED),

  async recordAgain(world) {
    if (world.lastRecord === undefined) return;
    const { owner, record: last, answer } = world.lastRecord;
    assert.deepEqual(await world.bench.record(owner, last), [answer]);
  },

  releaseToDue: (world, choice) =>
    release(
      world,
      choice,
      (id) => ({ id, to: 'due', dueAt: world.now }),
      (one) => reference.makeDue(one, world.now),
    ),
  releaseToBacklog: (world, choice) =>
    release(
      world,
      choice,
      (id) => ({ id, to: 'backlog' }),
      (one) => reference.park(one, 'backlog'),
    ),
  releaseToPaused: async (world, choice) => {
    const endpoint = world.delivery(choice)?.endpoint;
    if (endpoint === undefined) return;
    const disabled = endpoint.state === 'disabled' && !world.isGone(endpoint);
    await release(
      world,
      choice,
      (id) => ({ id, to: 'paused', now: world.now }),
      (one) => (disabled ? reference.park(one, 'paused') : reference.makeDue(one, world.now)),
    );
  },
  cancel: (world, choice) => release(world, choice, cancelled, (one) => reference.cancel(one, wallLater(77))),

  async begin(world, choice) {
    const one = world.delivery(choice);
    if (one === undefined) return;
    const mine = reference.isLeasedTo(one, world.owner(choice));
    const start = {
      deliveryId: one.id,
      attemptId: newId<AttemptId>(),
      startedAt: wallLater(1),
      madeFrom: { version: 1, sender: 1 },
    };
    assert.deepEqual(await world.bench.store.begin(world.owner(choice), [start]), mine ? [one.id] : []);
    if (mine) one.begun = true;
  },

  async retry(world, choice) {
    const one = world.known[choice.which % Math.max(world.known.length, 1)];
    if (one === undefined) return;
    const answer = await world.bench.store.retry(world.tenant, one.id, world.now);
    if (world.isGone(one.endpoint)) assert.equal(answer, 'endpoint_gone');
    else if (one.endpoint.state === 'disabled') assert.equal(answer, 'endpoint_disabled');
    else assert.equal(answer, reference.retry(one, world.now));
  },

  replayExhausted: (world) => replay(world, ['exhausted']),
  replayEnded: (world) => replay(world, ['succeeded', 'exhausted', 'cancelled']),

  async reclaim(world, choice) {
    const owner = world.owner(choice);
    const leased = world.known.filter((one) => reference.isLeasedTo(one, owner));
    const lost = leased.filter((_, index) => index % 3 === choice.how % 3);
    const rest = leased.filter((one) => !lost.includes(one)).map(({ id }) => id);
    assert.equal(await world.bench.store.reclaim(owner, rest, world.now), lost.length);
    for (const one of lost) reference.makeDue(one, world.now);
  },

  async toggleEndpoint(world, choice) {
    const endpoint = world.endpoint(choice);
    if (endpoint === undefined) return;
    const state = endpoint.state === 'active' ? 'disabled' : 'active';
    await world.bench.setState(endpoint, state, world.now);
    const changed = { ...endpoint, state } as const;
    world.replace(changed);
    if (state === 'disabled') return;
    const paused = world.known.filter((one) => one.place === 'paused' && one.endpoint.id === changed.id);
    for (const one of paused) reference.makeDue(one, world.now);
  },

  async deleteEndpoint(world, choice) {
    const endpoint = world.endpoint(choice);
    if (endpoint === undefined || choice.how > 3) return;
    assert.equal(await world.bench.store.deleteEndpoint(world.tenant, endpoint.id, wallLater(88)), true);
    world.endpoints = world.endpoints.filter(({ id }) => id !== endpoint.id);
    world.endpoints.push(await world.bench.endpoint(world.tenant));
    const pending = world.known.filter(({ place }) => place === 'due' || place === 'backlog' || place === 'paused');
    for (const one of pending) if (one.endpoint.id === endpoint.id) reference.cancel(one, wallLater(88));
  },

  async takeOver(world, choice) {
    const [dead, heir] = choice.who === 0 ? world.owners : world.owners.toReversed();
    if (dead === undefined || heir === undefined) return;
    const beats = (await world.bench.store.beat(heir, world.now)) ?? [];
    const watched = beats.find(({ owner }) => owner === dead);
    assert.ok(watched !== undefined);
    const cutOff = (await world.bench.store.takeOver(heir, watched, world.now)) ?? [];
    const leased = world.known.filter((one) => reference.isLeasedTo(one, dead));
    const begun = leased.filter((one) => one.begun);
    assert.deepEqual(new Set(cutOff.map(({ delivery }) => delivery.id)), new Set(ids(begun)));
    for (const one of leased) {
      if (one.begun) one.owner = heir;
      else reference.makeDue(one, world.now);
      one.suspect = true;
    }
    const fresh = await world.bench.owner();
    world.owners = choice.who === 0 ? [fresh, heir] : [heir, fresh];
  },
};

async function accept(world: World, choice: Choice, place: 'leased' | 'backlog'): Promise<void> {
  const wanted = world.endpoints.filter(({ state }, index) => state === 'active' && (choice.which >> index) % 2 === 0);
  const event = newEvent(world.tenant);
  const made = eventFor(event, wanted, place);
  const group = { tenantId: world.tenant, revision: await world.bench.revision(world.tenant), events: [made] };
  const [result] = await world.bench.store.accept(world.owner(choice), [group]);
  assert.equal(result?.kind, 'accepted');
  const owner = place === 'leased' ? world.owner(choice) : null;
  for (const [index, { id, endpointId }] of made.deliveries.entries()) {
    const endpoint = wanted[index];
    if (endpoint !== undefined)
      world.known.push(reference.newlyKnown(newlyLeased(id, endpointId, event), endpoint, owner));
  }
}

async function record(world: World, choice: Choice, next: Next): Promise<void> {
  const one = world.delivery(choice);
  if (one === undefined) return;
  const owner = world.owner(choice);
  const number = one.attempts + (choice.how === 3 ? 2 : 1);
  // A manual attempt that fails goes back to what was; a ended one keeps its state.
  const back = one.resume !== null && next.state !== 'succeeded' ? goingBack(one, next) : next;
  const result = next.state === 'succeeded' ? SUCCEEDED : FAILED;
  const made = attemptOf(reference.leasedFacts(one), result, back, { number, endedAt: wallLater(world.known.length) });
  const fits = reference.isLeasedTo(one, owner) && number === one.attempts + 1;
  const answer = fits ? 'recorded' : 'late';
  assert.deepEqual(await world.bench.record(owner, made), [answer]);
  if (fits) reference.apply(one, made);
  world.lastRecord = { owner, record: made, answer };
}

/** Steps until everything that may be replayed is due. */
async function replay(world: World, states: Replay['states']): Promise<void> {
  const { bench, tenant } = world;
  const at = wallLater(1e9);
  const request = { endpointId: null, eventTypes: null, states, since: null, until: at };
  const counts = (await bench.store.countReplay(tenant, request, at)) ?? new Map<EndpointId, number>();
  const meant = world.known.filter(
    (one) => one.place === 'ended' && states.some((state) => state === one.state) && !world.isGone(one.endpoint),
  );
  const total = meant.length;
  assert.equal(
    [...counts.values()].reduce((sum, count) => sum + count, 0),
    total,
  );
  const id = newId<ReplayId>();
  const counters = { total, replayed: 0, skipped: 0, ratePerSecond: 1_000, createdAt: at, endedAt: null };
  const created: Replay = { ...request, ...counters, id, tenantId: tenant, state: 'running' };
  await bench.store.createReplay(created, counts, world.now, 10);
  const possible = meant.filter(({ endpoint }) => endpoint.state === 'active');
  for (const few of Map.groupBy(possible, ({ endpoint }) => endpoint.id).values()) {
    // More only when these are done.
    const first = few.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, 16);
    for (const one of first) reference.retry(one, world.now);
  }
  for (let steps = 0; steps < 5; steps++) await bench.store.stepReplay(world.now, at);
  await bench.store.cancelReplay(tenant, id, at);
}

function goingBack({ resume, failures }: Known, next: Next): Next {
  if (resume === null) return next;
  if (resume.state === 'pending') return dueAgain(resume.dueAt, failures);
  return { state: resume.state, failures, interruptions: 0 };
}

async function release(
  world: World,
  choice: Choice,
  make: (id: DeliveryId) => Release,
  move: (one: Known) => void,
): Promise<void> {
  const one = world.delivery(choice);
  if (one === undefined) return;
  const mine = reference.isLeasedTo(one, world.owner(choice));
  await world.bench.store.release(world.owner(choice), [make(one.id)]);
  if (mine) move(one);
}

function cancelled(id: DeliveryId): Release {
  return { id, to: 'cancelled', endedAt: wallLater(77) };
}

function find(among: readonly Known[], id: DeliveryId): Known {
  const one = among.find((candidate) => candidate.id === id);
  if (one === undefined) throw new Error(`${id} was not to be had`);
  return one;
}

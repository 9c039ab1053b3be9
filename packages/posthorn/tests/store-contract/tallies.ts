// How much happened: every count once, in every slot and scope that it belongs to, whatever call is made again.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import fc from 'fast-check';
import type { EndpointId, OwnerId } from '../../src/domain/ids.ts';
import {
  addCounts,
  type Counts,
  countAttempt,
  MAX_STATUSES,
  noCounts,
  readStatusCounts,
  type Scope,
  SLOT_MS,
  slotOf,
  TIERS,
  type Tier,
} from '../../src/domain/tally.ts';
import { type WallMs, wall } from '../../src/domain/time.ts';
import type { Store } from '../../src/seams/store/index.ts';
import type { StoredEndpoint } from '../../src/seams/store/registry.ts';
import type { Tally } from '../../src/seams/store/tallies.ts';
import { assertSame, type Bench, type ContractIt, ids } from './bench.ts';
import { attemptOf, DONE, dueAgain, FAILED, later, newId, STEADY, SUCCEEDED, tenantId, wallLater } from './makers.ts';

const EVERYTHING: Scope = { kind: 'installation' };
/** A moment in the middle of a minute, an hour and a day. */
const NOON: WallMs = wall(Date.parse('2026-06-01T12:30:30.500Z'));
const MINUTE = SLOT_MS.minute;

const scopeOf = ({ tenantId: tenant, id }: StoredEndpoint): Scope => ({
  kind: 'endpoint',
  tenantId: tenant,
  endpointId: id,
});

function counts(parts: Partial<Counts>): Counts {
  return { ...noCounts(), ...parts };
}

/** Counts of attempts that were answered with these statuses. */
const answered = (given: Readonly<Record<number, number>>): Counts => counts({ statuses: readStatusCounts(given) });

const FAILURE = counts({ attempts: 1, failed: 1, exhausted: 1, outcome_http_status: 1, ms_64: 1 });
const SUCCESS = counts({ attempts: 1, succeeded: 1, outcome_succeeded: 1, ms_8: 1 });

const ofEndpoint = (endpoint: StoredEndpoint, told: Counts, lastFailedAt: WallMs | null = null): Tally => ({
  scope: scopeOf(endpoint),
  counts: told,
  lastFailedAt,
});

/** The slots of a scope around noon. */
async function chart(store: Store, scope: Scope, tier: Tier = 'minute', at = NOON) {
  const since = slotOf(tier, at);
  return await store.tallies(scope, tier, since, wall(since + SLOT_MS[tier]));
}

async function countsOf(store: Store, scope: Scope, tier: Tier = 'minute', at = NOON): Promise<Counts> {
  const [slot, ...more] = await chart(store, scope, tier, at);
  assert.equal(more.length, 0);
  assert.ok(slot !== undefined, `nothing was counted in that ${tier}`);
  return slot.counts;
}

export function talliesContract(it: ContractIt): void {
  describe('tallies', () => {
    it('count for their endpoint, its tenant and the installation, in a slot of every tier', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const sibling = await bench.endpoint(tenant);
      const { endpoint: stranger } = await bench.start('other');
      const tallies = [ofEndpoint(endpoint, SUCCESS), ofEndpoint(sibling, FAILURE), ofEndpoint(stranger, SUCCESS)];
      await bench.store.tally(newId<OwnerId>(), 1, { at: NOON, tallies, pending: null });
      for (const tier of TIERS) {
        assertSame(await chart(bench.store, scopeOf(endpoint), tier), [
          { at: slotOf(tier, NOON), counts: SUCCESS, pending: null },
        ]);
        assert.deepEqual(await countsOf(bench.store, scopeOf(sibling), tier), FAILURE);
        const ofTenant = await countsOf(bench.store, { kind: 'tenant', tenantId: tenant }, tier);
        assert.deepEqual([ofTenant.attempts, ofTenant.failed, ofTenant.ms_8, ofTenant.ms_64], [2, 1, 1, 1]);
        assert.equal((await countsOf(bench.store, EVERYTHING, tier)).attempts, 3);
      }
    });

    it('of a tenant count for it and the installation, and those of the installation for it alone', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const ofTenant: Scope = { kind: 'tenant', tenantId: tenant };
      const tallies = [
        { scope: ofTenant, counts: counts({ accepted: 5 }), lastFailedAt: null },
        { scope: EVERYTHING, counts: counts({ accepted: 2 }), lastFailedAt: null },
        ofEndpoint(endpoint, SUCCESS),
      ];
      await bench.store.tally(newId<OwnerId>(), 1, { at: NOON, tallies, pending: null });
      assert.deepEqual(await countsOf(bench.store, ofTenant), { ...SUCCESS, accepted: 5 });
      assert.deepEqual(await countsOf(bench.store, EVERYTHING), { ...SUCCESS, accepted: 7 });
      assert.equal((await countsOf(bench.store, scopeOf(endpoint))).accepted, 0);
    });

    it.onDisk('are added to what was there, whoever wrote it', async (bench) => {
      const { endpoint } = await bench.start();
      const told = { at: NOON, tallies: [ofEndpoint(endpoint, SUCCESS)], pending: null };
      const [one, two] = [newId<OwnerId>(), newId<OwnerId>()];
      await bench.store.tally(one, 1, told);
      await bench.store.tally(one, 2, told);
      await (await bench.another()).tally(two, 1, told);
      assert.equal((await countsOf(bench.store, scopeOf(endpoint))).attempts, 3);
    });

    it.onDisk('are added once, however often the call is made', async (bench) => {
      const { endpoint } = await bench.start();
      const writer = newId<OwnerId>();
      const told = { at: NOON, tallies: [ofEndpoint(endpoint, SUCCESS)], pending: null };
      const other = await bench.another();
      await bench.store.tally(writer, 7, told);
      await Promise.all([
        bench.store.tally(writer, 8, told),
        other.tally(writer, 8, told),
        other.tally(writer, 8, told),
      ]);
      await bench.store.tally(writer, 7, told);
      const store = await bench.reopen();
      await store.tally(writer, 8, told);
      for (const tier of TIERS) assert.equal((await countsOf(store, EVERYTHING, tier)).attempts, 2);
    });

    it.onDisk('of processes that write at the same time all count', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const endpoints = [endpoint, await bench.endpoint(tenant), await bench.endpoint(tenant)];
      const stores = [bench.store, await bench.another(), await bench.another()];
      const told = endpoints.map((one) => ofEndpoint(one, SUCCESS));
      await Promise.all(
        stores.map(async (store, index) => {
          const writer = newId<OwnerId>();
          const tallies = index % 2 === 0 ? told : told.toReversed();
          for (let number = 1; number <= 10; number++)
            await store.tally(writer, number, { at: NOON, tallies, pending: null });
        }),
      );
      assert.equal((await countsOf(bench.store, EVERYTHING)).attempts, 90);
      assert.equal((await countsOf(bench.store, scopeOf(endpoint))).attempts, 30);
    });

    it('of what is gone count for what contained it', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const gone = await bench.endpoint(tenant);
      await bench.store.deleteEndpoint(tenant, gone.id, wallLater(1));
      const unknown = { ...gone, id: newId<EndpointId>() };
      const nobody: Scope = { kind: 'tenant', tenantId: tenantId('nobody') };
      const tallies = [
        ofEndpoint(gone, SUCCESS),
        ofEndpoint(unknown, SUCCESS),
        { scope: nobody, counts: counts({ accepted: 1 }), lastFailedAt: null },
        ofEndpoint(endpoint, SUCCESS),
      ];
      await bench.store.tally(newId<OwnerId>(), 1, { at: NOON, tallies, pending: null });
      assert.equal((await countsOf(bench.store, EVERYTHING)).attempts, 3);
      assert.equal((await countsOf(bench.store, EVERYTHING)).accepted, 1);
      assert.equal((await countsOf(bench.store, { kind: 'tenant', tenantId: tenant })).attempts, 2);
      assert.deepEqual(await chart(bench.store, scopeOf(unknown)), []);
      assert.deepEqual(await chart(bench.store, nobody), []);
    });

    it('of a deleted tenant are not those of the next one of that id', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const ofTenant: Scope = { kind: 'tenant', tenantId: tenant };
      const writer = newId<OwnerId>();
      await bench.store.tally(writer, 1, { at: NOON, tallies: [ofEndpoint(endpoint, FAILURE, NOON)], pending: null });
      await bench.store.deleteTenant(tenant, wallLater(1));
      await bench.store.putTenant(tenant, undefined, wallLater(2));
      await bench.store.tally(writer, 2, { at: NOON, tallies: [ofEndpoint(endpoint, FAILURE, NOON)], pending: null });
      assert.deepEqual(await chart(bench.store, ofTenant), []);
      assert.deepEqual(await chart(bench.store, scopeOf(endpoint)), []);
      assert.deepEqual(await troubles(bench.store, tenant), []);
      assert.equal((await countsOf(bench.store, EVERYTHING)).attempts, 2);
    });

    it('are shown in order from one slot up to another, those without counts left out', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const writer = newId<OwnerId>();
      for (const [number, minute] of [3, 0, 1, 5, 4].entries()) {
        const at = wall(NOON + minute * MINUTE);
        const tallies = [ofEndpoint(endpoint, counts({ attempts: minute + 1 }))];
        await bench.store.tally(writer, number + 1, { at, tallies, pending: null });
      }
      const first = slotOf('minute', NOON);
      const shown = await bench.store.tallies(
        { kind: 'tenant', tenantId: tenant },
        'minute',
        wall(first + MINUTE),
        wall(first + 5 * MINUTE),
      );
      assert.deepEqual(
        shown.map((slot) => [(slot.at - first) / MINUTE, slot.counts.attempts]),
        [
          [1, 2],
          [3, 4],
          [4, 5],
        ],
      );
      assert.deepEqual(await bench.store.tallies(EVERYTHING, 'minute', first, first), []);
      assert.equal((await countsOf(bench.store, EVERYTHING, 'hour')).attempts, 18);
    });

    it('are found at once in any span of time', async (bench) => {
      const always = [wall(0), wall(NOON + 365 * SLOT_MS.day)] as const;
      assert.deepEqual(await bench.store.tallies(EVERYTHING, 'minute', ...always), []);
      const { endpoint } = await bench.start();
      const tallies = [ofEndpoint(endpoint, SUCCESS)];
      await bench.store.tally(newId<OwnerId>(), 1, { at: NOON, tallies, pending: null });
      for (const tier of TIERS) {
        const shown = await bench.store.tallies(scopeOf(endpoint), tier, ...always);
        assert.deepEqual(
          shown.map(({ at }) => at),
          [slotOf(tier, NOON)],
        );
        assert.deepEqual(await bench.store.tallies(scopeOf(endpoint), tier, wall(0), slotOf(tier, NOON)), []);
        const later = wall(slotOf(tier, NOON) + SLOT_MS[tier]);
        assert.deepEqual(await bench.store.tallies(scopeOf(endpoint), tier, later, always[1]), []);
      }
    });

    it('of an endpoint are shown to its own tenant only', async (bench) => {
      const { endpoint } = await bench.start();
      const other = await bench.tenant('other');
      const tallies = [ofEndpoint(endpoint, SUCCESS)];
      await bench.store.tally(newId<OwnerId>(), 1, { at: NOON, tallies, pending: null });
      assert.deepEqual(await chart(bench.store, scopeOf({ ...endpoint, tenantId: other })), []);
      assert.deepEqual(await chart(bench.store, { kind: 'tenant', tenantId: other }), []);
    });

    it('add statuses up for their endpoint, its tenant and the installation', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const sibling = await bench.endpoint(tenant);
      const { endpoint: stranger } = await bench.start('other');
      const writer = newId<OwnerId>();
      const tell = async (number: number, ...tallies: Tally[]) =>
        await bench.store.tally(writer, number, { at: NOON, tallies, pending: null });
      await tell(1, ofEndpoint(endpoint, SUCCESS), ofEndpoint(sibling, answered({ 503: 2, 404: 1 })));
      await tell(2, ofEndpoint(endpoint, answered({ 503: 4 })), ofEndpoint(sibling, answered({ 503: 1, 410: 1 })));
      await tell(3, ofEndpoint(endpoint, SUCCESS), ofEndpoint(stranger, answered({ 503: 10 })));
      for (const tier of TIERS) {
        const of = async (scope: Scope) => (await countsOf(bench.store, scope, tier)).statuses;
        assert.deepEqual(await of(scopeOf(endpoint)), readStatusCounts({ 503: 4 }));
        assert.deepEqual(await of(scopeOf(sibling)), readStatusCounts({ 404: 1, 410: 1, 503: 3 }));
        assert.deepEqual(await of({ kind: 'tenant', tenantId: tenant }), readStatusCounts({ 404: 1, 410: 1, 503: 7 }));
        assert.deepEqual(await of(EVERYTHING), readStatusCounts({ 404: 1, 410: 1, 503: 17 }));
      }
    });

    it('of statuses that are gone with their endpoint count for what contained it', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const unknown = { ...endpoint, id: newId<EndpointId>() };
      const gone = await bench.endpoint(tenant);
      await bench.store.deleteEndpoint(tenant, gone.id, wallLater(1));
      const tallies = [unknown, gone, endpoint].map((one) => ofEndpoint(one, answered({ 500: 1 })));
      await bench.store.tally(newId<OwnerId>(), 1, { at: NOON, tallies, pending: null });
      assert.equal((await countsOf(bench.store, EVERYTHING)).statuses.get(500), 3);
      assert.equal((await countsOf(bench.store, { kind: 'tenant', tenantId: tenant })).statuses.get(500), 2);
      assert.equal((await countsOf(bench.store, scopeOf(endpoint))).statuses.get(500), 1);
    });

    it('keep the most frequent statuses of a receiver that makes them up', async (bench) => {
      const { endpoint } = await bench.start();
      const writer = newId<OwnerId>();
      for (let number = 1; number <= 4; number++) {
        const made = Array.from({ length: 20 }, (_, index) => [300 + number * 20 + index, 1]);
        const tallies = [ofEndpoint(endpoint, answered({ ...Object.fromEntries(made), 503: 1 }))];
        await bench.store.tally(writer, number, { at: NOON, tallies, pending: null });
      }
      const counted = (await countsOf(bench.store, scopeOf(endpoint))).statuses;
      assert.equal(counted.size, MAX_STATUSES);
      assert.equal(counted.get(503), 4);
    });

    it('keep the most that was seen pending', async (bench) => {
      const writer = newId<OwnerId>();
      for (const [number, pending] of [null, 3, 8, 0, null].entries()) {
        await bench.store.tally(writer, number + 1, { at: NOON, tallies: [], pending });
      }
      for (const tier of TIERS) {
        const [slot] = await chart(bench.store, EVERYTHING, tier);
        assert.equal(slot?.pending, 8);
        assert.equal(slot.counts.attempts, 0);
      }
    });

    it('add up to the same whatever is told in whatever order', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const endpoints = [endpoint, await bench.endpoint(tenant), (await bench.start('other')).endpoint] as const;
      const attempt = fc.record({
        who: fc.nat(2),
        minute: fc.nat(3),
        outcome: fc.constantFrom('succeeded', 'http_status', 'reply_timeout'),
        status: fc.constantFrom(404, 429, 500, 503),
        durationMs: fc.nat(70_000),
      });
      let day = 0;
      const property = fc.asyncProperty(fc.array(attempt, { minLength: 1, maxLength: 20 }), async (attempts) => {
        day += 1;
        const at = wall(NOON + day * SLOT_MS.day);
        const writer = newId<OwnerId>();
        const expected = noCounts();
        let number = 0;
        for (const { who, minute, outcome, status, durationMs } of attempts) {
          const told = noCounts();
          for (const counted of [told, expected]) {
            countAttempt(counted, { outcome, durationMs, response: { status } }, null);
          }
          const one = endpoints[who] ?? endpoint;
          const tallied = { at: wall(at + minute * MINUTE), tallies: [ofEndpoint(one, told)], pending: null };
          number += 1;
          await bench.store.tally(writer, number, tallied);
          if (durationMs % 3 === 0) await bench.store.tally(writer, number, tallied);
        }
        for (const tier of TIERS) {
          const since = slotOf(tier, at);
          const slots = await bench.store.tallies(EVERYTHING, tier, since, wall(since + 4 * MINUTE + SLOT_MS[tier]));
          const sum = noCounts();
          for (const slot of slots.filter((shown) => shown.at < at + 4 * MINUTE)) addCounts(sum, slot.counts);
          assert.deepEqual(sum, expected);
        }
      });
      await fc.assert(property, { numRuns: 10 });
    });
  });

  describe('the endpoints with most trouble', () => {
    it('are those with the most exhausted deliveries, then with the most failed attempts', async (bench) => {
      const { tenant } = await bench.start();
      const failing = (failed: number, exhausted: number) => counts({ attempts: failed + 1, failed, exhausted });
      const wanted = [failing(9, 3), failing(3, 3), failing(50, 0), failing(1, 0)];
      const endpoints = [];
      for (const told of wanted.toReversed()) {
        const endpoint = await bench.endpoint(tenant);
        endpoints.unshift(endpoint);
        const tallies = [ofEndpoint(endpoint, told, wallLater(told.failed))];
        await bench.store.tally(newId<OwnerId>(), 1, { at: NOON, tallies, pending: null });
      }
      const well = await bench.endpoint(tenant);
      const tallies = [ofEndpoint(well, counts({ attempts: 99, succeeded: 99 }))];
      await bench.store.tally(newId<OwnerId>(), 1, { at: NOON, tallies, pending: null });
      assertSame(
        await troubles(bench.store, null),
        endpoints.map((endpoint, index) => {
          const { attempts = 0, failed = 0, succeeded = 0, exhausted = 0 } = wanted[index] ?? {};
          const figures = { attempts, failed, succeeded, exhausted };
          return { tenantId: tenant, endpointId: endpoint.id, ...figures, lastFailedAt: wallLater(failed) };
        }),
      );
      assert.deepEqual(endpointIds(await troubles(bench.store, null, 2)), ids(endpoints.slice(0, 2)));
    });

    it('are judged by all slots of the span together, and by no other', async (bench) => {
      const { tenant, endpoint: now } = await bench.start();
      const always = await bench.endpoint(tenant);
      const before = await bench.endpoint(tenant);
      const writer = newId<OwnerId>();
      const tell = async (number: number, minute: number, endpoint: StoredEndpoint, failed: number) => {
        const at = wall(NOON + minute * MINUTE);
        const tallies = [ofEndpoint(endpoint, counts({ attempts: failed, failed }), at)];
        await bench.store.tally(writer, number, { at, tallies, pending: null });
      };
      await tell(1, -1, before, 1_000);
      await tell(2, 0, now, 30);
      for (let minute = 0; minute < 45; minute++) await tell(3 + minute, minute, always, 1);
      const since = slotOf('minute', NOON);
      const found = await bench.store.troubles(null, 'minute', since, wall(since + 60 * MINUTE), 10);
      assert.deepEqual(
        found.map(({ endpointId, failed, lastFailedAt }) => [endpointId, failed, lastFailedAt]),
        [
          [always.id, 45, NOON + 44 * MINUTE],
          [now.id, 30, NOON],
        ],
      );
    });

    it('are found of one tenant among many', async (bench) => {
      const { endpoint } = await bench.start();
      const noisy = await bench.start('noisy');
      const tallies = [ofEndpoint(endpoint, FAILURE, NOON)];
      for (let index = 0; index < 60; index++) {
        const worse = await bench.endpoint(noisy.tenant);
        tallies.push(ofEndpoint(worse, counts({ attempts: 9, failed: 9, exhausted: 9 }), NOON));
      }
      await bench.store.tally(newId<OwnerId>(), 1, { at: NOON, tallies, pending: null });
      assert.deepEqual(endpointIds(await troubles(bench.store, endpoint.tenantId)), [endpoint.id]);
      assert.equal((await troubles(bench.store, noisy.tenant, 20)).length, 20);
      assert.deepEqual(await troubles(bench.store, tenantId('nobody')), []);
    });

    it('still exist', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const tallies = [ofEndpoint(endpoint, FAILURE, NOON)];
      for (let index = 0; index < 60; index++) {
        const gone = await bench.endpoint(tenant);
        tallies.push(ofEndpoint(gone, counts({ attempts: 9, failed: 9, exhausted: 9 }), NOON));
        await bench.store.deleteEndpoint(tenant, gone.id, wallLater(1));
      }
      await bench.store.tally(newId<OwnerId>(), 1, { at: NOON, tallies, pending: null });
      assert.deepEqual(endpointIds(await troubles(bench.store, null)), [endpoint.id]);
    });
  });

  describe('pruning tallies', () => {
    it('removes the old slots of each tier, step by step, and nothing else', async (bench) => {
      const { endpoint } = await bench.start();
      const writer = newId<OwnerId>();
      for (let minute = 0; minute < 20; minute++) {
        const at = wall(NOON + minute * MINUTE);
        const tallies = [ofEndpoint(endpoint, SUCCESS)];
        await bench.store.tally(writer, minute + 1, { at, tallies, pending: null });
      }
      const since = slotOf('minute', NOON);
      const cut = wall(since + 15 * MINUTE);
      const before = { minute: cut, hour: slotOf('hour', NOON), day: slotOf('day', NOON) };
      const first = await bench.store.pruneTallies(before, 10);
      assert.ok(first > 0 && first <= 10, `${first} rows in the first step`);
      let removed = first;
      for (let step = first; step > 0; removed += step) step = await bench.store.pruneTallies(before, 10);
      assert.equal(removed, 45, '15 minutes of an endpoint, its tenant and the installation');
      const left = await bench.store.tallies(EVERYTHING, 'minute', since, wall(since + 60 * MINUTE));
      assert.equal(left[0]?.at, cut);
      assert.equal(left.length, 5);
      assert.equal((await countsOf(bench.store, scopeOf(endpoint), 'hour')).attempts, 20);
      const after = wall(NOON + 40 * SLOT_MS.day);
      while ((await bench.store.pruneTallies({ minute: after, hour: after, day: after }, 10)) > 0);
      for (const tier of TIERS) assert.deepEqual(await chart(bench.store, EVERYTHING, tier), []);
    });
  });

  describe('what is pending of a scope', () => {
    it('is counted in every place but in processes’ hands, where those may know better', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const sibling = await bench.endpoint(tenant);
      const { endpoint: stranger } = await bench.start('other');
      await bench.acceptOne(owner, stranger, 'backlog');
      const due = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(10) });
      await bench.record(owner, attemptOf(due, FAILED, dueAgain(later(5))));
      await bench.acceptOne(owner, endpoint, 'backlog', { createdAt: wallLater(5) });
      await bench.acceptOne(owner, sibling, 'backlog', { createdAt: wallLater(3) });
      await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(30) });
      const done = await bench.acceptOne(owner, endpoint);
      await bench.record(owner, attemptOf(done, SUCCEEDED, DONE));
      const leased = bench.store.exclusive ? null : 1;
      const known = { leased, capped: false };
      assert.deepEqual(await bench.store.pendingOf(scopeOf(endpoint), 100), {
        ...known,
        waiting: 2,
        oldestCreatedAt: wallLater(5),
      });
      assert.deepEqual(await bench.store.pendingOf({ kind: 'tenant', tenantId: tenant }, 100), {
        ...known,
        waiting: 3,
        oldestCreatedAt: wallLater(3),
      });
      assert.equal((await bench.store.pendingOf(EVERYTHING, 100)).waiting, 4);
    });

    it('does not count what is paused for its age', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const paused = await bench.acceptOne(owner, endpoint);
      await bench.setState(endpoint, 'disabled', STEADY);
      await bench.store.release(owner, [{ id: paused.id, to: 'paused', now: STEADY }]);
      for (const scope of [scopeOf(endpoint), { kind: 'tenant', tenantId: tenant } as const, EVERYTHING]) {
        const { waiting, oldestCreatedAt } = await bench.store.pendingOf(scope, 100);
        assert.deepEqual([waiting, oldestCreatedAt], [1, null]);
      }
    });

    it('says when it has not counted to the end', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      for (let index = 0; index < 8; index++) await bench.acceptOne(owner, endpoint, 'backlog');
      for (const scope of [scopeOf(endpoint), { kind: 'tenant', tenantId: tenant } as const, EVERYTHING]) {
        const short = await bench.store.pendingOf(scope, 5);
        assert.deepEqual([short.waiting, short.capped], [5, true], scope.kind);
        const long = await bench.store.pendingOf(scope, 9);
        assert.deepEqual([long.waiting, long.capped], [8, false], scope.kind);
      }
    });

    it('is found of a tenant with more endpoints than are looked at in one step', async (bench) => {
      const { owner, tenant } = await bench.start();
      for (let index = 0; index < 450; index++) {
        const endpoint = await bench.endpoint(tenant);
        if (index % 100 === 99) await bench.acceptOne(owner, endpoint, 'backlog');
      }
      assert.equal((await bench.store.pendingOf({ kind: 'tenant', tenantId: tenant }, 100)).waiting, 4);
    });

    it('is nothing of what does not exist', async (bench) => {
      const { endpoint } = await bench.start();
      const nobody = tenantId('nobody');
      for (const scope of [
        { kind: 'tenant', tenantId: nobody } as const,
        { kind: 'endpoint', tenantId: nobody, endpointId: newId<EndpointId>() } as const,
        scopeOf(endpoint),
        EVERYTHING,
      ]) {
        const { waiting, capped, oldestCreatedAt } = await bench.store.pendingOf(scope, 10);
        assert.deepEqual([waiting, capped, oldestCreatedAt], [0, false, null]);
      }
    });
  });
}

async function troubles(store: Bench['store'], tenant: StoredEndpoint['tenantId'] | null, limit = 100) {
  const since = slotOf('hour', NOON);
  return await store.troubles(tenant, 'hour', since, wall(since + SLOT_MS.hour), limit);
}

function endpointIds(found: readonly { readonly endpointId: EndpointId }[]): string[] {
  return found.map(({ endpointId }) => endpointId);
}

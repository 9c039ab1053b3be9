// Replays: what is meant is counted, made due step by step and never twice, at the rate that was asked for, and no
// endpoint gets more than it can do.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { EndState, EventContent, LeasedDelivery } from '../../src/domain/delivery.ts';
import type { OwnerId, ReplayId, TenantId } from '../../src/domain/ids.ts';
import { type SteadyMs, steady } from '../../src/domain/time.ts';
import type { Store } from '../../src/seams/store/index.ts';
import type { StoredEndpoint } from '../../src/seams/store/registry.ts';
import type { Replay } from '../../src/seams/store/replays.ts';
import { assertSame, type Bench, type ContractIt, eventFor, ids, newlyLeased, only } from './bench.ts';
import {
  attemptOf,
  DONE,
  EXHAUSTED,
  FAILED,
  later,
  newEvent,
  newId,
  STEADY,
  SUCCEEDED,
  tenantId,
  WALL,
  wallLater,
} from './makers.ts';
import { endedDelivery } from './retry.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** When replays are created: everything that the tests settle has been ended by then. */
const AT = wallLater(HOUR_MS);
const MAX = 10;
/** The first step of an endpoint. */
const WINDOW = 16;

export function replaysContract(it: ContractIt): void {
  describe('counting for a replay', () => {
    it('counts ended deliveries by state and endpoint', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const second = await bench.endpoint(tenant);
      const idle = await bench.endpoint(tenant);
      await many(bench, owner, endpoint, 3, 'exhausted');
      await many(bench, owner, endpoint, 2, 'succeeded');
      await many(bench, owner, second, 1, 'cancelled');
      await bench.acceptOne(owner, endpoint);
      await bench.acceptOne(owner, endpoint, 'backlog');
      const count = async (states: Replay['states']) => {
        const counts = await bench.store.countReplay(tenant, filter({ states }), AT);
        assert.equal(counts?.get(idle.id), undefined);
        return [counts?.get(endpoint.id), counts?.get(second.id)];
      };
      assert.deepEqual(await count(['exhausted']), [3, undefined]);
      assert.deepEqual(await count(['succeeded']), [2, undefined]);
      assert.deepEqual(await count(['cancelled']), [undefined, 1]);
      assert.deepEqual(await count(['succeeded', 'cancelled', 'exhausted']), [5, 1]);
    });

    it('takes exact types and prefixes, and knows that an underscore is no wildcard', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      for (const type of [
        'order.paid',
        'order.paid.late',
        'order',
        'order_x',
        'orderyx',
        'user_1.a',
        'userx1.a',
        'order:a',
        'order/a',
      ]) {
        await many(bench, owner, endpoint, 1, 'exhausted', { type });
      }
      const count = (...eventTypes: string[]) => total(bench.store, tenant, { eventTypes });
      assert.equal(await count('order.paid'), 1);
      assert.equal(await count('order.*'), 2);
      assert.equal(await count('order_x'), 1);
      assert.equal(await count('user_1.*'), 1);
      assert.equal(await count('order:*'), 1);
      assert.equal(await count('order/*', 'order:a'), 2);
      assert.equal(await count('order', 'user_1.a', 'nothing.*'), 2);
    });

    it('begins with what was created at `since`, and ends before `until`', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      for (const ms of [0, 1_000, 2_000]) {
        await many(bench, owner, endpoint, 1, 'exhausted', { createdAt: wallLater(ms) });
      }
      const count = (since: number | null, until: number) =>
        total(bench.store, tenant, { since: since === null ? null : wallLater(since), until: wallLater(until) });
      assert.equal(await count(1_000, 2_001), 2);
      assert.equal(await count(1_001, 2_001), 1);
      assert.equal(await count(null, 2_000), 2);
      assert.equal(await count(1_000, 1_000), 0);
    });

    it('leaves out what is ended later, what belongs to others, and what can never be attempted', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const other = await bench.start('other');
      const gone = await bench.endpoint(tenant);
      await many(bench, owner, endpoint, 1, 'exhausted');
      await many(bench, owner, gone, 1, 'exhausted');
      await many(bench, other.owner, other.endpoint, 1, 'exhausted');
      await bench.store.deleteEndpoint(tenant, gone.id, wallLater(500));
      assert.equal(await total(bench.store, tenant, {}), 1);
      // All of them were ended at 200.
      assert.equal(only([...((await bench.store.countReplay(tenant, filter({}), wallLater(200))) ?? [])])[1], 1);
      assert.deepEqual(await bench.store.countReplay(tenant, filter({}), wallLater(199)), new Map());
      assert.deepEqual(
        await bench.store.countReplay(tenant, filter({ endpointId: other.endpoint.id }), AT),
        new Map(),
        'another tenant’s endpoint',
      );
      assert.equal(await bench.store.countReplay(tenantId('nobody'), filter({}), AT), undefined);
    });

    it('counts each once, however many there are and wherever a step ends', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const second = await bench.endpoint(tenant);
      for (const [at, count] of [
        [endpoint, 1_300],
        [second, 1_001],
      ] as const) {
        await many(bench, owner, at, count, 'exhausted');
        await many(bench, owner, at, 20, 'succeeded');
      }
      const counts = await bench.store.countReplay(tenant, filter({ states: ['succeeded', 'exhausted'] }), AT);
      assert.deepEqual(
        counts,
        new Map([
          [endpoint.id, 1_320],
          [second.id, 1_021],
        ]),
      );
      assert.equal(await total(bench.store, tenant, { endpointId: second.id, eventTypes: ['order.*'] }), 1_001);
    });
  });

  describe('a replay', () => {
    it.onDisk('is kept as it was created, for its tenant only', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const other = await bench.tenant('other');
      await many(bench, owner, endpoint, 2, 'exhausted');
      const plain = await begin(bench, tenant, {});
      const choosy = await begin(bench, tenant, {
        endpointId: endpoint.id,
        eventTypes: ['order.*', 'a_b'],
        states: ['succeeded', 'exhausted'],
        since: wallLater(-5),
        until: wallLater(7),
        ratePerSecond: 999,
      });
      for (const made of [plain, choosy]) {
        assertSame(await bench.store.replay(tenant, made.id), made);
        assert.equal(await bench.store.replay(other, made.id), undefined);
      }
      await bench.reopen();
      assertSame(await bench.store.replays(tenant, { limit: 10, after: null }), [choosy, plain]);
      assertSame(await bench.store.replays(tenant, { limit: 1, after: null }), [choosy]);
      assertSame(await bench.store.replays(tenant, { limit: 1, after: choosy.id }), [plain]);
      assert.deepEqual(await bench.store.replays(other, { limit: 10, after: null }), []);
      assert.deepEqual(await bench.store.replays(tenantId('nobody'), { limit: 10, after: null }), []);
    });

    it('is created once, however often it is asked for, and not for a tenant that does not exist', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      await many(bench, owner, endpoint, 3, 'exhausted');
      const replay = await begin(bench, tenant, {});
      await bench.store.stepReplay(later(0), AT);
      const counts = new Map([[endpoint.id, 3]]);
      assert.equal(await bench.store.createReplay(replay, counts, STEADY, MAX), 'created');
      assert.equal((await bench.store.replay(tenant, replay.id))?.replayed, 3);
      assert.equal(only(await bench.store.replays(tenant, { limit: 10, after: null })).id, replay.id);
      const nobody = { ...replay, id: newId<ReplayId>(AT), tenantId: tenantId('nobody') };
      assert.equal(await bench.store.createReplay(nobody, counts, STEADY, MAX), 'unknown_tenant');
    });

    it('is refused when the tenant has too many running, and only then', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const other = await bench.start('other');
      await many(bench, owner, endpoint, 1, 'exhausted');
      const one = await begin(bench, tenant, {});
      const counts = new Map([[endpoint.id, 1]]);
      const create = (tenantOf: TenantId, at = endpoint) =>
        bench.store.createReplay(
          { ...one, id: newId<ReplayId>(AT), tenantId: tenantOf },
          new Map([[at.id, 1]]),
          STEADY,
          1,
        );
      assert.equal(await create(tenant), 'too_many');
      assert.equal(await create(other.tenant, other.endpoint), 'created');
      const ended = { ...one, id: newId<ReplayId>(AT), state: 'completed', endedAt: AT } as const;
      assert.equal(await bench.store.createReplay(ended, new Map(), STEADY, 1), 'created');
      assert.equal(await bench.store.createReplay(one, counts, STEADY, 1), 'created', 'it is stored already');
      await bench.store.cancelReplay(tenant, one.id, AT);
      assert.equal(await create(tenant), 'created');
    });

    it('makes its deliveries due as a retry by hand does, each endpoint’s oldest first', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const made: { delivery: LeasedDelivery; state: EndState }[] = [];
      for (const state of ['exhausted', 'succeeded', 'cancelled', 'exhausted'] as const) {
        made.push({ delivery: (await endedDelivery(bench, owner, endpoint, state)).delivery, state });
      }
      await begin(bench, tenant, { states: ['exhausted', 'cancelled'], ratePerSecond: 10 });
      const meant = made.filter(({ state }) => state !== 'succeeded');
      let now = STEADY;
      for (const [index, { delivery, state }] of meant.entries()) {
        const { made: count, replay } = await bench.store.stepReplay(now, AT);
        assert.deepEqual([count, replay?.replayed], [1, index + 1]);
        const shown = await bench.delivery(tenant, delivery.id);
        assert.deepEqual([shown.state, shown.nextAttemptAt, shown.endedAt], ['pending', now, null]);
        const claimed = only(await bench.claimDue(owner, now));
        const { attempts, failures } = claimed;
        assertSame(claimed, { ...delivery, attempts, failures, resume: { state, endedAt: wallLater(200) } });
        now = steady(now + 100);
      }
      assert.equal((await bench.store.stepReplay(now, AT)).made, 0);
      const ended = only(await bench.store.replays(tenant, { limit: 10, after: null }));
      assert.deepEqual(
        [ended.state, ended.total, ended.replayed, ended.skipped, ended.endedAt],
        ['completed', 3, 3, 0, AT],
      );
    });

    it('leaves a delivery as it was when the attempt fails, and ends it anew when it succeeds', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      await many(bench, owner, endpoint, 2, 'exhausted');
      await begin(bench, tenant, {});
      await run(bench, STEADY);
      const [first, second] = await bench.claimDue(owner, later(DAY_MS));
      assert.ok(first !== undefined && second !== undefined);
      const back = { state: 'exhausted', failures: first.failures, interruptions: 0 } as const;
      await bench.record(owner, attemptOf(first, FAILED, back), attemptOf(second, SUCCEEDED, DONE));
      const shown = await bench.delivery(tenant, first.id);
      assert.deepEqual([shown.state, shown.endedAt, shown.history.length], ['exhausted', wallLater(200), 2]);
      assert.equal((await bench.delivery(tenant, second.id)).state, 'succeeded');
    });

    it('takes a step when it is due, and none before', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      await many(bench, owner, endpoint, 12, 'exhausted');
      assert.deepEqual(await bench.store.stepReplay(STEADY, AT), { replay: null, made: 0, nextAt: null });
      await begin(bench, tenant, { ratePerSecond: 50 }, later(1_000));
      assert.deepEqual(await bench.store.stepReplay(later(999), AT), { replay: null, made: 0, nextAt: later(1_000) });
      const first = await bench.store.stepReplay(later(1_000), AT);
      assert.deepEqual([first.made, first.nextAt, first.replay?.replayed], [5, later(1_100), 5]);
      for (const at of [later(1_000), later(1_099)]) {
        assert.deepEqual(await bench.store.stepReplay(at, AT), { replay: null, made: 0, nextAt: later(1_100) });
      }
      assert.equal((await bench.store.stepReplay(later(1_100), AT)).made, 5);
      const last = await bench.store.stepReplay(later(5_000), AT);
      assert.deepEqual([last.made, last.replay?.replayed, last.nextAt], [2, 12, null]);
      assert.equal((await bench.claimDue(owner, later(5_000))).length, 12);
    });

    it.onDisk('goes on where it was after a restart, and makes each delivery due once', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const made = await many(bench, owner, endpoint, 12, 'exhausted');
      const replay = await begin(bench, tenant, { ratePerSecond: 50 });
      await bench.store.stepReplay(STEADY, AT);
      await bench.reopen();
      assert.equal((await bench.store.replay(tenant, replay.id))?.replayed, 5);
      const last = await run(bench, later(200));
      assert.deepEqual([last.replayed, last.skipped], [12, 0]);
      assert.deepEqual(ids(await bench.claimDue(owner, later(DAY_MS))), ids(made));
    });

    it('does not meet again what it has replayed, however its attempts end', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const made = await many(bench, owner, endpoint, 30, 'exhausted');
      await begin(bench, tenant, { states: ['exhausted', 'succeeded'], ratePerSecond: 50 });
      const attempted: string[] = [];
      const last = await run(bench, STEADY, async (now) => {
        for (const one of await bench.claimDue(owner, now)) {
          attempted.push(one.id);
          const next =
            attempted.length % 2 === 0
              ? DONE
              : ({ state: 'exhausted', failures: one.failures, interruptions: 0 } as const);
          await bench.record(owner, attemptOf(one, next === DONE ? SUCCEEDED : FAILED, next, { endedAt: AT }));
        }
      });
      assert.equal(last.replayed, 30);
      assert.deepEqual(attempted, ids(made));
      assert.equal(await bench.store.nextDue(), null);
    });

    it('gives an endpoint no more than it can do, more when it gets things done, and others their turn', async (bench) => {
      const { owner, endpoint: hanging, tenant } = await bench.start();
      const busy = await bench.endpoint(tenant);
      await many(bench, owner, hanging, 200, 'exhausted');
      const done = await many(bench, owner, busy, 200, 'exhausted');
      const replay = await begin(bench, tenant, { ratePerSecond: 1_000 });
      const claimed: LeasedDelivery[] = [];
      let now = STEADY;
      for (let look = 0; look < 12; look++) {
        await bench.store.stepReplay(now, AT);
        for (const one of await bench.claimDue(owner, now, 1_000)) {
          claimed.push(one);
          if (one.endpointId === busy.id) await bench.record(owner, attemptOf(one, SUCCEEDED, DONE));
        }
        now = steady(now + 100);
      }
      const of = (endpoint: StoredEndpoint) => claimed.filter(({ endpointId }) => endpointId === endpoint.id);
      assert.equal(of(hanging).length, WINDOW, 'nothing of it has ended');
      assert.deepEqual(new Set(ids(of(busy))), new Set(ids(done)), 'the other one has been served');
      const shown = await bench.store.replay(tenant, replay.id);
      assert.deepEqual([shown?.state, shown?.replayed], ['running', 200 + WINDOW]);

      for (const one of of(hanging).slice(0, 10)) await bench.record(owner, attemptOf(one, FAILED, back(one)));
      await bench.store.stepReplay(later(DAY_MS), AT);
      assert.equal((await bench.claimDue(owner, later(DAY_MS), 1_000)).length, 20 - (WINDOW - 10));
    });

    it('counts what an attempt was cut off of as still outstanding, wherever it waits', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      await many(bench, owner, endpoint, 40, 'exhausted');
      await begin(bench, tenant, { ratePerSecond: 1_000 });
      await bench.store.stepReplay(STEADY, AT);
      const [cut, parked, ...rest] = await bench.claimDue(owner, STEADY);
      assert.ok(cut !== undefined && parked !== undefined);
      const { failures, resume } = cut;
      const again = { state: 'pending', dueAt: later(10 * DAY_MS), failures, interruptions: 1, resume } as const;
      await bench.record(owner, attemptOf(cut, { ...FAILED, outcome: 'interrupted', error: 'stopped' }, again));
      await bench.store.release(owner, [{ id: parked.id, to: 'backlog' }]);
      await bench.store.stepReplay(later(1_000), AT);
      assert.deepEqual(await bench.claimDue(owner, later(DAY_MS)), []);
      await bench.record(owner, ...rest.map((one) => attemptOf(one, SUCCEEDED, DONE)));
      await bench.store.stepReplay(later(2_000), AT);
      assert.equal((await bench.claimDue(owner, later(DAY_MS), 1_000)).length, 24);
    });

    it('skips what is disabled or deleted by then, and what somebody else has made pending or removed', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const [disabled, deleted] = [await bench.endpoint(tenant), await bench.endpoint(tenant)];
      for (const at of [disabled, deleted]) await many(bench, owner, at, 5, 'exhausted');
      const [retried, ...others] = await many(bench, owner, endpoint, 4, 'exhausted');
      assert.ok(retried !== undefined);
      await begin(bench, tenant, {});
      await bench.setState(disabled, 'disabled', STEADY);
      await bench.store.deleteEndpoint(tenant, deleted.id, wallLater(900));
      assert.equal(await bench.store.retry(tenant, retried.id, STEADY), 'due');
      const last = await run(bench, STEADY);
      assert.deepEqual([last.total, last.replayed, last.skipped], [14, 3, 11]);
      assert.deepEqual(new Set(ids(await bench.claimDue(owner, later(DAY_MS)))), new Set(ids([retried, ...others])));
    });

    it.onDisk('never makes a delivery due twice when several processes step at the same time', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const second = await bench.endpoint(tenant);
      const made = [
        ...(await many(bench, owner, endpoint, 30, 'exhausted')),
        ...(await many(bench, owner, second, 30, 'exhausted')),
      ];
      const replays = [
        await begin(bench, tenant, { ratePerSecond: 200, endpointId: endpoint.id }),
        await begin(bench, tenant, { endpointId: second.id }),
      ];
      const other = await bench.another();
      const claimed: string[] = [];
      let now = STEADY;
      for (let look = 0; look < 200; look++) {
        const stores = [bench.store, other, bench.store, other];
        const steps = await Promise.all(stores.map((store) => store.stepReplay(now, AT)));
        const nowClaimed = await bench.claimDue(owner, now, 1_000);
        assert.equal(
          nowClaimed.length,
          steps.reduce((sum, step) => sum + step.made, 0),
        );
        claimed.push(...ids(nowClaimed));
        await bench.record(owner, ...nowClaimed.map((one) => attemptOf(one, FAILED, back(one))));
        now = steady(now + 100);
        const shown = await Promise.all(replays.map(({ id }) => bench.store.replay(tenant, id)));
        if (shown.every((one) => one?.state === 'completed')) break;
      }
      assert.deepEqual(claimed.toSorted(), ids(made).toSorted());
      for (const { id } of replays) {
        const shown = await bench.store.replay(tenant, id);
        assert.deepEqual([shown?.state, shown?.total, shown?.replayed, shown?.skipped], ['completed', 30, 30, 0]);
      }
    });

    it('does not make due what another one has made due and nobody has attempted yet', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      await many(bench, owner, endpoint, 5, 'exhausted');
      const [first, second] = [await begin(bench, tenant, {}), await begin(bench, tenant, {})];
      await run(bench, STEADY);
      const counts = async ({ id }: Replay) => {
        const { replayed, skipped } = (await bench.store.replay(tenant, id)) ?? {};
        return [replayed, skipped];
      };
      assert.deepEqual(
        [await counts(first), await counts(second)],
        [
          [5, 0],
          [0, 5],
        ],
      );
      assert.equal((await bench.claimDue(owner, later(DAY_MS))).length, 5);
    });

    it('lets replays have their turns', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const other = await bench.start('other');
      await many(bench, owner, endpoint, 15, 'exhausted');
      await many(bench, other.owner, other.endpoint, 15, 'exhausted');
      const first = await begin(bench, tenant, { ratePerSecond: 50 });
      const second = await begin(bench, other.tenant, { ratePerSecond: 50 }, later(1));
      const turns: (string | undefined)[] = [];
      for (let now = later(1); now <= later(101); now = steady(now + 100)) {
        for (let step = 0; step < 2; step++) turns.push((await bench.store.stepReplay(now, AT)).replay?.id);
      }
      assert.deepEqual(turns, [first.id, second.id, first.id, second.id]);
    });

    it('finds rare types in a long history, a bounded part of it per step', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const early = only(await many(bench, owner, endpoint, 1, 'exhausted', { type: 'rare_type.one' }));
      await many(bench, owner, endpoint, 2_500, 'exhausted', { type: 'raretypeXone' });
      const late = only(await many(bench, owner, endpoint, 1, 'exhausted', { type: 'rare_type.one' }));
      await begin(bench, tenant, { eventTypes: ['rare_type.*'] });
      let steps = 0;
      const last = await run(bench, STEADY, async () => {
        steps += 1;
      });
      assert.ok(steps >= 2, `${steps} steps`);
      assert.deepEqual([last.total, last.replayed], [2, 2]);
      assert.deepEqual(ids(await bench.claimDue(owner, later(DAY_MS))), [early.id, late.id]);
    });
  });

  describe('cancelling a replay', () => {
    it('ends it, and leaves alone what it has made due', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      await many(bench, owner, endpoint, 12, 'exhausted');
      const replay = await begin(bench, tenant, { ratePerSecond: 50 });
      await bench.store.stepReplay(STEADY, AT);
      const wanted = { ...replay, state: 'cancelled', replayed: 5, endedAt: wallLater(77) } as const;
      assertSame(await bench.store.cancelReplay(tenant, replay.id, wallLater(77)), {
        kind: 'cancelled',
        replay: wanted,
      });
      assertSame(await bench.store.replay(tenant, replay.id), wanted);
      assert.deepEqual(await bench.store.stepReplay(later(DAY_MS), AT), { replay: null, made: 0, nextAt: null });
      assert.equal((await bench.claimDue(owner, later(DAY_MS))).length, 5);
    });

    it('says so when it had ended before', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      await many(bench, owner, endpoint, 1, 'exhausted');
      const [cancelled, completed] = [await begin(bench, tenant, {}), await begin(bench, tenant, {})];
      await bench.store.cancelReplay(tenant, cancelled.id, wallLater(77));
      await run(bench, STEADY);
      const again = await bench.store.cancelReplay(tenant, cancelled.id, wallLater(99));
      assert.deepEqual([again?.kind, again?.replay.endedAt], ['ended', wallLater(77)]);
      const late = await bench.store.cancelReplay(tenant, completed.id, wallLater(99));
      assert.deepEqual([late?.kind, late?.replay.state], ['ended', 'completed']);
    });

    it('finds nothing that is unknown or another tenant’s', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const other = await bench.tenant('other');
      await many(bench, owner, endpoint, 1, 'exhausted');
      const replay = await begin(bench, tenant, {});
      assert.equal(await bench.store.cancelReplay(other, replay.id, AT), undefined);
      assert.equal(await bench.store.cancelReplay(tenantId('nobody'), replay.id, AT), undefined);
      assert.equal(await bench.store.cancelReplay(tenant, newId<ReplayId>(AT), AT), undefined);
      assert.equal((await bench.store.replay(tenant, replay.id))?.state, 'running');
    });
  });

  describe('pruning replays', () => {
    it('removes those that ended before, and never one that is running', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      await many(bench, owner, endpoint, 1, 'exhausted');
      const [old, young, running] = [
        await begin(bench, tenant, {}),
        await begin(bench, tenant, {}),
        await begin(bench, tenant, {}),
      ];
      await bench.store.cancelReplay(tenant, old.id, wallLater(DAY_MS));
      await bench.store.cancelReplay(tenant, young.id, wallLater(2 * DAY_MS));
      while ((await bench.store.prune(wallLater(2 * DAY_MS), 1)) > 0);
      assert.deepEqual(ids(await bench.store.replays(tenant, { limit: 10, after: null })), [running.id, young.id]);
    });

    it('removes those of a deleted tenant once they have ended, and none of the new one of that id', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      await many(bench, owner, endpoint, 3, 'exhausted');
      const ended = await begin(bench, tenant, {});
      await bench.store.cancelReplay(tenant, ended.id, wallLater(DAY_MS));
      await begin(bench, tenant, {});
      await bench.store.deleteTenant(tenant, wallLater(DAY_MS));
      await bench.tenant();
      assert.deepEqual(await bench.store.replays(tenant, { limit: 10, after: null }), []);
      const last = await run(bench, STEADY);
      assert.deepEqual([last.replayed, last.skipped], [0, 3]);
      const fresh = await bench.endpoint(tenant);
      await many(bench, owner, fresh, 1, 'exhausted', { createdAt: wallLater(20 * DAY_MS) });
      const replay = { ...ended, id: newId<ReplayId>(AT), total: 1 };
      assert.equal(await bench.store.createReplay(replay, new Map([[fresh.id, 1]]), STEADY, MAX), 'created');
      while ((await bench.store.prune(WALL, 2)) > 0);
      assert.deepEqual(ids(await bench.store.replays(tenant, { limit: 10, after: null })), [replay.id]);
      assert.equal(await bench.store.prune(WALL, 100), 0);
    });
  });
}

/** The state that a delivery goes back to when its attempt fails. */
const back = ({ failures }: LeasedDelivery) => ({ state: 'exhausted', failures, interruptions: 0 }) as const;

function filter(parts: Partial<Replay>) {
  return {
    endpointId: null,
    eventTypes: null,
    states: ['exhausted'] as const,
    since: null,
    until: AT,
    ...parts,
  };
}

async function total(store: Store, tenant: TenantId, parts: Partial<Replay>): Promise<number> {
  const counts = (await store.countReplay(tenant, filter(parts), AT)) ?? new Map<unknown, number>();
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** Counts and creates a replay of the exhausted deliveries. */
export async function begin(bench: Bench, tenant: TenantId, parts: Partial<Replay>, now = STEADY): Promise<Replay> {
  const wanted = filter(parts);
  const counts = await bench.store.countReplay(tenant, wanted, AT);
  assert.ok(counts !== undefined);
  const replay: Replay = {
    id: newId<ReplayId>(AT),
    tenantId: tenant,
    state: 'running',
    ratePerSecond: 1_000,
    total: await total(bench.store, tenant, parts),
    replayed: 0,
    skipped: 0,
    createdAt: AT,
    endedAt: null,
    ...wanted,
  };
  assert.equal(await bench.store.createReplay(replay, counts, now, MAX), 'created');
  return replay;
}

/** Steps until nothing is running. @returns the replay that ended last */
async function run(bench: Bench, from: SteadyMs, between: (now: SteadyMs) => Promise<void> = async () => {}) {
  let now = from;
  for (let steps = 0; steps < 1_000; steps++) {
    const { replay, nextAt } = await bench.store.stepReplay(now, AT);
    await between(now);
    if (nextAt === null) {
      assert.ok(replay !== null && replay.state === 'completed');
      assert.equal(replay.replayed + replay.skipped, replay.total);
      return replay;
    }
    now = steady(Math.max(now, nextAt));
  }
  throw new Error('the replay never ends');
}

/** Ended deliveries of an endpoint, a few transactions for any number. */
async function many(
  bench: Bench,
  owner: OwnerId,
  endpoint: StoredEndpoint,
  count: number,
  state: EndState,
  parts: Partial<EventContent> = {},
): Promise<readonly LeasedDelivery[]> {
  const { tenantId: tenant } = endpoint;
  const revision = await bench.revision(tenant);
  const events = Array.from({ length: count }, () => eventFor(newEvent(tenant, parts), [endpoint]));
  await bench.store.accept(
    owner,
    events.map((one) => ({ tenantId: tenant, revision, events: [one] })),
  );
  const made = events.flatMap(({ event, deliveries }) =>
    deliveries.map(({ id, endpointId }) => newlyLeased(id, endpointId, event)),
  );
  if (state === 'cancelled') {
    await bench.store.release(
      owner,
      made.map(({ id }) => ({ id, to: 'cancelled', endedAt: wallLater(200) }) as const),
    );
    return made;
  }
  const [result, next] = state === 'succeeded' ? ([SUCCEEDED, DONE] as const) : ([FAILED, EXHAUSTED] as const);
  await bench.record(owner, ...made.map((one) => attemptOf(one, result, next, { endedAt: wallLater(200) })));
  return made;
}

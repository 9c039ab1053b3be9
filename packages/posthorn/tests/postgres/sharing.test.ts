// Two processes on one database: they share the work and never a delivery, and people's reads hold up neither.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ids } from '../store-contract/bench.ts';
import { attemptOf, dueAgain, FAILED, later, STEADY } from '../store-contract/makers.ts';
import { openSharedDatabase, type SharedDatabase } from './shared-database.ts';

const DELIVERIES = 1_500;

describe('two stores on one database', () => {
  let shared: SharedDatabase;

  beforeEach(async () => {
    shared = await openSharedDatabase();
  });

  afterEach(() => shared.end());

  it('claim in parallel and never share a delivery', async () => {
    const { bench } = shared;
    const { tenant, endpoint, owner } = await bench.start();
    const others = [];
    for (let index = 0; index < 49; index++) others.push(await bench.endpoint(tenant));
    const made: string[] = [];
    for (let round = 0; round < DELIVERIES / 50; round++) {
      const place = round % 2 === 0 ? 'leased' : 'backlog';
      const { deliveries } = await bench.accept(owner, [endpoint, ...others], place);
      made.push(...ids(deliveries));
      if (place === 'backlog') continue;
      await bench.record(owner, ...deliveries.map((one) => attemptOf(one, FAILED, dueAgain(later(round)))));
    }
    const claimers = [
      { store: bench.store, owner },
      { store: await bench.another(), owner: await bench.owner() },
    ];
    const claimed = await Promise.all(
      claimers.map(async ({ store, owner }) => {
        const found: string[] = [];
        for (;;) {
          const due = await store.claimDue(owner, later(1e6), 37);
          const wants = (await store.backlogs(100)).map((endpointId) => ({ endpointId, limit: 2 }));
          const waiting = await store.claimBacklog(owner, wants);
          found.push(...ids(due.deliveries), ...ids(waiting.deliveries));
          if (due.nextDue === null && wants.length === 0) return found;
        }
      }),
    );
    const all = claimed.flat();
    assert.equal(all.length, DELIVERIES);
    assert.deepEqual(new Set(all), new Set(made));
    for (const found of claimed) assert.ok(found.length > 0, 'one did all the work');
  });

  it('do not wait for a claim of the other that is not finished', async () => {
    const { bench, sql } = shared;
    const { endpoint, owner } = await bench.start();
    const [locked, free] = [await bench.acceptOne(owner, endpoint), await bench.acceptOne(owner, endpoint)];
    await bench.record(owner, ...[locked, free].map((one) => attemptOf(one, FAILED, dueAgain(STEADY))));
    const [waiting, next] = [
      await bench.acceptOne(owner, endpoint, 'backlog'),
      await bench.acceptOne(owner, endpoint, 'backlog'),
    ];
    await sql('begin');
    await sql('select from posthorn.queue where id = any ($1) for update', [[locked.id, waiting.id]]);
    assert.deepEqual(ids(await bench.claimDue(owner, STEADY)), [free.id]);
    assert.deepEqual(ids(await bench.claimBacklog(owner, endpoint.id)), [next.id]);
    await sql('rollback');
    assert.deepEqual(ids(await bench.claimDue(owner, STEADY)), [locked.id]);
    assert.deepEqual(ids(await bench.claimBacklog(owner, endpoint.id)), [waiting.id]);
  });

  it('claim the oldest first although it was made due below their bound', async () => {
    const { bench } = shared;
    const { endpoint, owner } = await bench.start();
    const [one, two, early] = [
      await bench.acceptOne(owner, endpoint),
      await bench.acceptOne(owner, endpoint),
      await bench.acceptOne(owner, endpoint),
    ];
    await bench.record(owner, ...[one, two].map((late) => attemptOf(late, FAILED, dueAgain(later(1e6)))));
    assert.equal((await bench.claimDue(owner, later(1e6), 1)).length, 1);
    await bench.record(owner, attemptOf(early, FAILED, dueAgain(STEADY)));
    assert.deepEqual(ids(await bench.claimDue(owner, later(1e6), 1)), [early.id]);
  });

  it('see what the other made due below their own bound', async () => {
    const { bench } = shared;
    const { endpoint, owner } = await bench.start();
    const other = await bench.another();
    const early = await bench.acceptOne(owner, endpoint);
    const late = await bench.acceptOne(owner, endpoint);
    await bench.record(owner, attemptOf(late, FAILED, dueAgain(later(1e6))));
    assert.deepEqual(ids((await other.claimDue(owner, later(1e6), 10)).deliveries), [late.id]);
    await bench.record(owner, attemptOf(early, FAILED, dueAgain(STEADY)));
    assert.equal(await other.nextDue(), STEADY);
    assert.deepEqual(ids((await other.claimDue(owner, later(1e6), 10)).deliveries), [early.id]);
  });

  it('accept and claim while people’s reads have taken every session meant for them', async () => {
    const { bench, sql } = shared;
    const { tenant, endpoint, owner } = await bench.start();
    await sql('begin');
    await sql('lock table posthorn.delivery in access exclusive mode');
    const lists = Array.from({ length: 20 }, () => bench.store.deliveries(tenant, {}, { limit: 10, after: null }));
    const delivery = await bench.acceptOne(owner, endpoint, 'backlog');
    assert.deepEqual(ids(await bench.claimBacklog(owner, endpoint.id)), [delivery.id]);
    const ended = await Promise.race([Promise.any(lists).then(() => 'answered'), Promise.resolve('blocked')]);
    assert.equal(ended, 'blocked');
    await sql('rollback');
    for (const { items } of await Promise.all(lists)) assert.deepEqual(ids(items), [delivery.id]);
  });
});

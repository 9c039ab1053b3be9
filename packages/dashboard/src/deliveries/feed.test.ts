import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Delivery, Page } from '../api/answers.ts';
import { Changes } from '../live/changes.ts';
import { DeliveryFeed, HEAD_GAP_MS, OLDER_ITEMS } from './feed.ts';
import { rowAt } from './long-list.ts';

const SEEN_AT_HEAD = { first: 0, last: 15 };
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** A server that has deliveries numbered from 1, newest last, and a list of them. */
function stage({ mock }: TestContext, count: number) {
  mock.timers.enable({ apis: ['setTimeout'] });
  const asked: (string | undefined)[] = [];
  let newest = count;
  let fails = false;
  const row = (number: number): Delivery => ({
    id: String(number).padStart(9, '0'),
    endpointId: 'e',
    eventId: 'v',
    eventType: 'a',
    state: 'pending',
    createdAt: '',
    attemptCount: 0,
    nextAttemptAt: null,
    endedAt: null,
    lastAttempt: null,
    endpointHost: null,
  });
  const answer = (cursor: string | undefined, limit: number): Page<Delivery> => {
    const from = cursor === undefined ? newest : Number(cursor) - 1;
    const data = Array.from({ length: Math.min(limit, from) }, (_, n) => row(from - n));
    const last = data.at(-1);
    return { data, nextCursor: from > limit && last !== undefined ? last.id : null };
  };
  const feed = new DeliveryFeed(async (cursor, limit) => {
    asked.push(cursor);
    if (fails) throw new Error('away');
    return answer(cursor, limit);
  });
  return {
    feed,
    asked,
    come: (more: number) => {
      newest += more;
    },
    fail: (does: boolean) => {
      fails = does;
    },
    first: () => {
      const top = rowAt(feed.view().list, 0);
      return typeof top === 'object' ? Number(top.id) : top;
    },
    /** Lets the list ask again, and its answers arrive. */
    pass: async (ms = HEAD_GAP_MS) => {
      await settle();
      mock.timers.tick(ms);
      await settle();
    },
  };
}

const accepted = () => {
  const changes = new Changes();
  changes.add({ id: undefined, kind: 'accepted', data: '{}' });
  return changes;
};

describe('the list of deliveries', () => {
  it('shows what is new at once while its head is in view', async (t) => {
    const { feed, come, first, pass } = stage(t, 1_000);
    feed.refresh();
    await pass();
    feed.look(SEEN_AT_HEAD, false);
    assert.equal(first(), 1_000);
    come(3);
    feed.hear(accepted(), true);
    await settle();
    assert.equal(first(), 1_003);
    assert.equal(feed.view().fresh, 0);
  });

  it('asks at most twice a second, however much happens', async (t) => {
    const { feed, asked, come, first, pass } = stage(t, 1_000);
    feed.refresh();
    feed.look(SEEN_AT_HEAD, false);
    await pass();
    asked.length = 0;
    for (let burst = 0; burst < 50; burst++) {
      come(100);
      feed.hear(accepted(), true);
      await pass(20);
    }
    await pass();
    assert.ok(asked.length <= 4, `asked ${asked.length} times in a second and a half`);
    assert.equal(first(), 6_000);
  });

  it('moves nothing while somebody reads further down, and says how much is new', async (t) => {
    const { feed, come, first, pass } = stage(t, 1_000);
    feed.refresh();
    await pass();
    feed.look({ first: 50, last: 70 }, true);
    await pass();
    const length = feed.view().list.length;
    come(7);
    feed.hear(accepted(), true);
    await pass();
    assert.equal(first(), 1_000);
    assert.equal(feed.view().list.length, length);
    assert.deepEqual([feed.view().fresh, feed.view().manyFresh], [7, false]);
    come(5_000);
    feed.hear(accepted(), true);
    await pass();
    assert.deepEqual([feed.view().fresh, feed.view().manyFresh], [100, true]);
    feed.look(SEEN_AT_HEAD, false);
    assert.equal(first(), 6_007, 'what it knows is there in the same moment');
    assert.equal(feed.view().fresh, 0);
  });

  it('fetches the next page before somebody gets there, one at a time', async (t) => {
    const { feed, asked, pass } = stage(t, 10_000);
    feed.refresh();
    await pass();
    assert.deepEqual(asked, [undefined], 'at the head, the newest page is enough');
    for (let last = 20; last < 3_000; last += 20) {
      feed.look({ first: last - 20, last }, true);
      await settle();
      const { list } = feed.view();
      assert.ok(list.length > last + OLDER_ITEMS, `${list.length} rows are there at ${last}`);
      assert.ok(list.length < last + 3 * OLDER_ITEMS, `${list.length} rows are there at ${last}`);
    }
  });

  it('fetches again what was put aside when somebody comes back', async (t) => {
    const { feed, pass } = stage(t, 20_000);
    feed.refresh();
    await pass();
    for (let last = 20; last < 10_000; last += 200) {
      feed.look({ first: last - 20, last }, true);
      await settle();
    }
    assert.equal(rowAt(feed.view().list, 1_000), 'aside');
    feed.look({ first: 990, last: 1_010 }, true);
    await settle();
    const row = rowAt(feed.view().list, 1_000);
    assert.equal(typeof row === 'object' && Number(row.id), 19_000);
  });

  it('says why it is not current, and goes on when it can', async (t) => {
    const { feed, fail, come, first, pass } = stage(t, 1_000);
    feed.refresh();
    await pass();
    fail(true);
    feed.refresh();
    feed.look({ first: 60, last: 80 }, true);
    await pass();
    assert.equal(feed.view().error?.message, 'away');
    assert.equal(feed.view().olderError?.message, 'away');
    assert.equal(first(), 1_000, 'what was there stays');
    fail(false);
    come(1);
    feed.refresh();
    await pass();
    assert.deepEqual([feed.view().error, feed.view().olderError, feed.view().fresh], [undefined, undefined, 1]);
  });

  it('throws away answers that were asked for before it began anew', async (t) => {
    const { feed, come, first, pass } = stage(t, 10_000);
    feed.refresh();
    await pass();
    feed.look({ first: 0, last: 90 }, true);
    come(50);
    feed.look(SEEN_AT_HEAD, false);
    await pass();
    const { list } = feed.view();
    assert.equal(first(), 10_050);
    const ids = Array.from({ length: list.length }, (_, place) => rowAt(list, place)).map((row) =>
      typeof row === 'object' ? Number(row.id) : 0,
    );
    assert.deepEqual(
      ids,
      ids.map((_, place) => 10_050 - place),
      'it hangs together',
    );
  });
});

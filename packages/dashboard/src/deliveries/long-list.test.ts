import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Delivery, Page } from '../api/answers.ts';
import type { AttemptMessage } from '../live/changes.ts';
import {
  appendPage,
  applyAttempts,
  beginList,
  type LongList,
  MAX_KEPT_ROWS,
  putAside,
  refill,
  rowAt,
  stretchesIn,
} from './long-list.ts';

const delivery = (id: string, parts: Partial<Delivery> = {}): Delivery => ({
  id,
  endpointId: 'e',
  eventId: 'v',
  eventType: 'a',
  state: 'pending',
  createdAt: '2026-11-23T12:00:00.000Z',
  attemptCount: 0,
  nextAttemptAt: null,
  endedAt: null,
  lastAttempt: null,
  endpointHost: null,
  ...parts,
});
const page = (ids: readonly string[], nextCursor: string | null = ids.at(-1) ?? null): Page<Delivery> => ({
  data: ids.map((id) => delivery(id)),
  nextCursor,
});
const shown = (list: LongList) =>
  Array.from({ length: list.length }, (_, place) => {
    const row = rowAt(list, place);
    return typeof row === 'object' ? row.id : row;
  });
const attempt = (deliveryId: string, parts: Partial<AttemptMessage> = {}): ReadonlyMap<string, AttemptMessage> =>
  new Map([
    [
      deliveryId,
      {
        tenant: 't',
        endpointId: 'e',
        eventId: 'v',
        deliveryId,
        eventType: 'a',
        number: 1,
        startedAt: '2026-11-23T12:00:01.000Z',
        durationMs: 500,
        outcome: 'succeeded',
        status: 200,
        state: 'succeeded',
        nextAttemptAt: null,
        late: false,
        ...parts,
      },
    ],
  ]);

describe('a long list', () => {
  const list = appendPage(beginList(page(['f', 'e'])), page(['d', 'c'], null), 'e');

  it('is its pages, one after the other', () => {
    assert.deepEqual(shown(list), ['f', 'e', 'd', 'c']);
    assert.equal(list.next, null);
    assert.deepEqual(
      [rowAt(list, -1), rowAt(list, 4), rowAt(beginList(page([])), 0)],
      ['aside', 'gone', 'aside'],
      'there is nothing outside of it',
    );
  });

  it('says how to ask again for what is in view, but for the newest page, which is asked for anyway', () => {
    assert.deepEqual(stretchesIn(list, { first: 0, last: 1 }), []);
    assert.deepEqual(stretchesIn(list, { first: 1, last: 99 }), [{ cursor: 'e', kept: true }]);
  });

  it('shows what became of a delivery where it stands', () => {
    const after = applyAttempts(list, attempt('d'));
    assert.deepEqual(
      rowAt(after, 2),
      delivery('d', {
        ...{ state: 'succeeded', attemptCount: 1, endedAt: '2026-11-23T12:00:01.500Z' },
        lastAttempt: { outcome: 'succeeded', status: 200, startedAt: '2026-11-23T12:00:01.000Z' },
      }),
    );
    assert.equal(rowAt(after, 3), rowAt(list, 3), 'the others are the same');
    assert.equal(applyAttempts(list, attempt('somewhere else')), list);
  });

  it('does not take what is late, or was overtaken', () => {
    const after = applyAttempts(list, attempt('d', { number: 2 }));
    assert.equal(applyAttempts(after, attempt('d', { number: 1, state: 'pending' })), after);
    assert.equal(applyAttempts(after, attempt('d', { number: 3, late: true })), after);
    const overtaken = refill(after, page(['d', 'c']), 'e');
    assert.equal(rowAt(overtaken, 2), rowAt(after, 2), 'an answer that is older than the stream');
    const behind = beginList({ data: [delivery('d', { attemptCount: 3 })], nextCursor: null }, beginList(page(['d'])));
    assert.equal(rowAt(behind, 0), behind.stretches[0]?.rows?.[0]);
    assert.deepEqual(rowAt(behind, 0), delivery('d', { attemptCount: 3 }));
  });

  it('keeps its places when a page is asked for again', () => {
    const settled = { ...page(['e2', 'd', 'b'], null), data: [delivery('e2'), delivery('d', { state: 'cancelled' })] };
    const after = refill(list, settled, 'e');
    assert.deepEqual(shown(after), ['f', 'e', 'd', 'c']);
    assert.deepEqual(rowAt(after, 2), delivery('d', { state: 'cancelled' }));
    assert.equal(refill(list, page(['d', 'c']), 'e'), list, 'what has not changed is not drawn again');
  });

  it('begins anew with the newest page, and keeps what has not changed', () => {
    const anew = beginList(page(['g', 'f']), list);
    assert.deepEqual(shown(anew), ['g', 'f']);
    assert.equal(rowAt(anew, 1), rowAt(list, 0));
  });
});

describe('a list of a hundred thousand', () => {
  const PAGE = 200;
  const ids = Array.from({ length: 100_000 }, (_, n) => String(999_999 - n));
  let list = beginList(page(ids.slice(0, PAGE)));
  for (let from = PAGE; from < ids.length; from += PAGE) {
    const cursor = list.next ?? undefined;
    list = putAside(appendPage(list, page(ids.slice(from, from + PAGE)), cursor), { first: from - 20, last: from });
  }
  const kept = (of: LongList) => shown(of).filter((row) => row !== 'aside').length;

  it('keeps the rows around those in view, and the places of all', () => {
    assert.equal(list.length, 100_000);
    assert.ok(kept(list) <= MAX_KEPT_ROWS, `${kept(list)} are kept`);
    assert.equal(shown(list).at(-1), ids.at(-1));
    assert.equal(rowAt(list, 50_000), 'aside');
  });

  it('gets rows back that were put aside, into their places', () => {
    const [stretch] = stretchesIn(list, { first: 50_000, last: 50_010 });
    assert.deepEqual(stretch, { cursor: ids[49_999], kept: false });
    const again = page(ids.slice(50_000, 50_000 + PAGE));
    const after = refill(list, again, stretch?.cursor);
    assert.deepEqual(shown(after).slice(50_000, 50_000 + PAGE), ids.slice(50_000, 50_000 + PAGE));
    const inView = putAside(after, { first: 50_050, last: 50_060 });
    assert.ok(kept(inView) <= MAX_KEPT_ROWS);
    assert.equal(rowAt(inView, 50_055), rowAt(after, 50_055), 'what is in view is not put aside');
  });

  it('leaves the place of what is no longer there, so that nothing moves', () => {
    const again = page([...ids.slice(50_000, 50_150), ...ids.slice(50_200, 50_250)]);
    const rows = shown(refill(list, again, ids[49_999]));
    assert.equal(rows.length, 100_000);
    assert.deepEqual(rows.slice(50_149, 50_151), [ids[50_149], 'gone']);
    assert.equal(rows[50_199], 'gone');
  });
});

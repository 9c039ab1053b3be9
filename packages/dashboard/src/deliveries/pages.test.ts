import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Delivery, Page } from '../api/shapes.ts';
import { mergePages } from './pages.ts';

const delivery = (id: string, state: Delivery['state'] = 'pending'): Delivery => ({
  id,
  endpointId: 'e',
  eventId: 'v',
  eventType: 'a',
  state,
  createdAt: '2026-11-23T12:00:00.000Z',
  attemptCount: 0,
  nextAttemptAt: null,
  endedAt: null,
});
const page = (ids: string, nextCursor: string | null): Page<Delivery> => ({
  data: [...ids].map((id) => delivery(id)),
  nextCursor,
});
const ids = (list: ReturnType<typeof mergePages>) => list.items.map(({ id }) => id).join('');

describe('a list that grows at its head', () => {
  it('has what is new first, and nothing twice', () => {
    const merged = mergePages(page('fed', 'd'), [page('dc', 'c'), page('ba', null)]);
    assert.equal(ids(merged), 'fedcba');
    assert.equal(merged.torn, false);
  });

  it('shows what changed', () => {
    const head = { data: [delivery('b', 'succeeded')], nextCursor: 'b' };
    assert.equal(mergePages(head, [page('ba', null)]).items[0]?.state, 'succeeded');
  });

  it('drops what no longer fits the filter', () => {
    assert.equal(ids(mergePages(page('db', 'b'), [page('dcba', null)])), 'dba');
    assert.equal(ids(mergePages(page('', null), [page('ba', null)])), '');
  });

  it('notices when it no longer hangs together', () => {
    assert.equal(mergePages(page('zyx', 'x'), [page('cba', null)]).torn, true);
    assert.equal(mergePages(page('cba', 'a'), [page('cba', null)]).torn, false);
  });
});

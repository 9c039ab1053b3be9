import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Replay } from '../api/answers.ts';
import { NO_FILTERS } from '../deliveries/filters.ts';
import { bodyOf, EXHAUSTED, filtersOf, requestOf } from './request.ts';

const SINCE = '2026-11-23T12:00:00.000Z';

describe('what is to be replayed', () => {
  it('is what a list shows', () => {
    const filters = { ...NO_FILTERS, state: 'succeeded', endpointId: 'e', eventType: 'a.b', since: SINCE };
    assert.deepEqual(JSON.parse(bodyOf(requestOf(filters) ?? EXHAUSTED, { dryRun: true })), {
      endpointId: 'e',
      eventTypes: ['a.b'],
      states: ['succeeded'],
      since: SINCE,
      dryRun: true,
    });
  });

  it('is what did not arrive, if nothing is said', () => {
    assert.deepEqual(JSON.parse(bodyOf(requestOf(NO_FILTERS) ?? EXHAUSTED, { ratePerSecond: 5 })), {
      states: ['exhausted'],
      ratePerSecond: 5,
    });
  });

  it('is nothing that is on its way, and no single event', () => {
    assert.equal(requestOf({ ...NO_FILTERS, state: 'pending' }), undefined);
    assert.equal(requestOf({ ...NO_FILTERS, eventId: 'v' }), undefined);
  });
});

describe('what a replay is about', () => {
  const replay: Replay = {
    id: 'r',
    state: 'completed',
    endpointId: null,
    eventTypes: ['a.b'],
    states: ['exhausted'],
    since: null,
    until: SINCE,
    ratePerSecond: 50,
    total: 1,
    replayed: 1,
    skipped: 0,
    createdAt: SINCE,
    endedAt: SINCE,
  };
  const filters = (parts: Partial<Replay>) => filtersOf({ ...replay, ...parts });

  it('is listed as closely as a list can be narrowed', () => {
    assert.deepEqual(filters({}), {
      endpointId: undefined,
      eventType: 'a.b',
      state: 'exhausted',
      since: undefined,
      until: SINCE,
    });
    assert.equal(filters({ eventTypes: ['a.*'] })['eventType'], undefined);
    assert.equal(filters({ eventTypes: ['a', 'b'] })['eventType'], undefined);
    assert.equal(filters({ states: ['exhausted', 'cancelled'] })['state'], undefined);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndpointId } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';
import { type Manner, Manners, mannerOf } from './manners.ts';

describe('what the end of a call says of its endpoint', () => {
  const cases: readonly [Outcome, Manner | undefined][] = [
    ['succeeded', 'well'],
    ['http_status', 'failing'],
    ['connect_refused', 'failing'],
    ['connect_timeout', 'slow'],
    ['reply_timeout', 'slow'],
    ['interrupted', undefined],
  ];
  for (const [outcome, manner] of cases) {
    it(`is ${manner ?? 'nothing'} when it is ${outcome}`, () => assert.equal(mannerOf(outcome), manner));
  }
});

describe('what is remembered of lanes that are gone', () => {
  const endpoint = (number: number) => `endpoint-${number}` as EndpointId;

  it('is how their last call ended, until they have a lane again', () => {
    const manners = new Manners();
    assert.equal(manners.recall(endpoint(1)), 'well');
    manners.remember(endpoint(1), 'slow');
    assert.equal(manners.recall(endpoint(1)), 'slow');
    manners.remember(endpoint(1), 'well');
    assert.equal(manners.recall(endpoint(1)), 'well');
  });

  it('is bounded: those noted last are remembered, and never more than twice as many', () => {
    const manners = new Manners();
    const all = Array.from({ length: 70_000 }, (_, number) => endpoint(number));
    for (const one of all) manners.remember(one, 'failing');
    const remembered = all.map((one) => manners.recall(one) === 'failing');
    assert.ok(remembered.slice(-20_000).every(Boolean));
    assert.ok(remembered.filter(Boolean).length <= 40_000);
  });
});

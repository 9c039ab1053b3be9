import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndpointId } from '../../domain/ids.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { HangingEndpoints, healthAfter, type LaneHealth } from './lane-health.ts';

describe('what the end of a call says of its endpoint', () => {
  const cases: readonly [Outcome, LaneHealth | undefined][] = [
    ['succeeded', 'healthy'],
    ['http_status', 'failing'],
    ['connect_refused', 'failing'],
    ['connect_timeout', 'hanging'],
    ['reply_timeout', 'hanging'],
    ['interrupted', undefined],
  ];
  for (const [outcome, health] of cases) {
    it(`is ${health ?? 'nothing'} when it is ${outcome}`, () => assert.equal(healthAfter(outcome), health));
  }
});

describe('endpoints that hang and have no lane', () => {
  const endpoint = (number: number) => `endpoint-${number}` as EndpointId;

  it('are remembered until they get a lane', () => {
    const hanging = new HangingEndpoints();
    assert.equal(hanging.take(endpoint(1)), false);
    hanging.note(endpoint(1));
    assert.equal(hanging.take(endpoint(1)), true);
    assert.equal(hanging.take(endpoint(1)), false);
  });

  it('are remembered in a bounded number: those noted last, and never more than twice as many', () => {
    const hanging = new HangingEndpoints();
    const all = Array.from({ length: 70_000 }, (_, number) => endpoint(number));
    for (const one of all) hanging.note(one);
    const remembered = all.map((one) => hanging.take(one));
    assert.ok(remembered.slice(-20_000).every(Boolean));
    assert.ok(remembered.filter(Boolean).length <= 40_000);
  });
});

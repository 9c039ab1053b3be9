import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndpointId } from '../domain/ids.ts';
import { Manners } from './manners.ts';

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

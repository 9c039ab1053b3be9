import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LaneHealth } from './lane-health.ts';
import { TurnOrder } from './turn-order.ts';

class Lane {
  readonly name: string;
  readonly health: LaneHealth;
  active = 0;
  rank: Set<Lane> | undefined;

  constructor(name: string, health: LaneHealth = 'healthy') {
    this.name = name;
    this.health = health;
  }
}

const ALL = { healthy: true, failing: true, hanging: true };

/** Calls that each lane may have under way. */
const CONCURRENCY = 4;

/** Starts calls, one turn after the other; nothing ends. @returns whose turns they were */
function turns(order: TurnOrder<Lane>, count: number, most = 4, may = ALL): string[] {
  const names: string[] = [];
  for (let turn = 0; turn < count; turn++) {
    const lane = order.next(may, most);
    if (lane === undefined) return names;
    names.push(lane.name);
    order.started(lane.health);
    lane.active += 1;
    order.arrange(lane, lane.active < CONCURRENCY);
  }
  return names;
}

function orderOf(...lanes: readonly Lane[]): TurnOrder<Lane> {
  const order = new TurnOrder<Lane>();
  for (const lane of lanes) order.arrange(lane, true);
  return order;
}

describe('the turn to start a call', () => {
  it('goes to the lane with the fewest calls under way, among equals in the order in which they came', () => {
    const busy = new Lane('busy');
    busy.active = 2;
    assert.deepEqual(turns(orderOf(busy, new Lane('a'), new Lane('b')), 7), ['a', 'b', 'a', 'b', 'busy', 'a', 'b']);
  });

  it('never goes to a lane that has as many calls as it may', () => {
    assert.deepEqual(turns(orderOf(new Lane('a')), 10), ['a', 'a', 'a', 'a']);
    assert.deepEqual(turns(orderOf(new Lane('a'), new Lane('b')), 10, 1), ['a', 'b']);
  });

  it('goes round among healths whose lanes have equally few calls', () => {
    const order = orderOf(new Lane('well'), new Lane('fails', 'failing'), new Lane('hangs', 'hanging'));
    assert.deepEqual(turns(order, 6), ['well', 'fails', 'hangs', 'well', 'fails', 'hangs']);
  });

  it('passes over a health that may not start', () => {
    const order = orderOf(new Lane('hangs', 'hanging'), new Lane('fails', 'failing'), new Lane('well'));
    assert.deepEqual(turns(order, 3, 4, { ...ALL, hanging: false }), ['well', 'fails', 'well']);
  });

  it('is not given to a lane that has nothing to start any more', () => {
    const [a, b] = [new Lane('a'), new Lane('b')];
    const order = orderOf(a, b);
    order.arrange(a, false);
    assert.deepEqual(turns(order, 1), ['b']);
  });
});

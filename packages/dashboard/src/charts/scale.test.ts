import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countScale, durationScale, rateScale } from './scale.ts';

describe('axes', () => {
  it('of counts begin at 0 and end at a round number that holds them all', () => {
    const ends = [[], [1], [3], [10], [11], [480], [51_000]].map((values) => countScale(values).high);
    assert.deepEqual(ends, [2, 2, 5, 10, 20, 500, 100_000]);
    const { heightOf, ticks } = countScale([480]);
    assert.deepEqual([heightOf(0), heightOf(250), heightOf(500), ticks], [0, 0.5, 1, [0, 250, 500]]);
    assert.deepEqual(countScale([5]).ticks, [0, 5], 'nobody has two and a half deliveries');
  });

  it('of rates look closely where everything is nearly perfect', () => {
    assert.deepEqual(
      [[], [1, 0.999], [1, 0.991], [0.97], [0.5], [0.2]].map((values) => rateScale(values).low),
      [0.99, 0.99, 0.99, 0.95, 0, 0],
    );
  });

  it('of durations go by powers of ten', () => {
    const { ticks, heightOf } = durationScale([12, 850]);
    assert.deepEqual(ticks, [10, 100, 1_000]);
    assert.deepEqual([heightOf(0), heightOf(100), heightOf(1_000)], [0, 0.5, 1]);
    assert.deepEqual(durationScale([]).ticks, [10, 100, 1_000]);
    assert.ok(durationScale([30_000]).high >= 30_000);
  });
});

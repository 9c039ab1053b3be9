// Two seeds in `npm test`. `npm run simulate` runs more of them, and with --mutants shows that each invariant can fail.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemoryStore } from '../../posthorn/tests/support/memory-store.ts';
import { planRun, shrink, simulate } from './simulate.ts';

const HOURS = 0.4;

describe('every promise holds in simulated runs under faults', () => {
  for (let seed = 1_001; seed <= 1_002; seed++) {
    it(`seed ${seed}`, async () => {
      const { violations, events, calls } = await simulate(planRun(seed, HOURS), createMemoryStore);
      assert.deepEqual(violations.slice(0, 5), []);
      assert.ok(events > 100 && calls > 100, 'something was simulated');
    });
  }
});

describe('the simulation', () => {
  it('repeats a run exactly from its seed', async () => {
    const [one, two] = [
      await simulate(planRun(7, 0.2), createMemoryStore),
      await simulate(planRun(7, 0.2), createMemoryStore),
    ];
    assert.deepEqual(one.trace, two.trace);
  });

  it('finds the faults that matter', async () => {
    const faults = planRun(6, 2).faults;
    assert.ok(faults.length > 3);
    const needed = faults[1];
    const fails = async (run: { faults: readonly unknown[] }) => run.faults.includes(needed);
    assert.deepEqual((await shrink({ seed: 6, hours: 2, faults }, fails)).faults, [needed]);
  });
});

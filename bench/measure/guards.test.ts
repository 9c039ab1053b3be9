import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guardCpu, guardRate } from './guards.ts';
import { rowOf } from './rounds.ts';

const rows = (loop: number, store: number, loopUs = 40, storeUs = 80) => [
  rowOf('loop', [{ value: loop, cpuUs: { loop: loopUs, receiver: 20 } }]),
  rowOf('store', [{ value: store, cpuUs: { loop: storeUs / 2, storage: storeUs / 2, receiver: 20 } }]),
];
const compared = (now: ReturnType<typeof rows>) => ({
  ...{ scenario: 'drain', rows: now, remembered: rows(20_000, 10_000) },
});
const rate = (now: ReturnType<typeof rows>) => guardRate(compared(now), 'store', 'loop')[0];
const cpu = (now: ReturnType<typeof rows>) => guardCpu(compared(now), 'store', 'loop')[0];

describe('guards against decline', () => {
  it('hold on a slower machine that is slower at everything', () => {
    assert.equal(rate(rows(2_000, 900))?.holds, true);
    assert.equal(cpu(rows(2_000, 900, 400, 800))?.holds, true);
  });

  it('miss a rate that has less than a third of its share left', () => {
    assert.equal(rate(rows(20_000, 3_400))?.holds, true);
    assert.equal(rate(rows(20_000, 3_300))?.holds, false);
  });

  it('miss a delivery that costs more than four fifths more, whatever its rate', () => {
    assert.equal(cpu(rows(20_000, 10_000, 40, 143))?.holds, true);
    assert.equal(cpu(rows(20_000, 10_000, 40, 145))?.holds, false);
  });

  it('ask nothing of what is not remembered, and of CPU time where the system does not tell it', () => {
    assert.deepEqual(guardRate(compared(rows(1, 1)), 'other', 'loop'), []);
    assert.deepEqual(
      guardCpu(compared([rowOf('loop', [{ value: 1 }]), rowOf('store', [{ value: 1 }])]), 'store', 'loop'),
      [],
    );
  });
});

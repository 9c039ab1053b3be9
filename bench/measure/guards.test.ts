import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Check } from './checks.ts';
import { guardCpu, guardRate, settle } from './guards.ts';
import { type Measured, rowOf } from './rounds.ts';

const loopOf = (value: number, us = 40): Measured => ({ value, cpuUs: { loop: us, receiver: 20 } });
const storeOf = (value: number, us = 80): Measured => ({
  value,
  cpuUs: { loop: us / 2, storage: us / 2, receiver: 20 },
});
const rowsOf = (loop: readonly Measured[], store: readonly Measured[]) => [rowOf('loop', loop), rowOf('store', store)];
const rows = (loop: number, store: number, loopUs = 40, storeUs = 80) =>
  rowsOf([loopOf(loop, loopUs)], [storeOf(store, storeUs)]);
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

  it('compare the CPU time within each round, so that a machine that changes its speed between rounds changes nothing', () => {
    const us = (list: readonly number[], measuredOf: typeof loopOf) => list.map((one) => measuredOf(1, one));
    const check = cpu(rowsOf(us([20, 40, 80], loopOf), us([60, 120, 240], storeOf)));
    assert.deepEqual([check?.median, check?.least, check?.most], [3, 3, 3]);
    // One round in which only the store met other load.
    assert.equal(cpu(rowsOf(us([40, 40, 40], loopOf), us([80, 400, 90], storeOf)))?.median, 2.25);
  });

  it('leave out a round whose CPU time is not known', () => {
    const check = cpu(rowsOf([loopOf(1), loopOf(1)], [{ value: 1 }, storeOf(1, 100)]));
    assert.deepEqual([check?.median, check?.least], [2.5, 2.5]);
  });

  it('ask nothing of what is not remembered, and of CPU time where the system does not tell it', () => {
    assert.deepEqual(guardRate(compared(rows(1, 1)), 'other', 'loop'), []);
    assert.deepEqual(guardCpu(compared(rowsOf([{ value: 1 }], [{ value: 1 }])), 'store', 'loop'), []);
  });
});

describe('the verdict after several runs', () => {
  const runs: readonly { name: string; sqlite: readonly number[]; postgres: readonly number[]; missed: string[] }[] = [
    { name: 'holds at once', sqlite: [3.8], postgres: [4.5], missed: [] },
    { name: 'one of two is open after a miss', sqlite: [4.6], postgres: [4.5], missed: ['sqlite'] },
    { name: 'a miss and then none', sqlite: [4.6, 3.6], postgres: [4.5, 4.6], missed: [] },
    { name: 'a miss, and another of another check', sqlite: [4.6, 3.6], postgres: [5.1, 7.1], missed: [] },
    { name: 'two misses and then none', sqlite: [4.75, 4.6, 3.9], postgres: [7.2, 5.4, 8], missed: [] },
    { name: 'sqlite declined', sqlite: [9.1, 7.3, 9.9], postgres: [4.5, 7, 5], missed: ['sqlite'] },
    { name: 'both declined', sqlite: [7.3, 9, 6.2], postgres: [8.8, 7, 9], missed: ['sqlite', 'postgres'] },
  ];
  for (const { name, sqlite, postgres, missed } of runs) {
    it(`${name}: ${missed.join(' and ') || 'nothing'} missed every time`, () => {
      const settled = settle(
        sqlite.map((one, run) => [ratio('sqlite', one, 4.53), ratio('postgres', postgres[run] ?? Number.NaN, 6.58)]),
      );
      assert.deepEqual(
        settled.filter(({ holds }) => !holds).map(({ promise }) => promise),
        missed,
      );
    });
  }

  it('shows the run in which a check held, and the last one if there is none', () => {
    const settled = settle(
      [4.6, 3.6, 3.5].map((one) => [ratio('sqlite', one, 4.53), ratio('postgres', one + 5, 6.58)]),
    );
    assert.deepEqual(
      settled.map(({ median }) => median),
      [3.6, 8.5],
    );
  });

  it('is that of the runs in which a check was measured', () => {
    assert.equal(settle([[ratio('sqlite', 9, 4.53)], []])[0]?.holds, false);
  });

  it('finds a decline through the noise of a busy machine: a delivery that costs 2.5 times as much', () => {
    // Made up: what the loop and the store cost, µs, in three runs whose noise is that of a shared machine: ratios 2.4 to 4.8.
    const noise = [
      [45, 110],
      [33, 125],
      [25, 119],
    ] as const;
    const verdict = (factor: number) =>
      settle(
        noise.map(([loopUs, storeUs]) => guardCpu(compared(rows(1, 1, loopUs, storeUs * factor)), 'store', 'loop')),
      );
    assert.equal(verdict(1)[0]?.holds, true);
    assert.equal(verdict(2.5)[0]?.holds, false);
  });
});

const ratio = (promise: string, median: number, target: number): Check => ({
  ...{ promise, wants: 'at most', unit: '', target, median, least: median, most: median, holds: median <= target },
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DAY_MS, eraseBefore, lookAgainAt } from './retention.ts';
import { wall } from './time.ts';

const HOUR_MS = 3_600_000;
const NOW = wall(1_800_000_000_000);

describe('a tenant’s own retention', () => {
  for (const [own, installation, days] of [
    [null, 30, null],
    [1, 30, 1],
    [29, 30, 29],
    [30, 30, null],
    [30, 7, null],
  ] as const) {
    it(`of ${own} days, of an installation with ${installation}, erases after ${days}`, () => {
      assert.equal(eraseBefore(NOW, own, installation), days === null ? null : NOW - days * DAY_MS);
    });
  }
});

describe('an event that could not be erased', () => {
  for (const [overdue, hours] of [
    [0, 1],
    [4, 1],
    [8, 2],
    [48, 12],
    [96, 24],
    [10_000, 24],
    [-8, 2],
    [-10_000, 24],
  ] as const) {
    it(`and is overdue for ${overdue} hours is looked at again after ${hours}`, () => {
      const before = wall(NOW - DAY_MS);
      assert.equal(lookAgainAt(wall(before - overdue * HOUR_MS), before, NOW), NOW + hours * HOUR_MS);
    });
  }
});

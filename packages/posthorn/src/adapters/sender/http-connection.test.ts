import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lifeOf } from './http-connection.ts';

describe('the life of a connection', () => {
  for (const [what, leftMs, lifeMs] of [
    ['where no name server was asked', undefined, 300_000],
    ['where the answer is to be forgotten at once', 0, 10_000],
    ['where the answer should be forgotten by now', -5_000, 10_000],
    ['with less than 10 s left', 9_999, 10_000],
    ['with a minute left', 60_000, 60_000],
    ['with an hour left', 3_600_000, 300_000],
  ] as const) {
    it(`${what} is ${lifeMs / 1_000} s`, () => assert.equal(lifeOf(leftMs), lifeMs));
  }
});

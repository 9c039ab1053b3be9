import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { agoText, durationText } from './times.ts';

describe('durations', () => {
  it('have the two largest units and no more', () => {
    const cases: [number, string][] = [
      [0, '0 ms'],
      [12.4, '12 ms'],
      [1_432, '1.4 s'],
      [10_000, '10 s'],
      [59_400, '59 s'],
      [59_900, '1 min'],
      [200_000, '3 min 20 s'],
      [7_500_000, '2 h 5 min'],
      [356_400_000, '4 d 3 h'],
    ];
    for (const [ms, text] of cases) assert.equal(durationText(ms), text);
  });
});

describe('how long ago', () => {
  const now = Date.parse('2026-11-23T12:00:00.000Z');
  it('says both directions', () => {
    assert.equal(agoText('2026-11-23T11:59:59.700Z', now), 'just now');
    assert.equal(agoText('2026-11-23T11:59:46.000Z', now), '14 s ago');
    assert.equal(agoText('2026-11-23T11:00:00.000Z', now), '1 h ago');
    assert.equal(agoText('2026-11-20T12:00:00.000Z', now), '3 d ago');
    assert.equal(agoText('2026-11-23T12:00:14.500Z', now), 'in 14 s');
  });
});

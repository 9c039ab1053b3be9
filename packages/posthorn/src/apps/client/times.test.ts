import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { longMoment, readMoment, shortMoment } from './times.ts';

const NOW = Date.parse('2026-11-23T18:59:04.120Z');
const read = (text: string) => {
  const reading = readMoment(NOW)(text);
  return reading.ok ? reading.value : undefined;
};

describe('moments that people type', () => {
  it('may be so long ago', () => {
    assert.equal(read('90s'), '2026-11-23T18:57:34.120Z');
    assert.equal(read('15m'), '2026-11-23T18:44:04.120Z');
    assert.equal(read('15 min ago'), '2026-11-23T18:44:04.120Z');
    assert.equal(read('2h'), '2026-11-23T16:59:04.120Z');
    assert.equal(read('3d ago'), '2026-11-20T18:59:04.120Z');
    assert.equal(read('1w'), '2026-11-16T18:59:04.120Z');
  });

  it('may be days and times, in UTC unless they say otherwise', () => {
    assert.equal(read('2026-11-23'), '2026-11-23T00:00:00.000Z');
    assert.equal(read('2026-11-23 18:59'), '2026-11-23T18:59:00.000Z');
    assert.equal(read('2026-11-23T18:59:04.1Z'), '2026-11-23T18:59:04.100Z');
    assert.equal(read('2026-11-23T00:30+01:00'), '2026-11-22T23:30:00.000Z');
    assert.equal(read('2026-11-23t18:59:04.1234567z'), '2026-11-23T18:59:04.124Z');
  });

  it('are refused when nobody could say what is meant', () => {
    for (const text of ['', '2', 'yesterday', '2026-02-30', '2026-11-23T25:00', '23.11.2026', '-2h', '2h30', '2026'])
      assert.equal(read(text), undefined, text);
  });
});

describe('moments in tables', () => {
  it('say as much as is needed to tell them apart', () => {
    assert.equal(shortMoment('2026-11-23T08:01:02.000Z', NOW), '08:01:02');
    assert.equal(shortMoment('2026-11-22T08:01:02.000Z', NOW), '11-22 08:01');
    assert.equal(shortMoment('2025-11-23T08:01:02.000Z', NOW), '2025-11-23');
    assert.equal(longMoment('2026-11-22T08:01:02.003Z'), '2026-11-22 08:01:02.003 UTC');
  });
});

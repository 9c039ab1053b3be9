import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isoTime, MOMENT_PATTERN, readMoment, wall } from './time.ts';

const shaped = new RegExp(MOMENT_PATTERN);

describe('a moment by RFC 3339', () => {
  for (const [text, expected] of [
    ['2026-11-23T18:59:00Z', '2026-11-23T18:59:00.000Z'],
    ['2026-11-23T18:59:00.5Z', '2026-11-23T18:59:00.500Z'],
    ['2026-11-23T18:59:00.123Z', '2026-11-23T18:59:00.123Z'],
    ['2026-11-23t18:59:00z', '2026-11-23T18:59:00.000Z'],
    ['2026-11-23T19:59:00+01:00', '2026-11-23T18:59:00.000Z'],
    ['2026-11-23T13:29:00-05:30', '2026-11-23T18:59:00.000Z'],
    ['2026-11-23T18:59:00-00:00', '2026-11-23T18:59:00.000Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    // Finer than a millisecond: up, unless nothing is there.
    ['2026-11-23T18:59:00.123000000Z', '2026-11-23T18:59:00.123Z'],
    ['2026-11-23T18:59:00.123000001Z', '2026-11-23T18:59:00.124Z'],
    ['2026-11-23T18:59:59.999999Z', '2026-11-23T19:00:00.000Z'],
    [`2026-11-23T18:59:00.${'0'.repeat(90)}1Z`, '2026-11-23T18:59:00.001Z'],
  ] as const) {
    it(`${text.slice(0, 40)} is ${expected}`, () => {
      assert.match(text, shaped);
      const at = readMoment(text);
      assert.equal(at === undefined ? undefined : isoTime(at), expected);
    });
  }

  for (const text of [
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T23:60:00Z',
    '2026-12-31T23:59:60Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+01:60',
  ]) {
    it(`does not exist: ${text}`, () => {
      assert.match(text, shaped);
      assert.equal(readMoment(text), undefined);
    });
  }

  for (const text of [
    '',
    'now',
    '2026-01-01',
    '2026-01-01T00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00,5Z',
    '2026-01-01T00:00:00+0100',
    '2026-01-01T00:00:00+01',
    '+002026-01-01T00:00:00Z',
    '300000-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
    '1767225600000',
  ]) {
    it(`is none: ${JSON.stringify(text)}`, () => {
      assert.doesNotMatch(text, shaped);
      assert.equal(readMoment(text), undefined);
    });
  }

  it('reads what we write', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => readMoment(isoTime(wall(ms))) === ms),
    );
  });
});

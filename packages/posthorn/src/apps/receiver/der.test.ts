import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bits, integer, objectId, octets, time } from './der.ts';

const hex = (bytes: Buffer): string => bytes.toString('hex');

describe('DER', () => {
  for (const [length, head] of [
    [0x7f, '047f'],
    [0x80, '048180'],
    [0x1_00, '04820100'],
    [0x1_00_00, '0483010000'],
  ] as const) {
    it(`writes the length ${length}`, () => {
      const value = octets(Buffer.alloc(length));
      assert.equal(hex(value.subarray(0, head.length / 2)), head);
      assert.equal(value.length, head.length / 2 + length);
    });
  }

  it('keeps an integer positive', () => {
    assert.equal(hex(integer(Buffer.of(0x7f))), '02017f');
    assert.equal(hex(integer(Buffer.of(0x80))), '02020080');
  });

  it('writes an identifier in sevens of bits', () => {
    assert.equal(hex(objectId('1.2.840.10045.4.3.2')), '06082a8648ce3d040302');
  });

  it('says how many bits do not count', () => assert.equal(hex(bits(Buffer.of(0x80), 7)), '03020780'));

  it('writes years with two digits before 2050 and with four from then on', () => {
    assert.equal(time(new Date('2049-12-31T23:59:59.999Z')).subarray(2).toString(), '491231235959Z');
    assert.equal(time(new Date('2050-01-01T00:00:00Z')).subarray(2).toString(), '20500101000000Z');
  });
});

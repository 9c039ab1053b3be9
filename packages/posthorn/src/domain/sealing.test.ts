import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { keyCheck, matchesKeyCheck, seal, unseal } from './sealing.ts';

const key = Uint8Array.from({ length: 32 }, (_, i) => i);
const otherKey = Uint8Array.from({ length: 32 }, (_, i) => 32 - i);
const nonce = Uint8Array.from({ length: 12 }, (_, i) => i);
const context = 'endpoint:acme:1';
const plain = new TextEncoder().encode('{"secrets":["phsec_ä"]}');

// Made with another implementation (Python: HKDF and AESGCM): this is what lies in databases.
const SEALED =
  '0121d6242eca2755fc000102030405060708090a0b3abfd4cc1ca0847125c98ec39c407f40535dbdc068375786c8e5902472780988521a6a6570cf7e7e';
const KEY_CHECK = 'c3641cd8b884e9efd1771aef4ee54c1be0f63af7f97f1b955a03c375fce55891';

describe('sealing', () => {
  it('writes the format that is in databases', () => {
    assert.equal(Buffer.from(seal(key, nonce, context, plain)).toString('hex'), SEALED);
  });

  it('opens what is in databases', () => {
    assert.deepEqual(Buffer.from(unseal(key, context, Buffer.from(SEALED, 'hex')) ?? []), Buffer.from(plain));
  });

  it('gives back what was sealed, for any content, context, key and nonce', () => {
    const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
    fc.assert(
      fc.property(bytes(32), bytes(12), fc.string({ unit: 'binary' }), fc.uint8Array(), (k, n, where, what) => {
        assert.deepEqual(Buffer.from(unseal(k, where, seal(k, n, where, what)) ?? [-1]), Buffer.from(what));
      }),
    );
  });

  it('does not open for another context: swapped rows stay shut', () => {
    const sealed = seal(key, nonce, 'endpoint:acme:1', plain);
    assert.equal(unseal(key, 'endpoint:acme:2', sealed), undefined);
    assert.equal(unseal(key, 'endpoint:evil:1', sealed), undefined);
    assert.equal(unseal(key, '', sealed), undefined);
  });

  it('does not open with another key', () => {
    assert.equal(unseal(otherKey, context, seal(key, nonce, context, plain)), undefined);
  });

  it('does not open when any one bit was altered', () => {
    const sealed = seal(key, nonce, context, plain);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const altered = Uint8Array.from(sealed);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(unseal(key, context, altered), undefined, `bit ${bit}`);
    }
  });

  it('does not open when cut short or lengthened', () => {
    const sealed = seal(key, nonce, context, plain);
    for (let length = 0; length < sealed.length; length++) {
      assert.equal(unseal(key, context, sealed.subarray(0, length)), undefined, `${length} bytes`);
    }
    assert.equal(unseal(key, context, Uint8Array.of(...sealed, 0)), undefined);
  });

  it('tells keys apart without opening: the key id differs', () => {
    const id = (k: Uint8Array) => Buffer.from(seal(k, nonce, context, plain).subarray(1, 9)).toString('hex');
    assert.equal(id(key), id(Uint8Array.from(key)));
    assert.notEqual(id(key), id(otherKey));
  });

  it('shows nothing of the plain text', () => {
    assert.equal(Buffer.from(seal(key, nonce, context, plain)).includes('phsec'), false);
  });

  it('refuses keys and nonces of another length', () => {
    for (const size of [0, 16, 31, 33, 64]) {
      assert.throws(() => seal(new Uint8Array(size), nonce, context, plain), RangeError);
      assert.throws(() => unseal(new Uint8Array(size), context, Buffer.from(SEALED, 'hex')), RangeError);
      assert.throws(() => keyCheck(new Uint8Array(size)), RangeError);
      assert.throws(() => seal(key, new Uint8Array(size), context, plain), RangeError);
    }
  });
});

describe('the key check', () => {
  it('is the value that is in databases', () => assert.equal(Buffer.from(keyCheck(key)).toString('hex'), KEY_CHECK));

  it('knows its key and no other', () => {
    assert.equal(matchesKeyCheck(key, keyCheck(key)), true);
    assert.equal(matchesKeyCheck(otherKey, keyCheck(key)), false);
  });

  it('is not matched by values of another length', () => {
    const check = keyCheck(key);
    assert.equal(matchesKeyCheck(key, check.subarray(0, 31)), false);
    assert.equal(matchesKeyCheck(key, Uint8Array.of(...check, 0)), false);
    assert.equal(matchesKeyCheck(key, new Uint8Array(0)), false);
  });

  it('has nothing in common with what is stored in sealed rows', () => {
    const sealed = Buffer.from(seal(key, nonce, context, plain));
    assert.equal(sealed.includes(Buffer.from(keyCheck(key).subarray(0, 8))), false);
  });
});

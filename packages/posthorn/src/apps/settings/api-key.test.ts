import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { apiKey, hashApiKey, makeApiKey } from './api-key.ts';

const randomKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(makeApiKey);

describe('an API key', () => {
  it('has a prefix, 43 random characters and a checksum of 6', () => {
    assert.match(makeApiKey(new Uint8Array(32).fill(255)), /^ph_api_[0-9A-Za-z]{49}$/);
    fc.assert(fc.property(randomKey, (key) => apiKey(key).ok));
  });

  it('is refused when one character is mistyped', () => {
    fc.assert(
      fc.property(randomKey, fc.integer({ min: 7, max: 55 }), fc.constantFrom('x', 'Y', '3'), (key, at, other) => {
        const mistyped = key.slice(0, at) + other + key.slice(at + 1);
        return mistyped === key || !apiKey(mistyped).ok;
      }),
    );
  });

  it('may be made elsewhere, if it is long enough', () => {
    assert.equal(apiKey('0123456789abcdef').ok, true);
    assert.equal(apiKey('0123456789abcde').ok, false);
    assert.equal(apiKey('0123456789 abcdef').ok, false);
  });

  it('is kept as a SHA-256', () => {
    assert.equal(hashApiKey('x').length, 32);
  });
});

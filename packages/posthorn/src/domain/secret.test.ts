import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkSecret, makeSecret } from './secret.ts';

describe('a given secret', () => {
  for (const [secret, why] of [
    ['a'.repeat(16), '16 bytes'],
    ['a'.repeat(256), '256 bytes'],
    ['é'.repeat(8), '16 bytes in 8 characters'],
    ['🔑'.repeat(64), '256 bytes in 64 characters'],
    ['correct horse battery staple', 'spaces'],
    ['"\\/{}%&=+?#;:<>', 'any punctuation'],
  ] as const) {
    it(`may have ${why}`, () => assert.deepEqual(checkSecret(secret.padEnd(16, '.')), { ok: true }));
  }

  for (const [secret, why] of [
    ['', 'is empty'],
    ['a'.repeat(15), 'has 15 bytes'],
    ['a'.repeat(257), 'has 257 bytes'],
    [`${'é'.repeat(128)}a`, 'has 257 bytes in 129 characters'],
    ['0123456789abcdef\n', 'ends in a line end'],
    ['0123456789\tabcdef', 'has a tab'],
    ['0123456789\0abcdef', 'has a NUL'],
    ['0123456789abcdef\u007f', 'has a DEL'],
    ['0123456789abcdef\u0085', 'has a C1 control'],
    ['0123456789abcdef\ud800', 'has a lone surrogate'],
  ] as const) {
    it(`is refused when it ${why}`, () => {
      const check = checkSecret(secret);
      assert.equal(check.ok, false);
      assert.ok(!check.ok && check.reason.endsWith('.'));
    });
  }

  it('may be shorter where an installation says so, but not empty', () => {
    for (const secret of ['a', 'a'.repeat(15)]) assert.deepEqual(checkSecret(secret, 1), { ok: true });
    for (const secret of ['', 'a\n', 'a'.repeat(257)]) assert.equal(checkSecret(secret, 1).ok, false);
  });

  it('is never repeated in the reason of its refusal', () => {
    for (const secret of ['hunter2', `hunter2${'a'.repeat(300)}`, 'hunter2hunter2hunter2\n']) {
      const check = checkSecret(secret);
      assert.ok(!check.ok && !check.reason.includes('hunter2'));
    }
  });
});

describe('a made secret', () => {
  it('is readable text that begins with phsec_', () => {
    assert.equal(makeSecret(new Uint8Array(32).fill(0xff)), `phsec_${'_'.repeat(42)}8`);
  });

  it('may be given back as it is, and carries every random bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (random) => {
        const secret = makeSecret(random);
        assert.match(secret, /^phsec_[A-Za-z0-9_-]{43}$/);
        assert.deepEqual(checkSecret(secret), { ok: true });
        assert.deepEqual(Uint8Array.from(Buffer.from(secret.slice(6), 'base64url')), random);
      }),
    );
  });

  it('is not made of fewer or more bytes', () => {
    assert.throws(() => makeSecret(new Uint8Array(31)), RangeError);
    assert.throws(() => makeSecret(new Uint8Array(33)), RangeError);
  });
});

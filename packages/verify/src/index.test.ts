import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { type SignedCall, verify } from './index.ts';

const secret = 'phsec_0123456789abcdef';
const other = 'phsec_fedcba9876543210';
const rawBody = '{"eventId":"0192d3a4-5b6c-7d8e-9f00-112233445566","n":300.20}';
const hex = '0bbd2faa67a60ad11bf5e5919a21e2bd8953542045c5975334e9b3744333cab6';
const signature = `sha256=${hex}`;
const utf8 = (text: string) => new TextEncoder().encode(text);

// Every signature in this file is from: openssl dgst -sha256 -hmac '<secret>' <file>
describe('a genuine call is told from its raw bytes', () => {
  for (const [what, key, body, expected] of [
    ['compact JSON', secret, rawBody, hex],
    [
      'JSON with white space, escapes and characters outside ASCII',
      secret,
      '{ "eventId" : "0192d3a4-5b6c-7d8e-9f00-112233445566",\n  "name" : "Zo\\u00eb 🦊" }',
      '8651d906dc46ca69343bc35899f89b63d17a10b760c4ff2f6c3358d1ce36d8ae',
    ],
    [
      'bytes that are no text',
      secret,
      Uint8Array.of(0x00, 0xff, 0xfe, 0x80),
      '1f1e43f64260e2dfe1a4edc975ca69085263998a7a684ca87f6c589f8bdd2688',
    ],
    ['an empty body', secret, '', '9dfb5ae2a048f0183136cf7767ae72479499342df80d0c083672928bd7d57e9d'],
    [
      'a secret outside ASCII',
      'gehëim-🔑-token-16',
      rawBody,
      'c8025575a778d1d7f2c5fb3f25d777907a0911cfd55a5a1573c6056fccc52156',
    ],
    [
      'a secret of 200 characters',
      'k'.repeat(200),
      '{"a":1}',
      '592b04aab65e9ad690c48eeb11da55f0dedeb534c0c97aabf8e20870a293e61a',
    ],
  ] as const) {
    it(what, async () => {
      const bytes = typeof body === 'string' ? utf8(body) : body;
      const view = new Uint8Array(Uint8Array.of(7, ...bytes, 7).buffer, 1, bytes.length);
      const bodies = [
        bytes,
        view,
        Buffer.from(bytes),
        bytes.slice().buffer,
        ...(typeof body === 'string' ? [body] : []),
      ];
      for (const raw of bodies) {
        const call = { method: 'POST', secret: key, signature: `sha256=${expected}` } as const;
        assert.equal(await verify({ ...call, rawBody: raw }), true);
        assert.equal(await verify({ ...call, rawBody: raw, secret: `${key}.` }), false);
        assert.equal(await verify({ ...call, rawBody: Buffer.concat([bytes, utf8(' ')]) }), false);
      }
    });
  }

  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
    it(`of a ${method} call, the body`, async () => {
      assert.equal(await verify({ method, rawBody, signature, secret }), true);
    });
  }

  for (const [query, expected] of [
    ["idProject=1234&name=Zo%C3%AB+M'&x=%2F", 'f55f8f30a290e85ad2102d0d7fadbd560b6720a1f6c307bffa6e66dbe3dc25cc'],
    ['a=1?b=2', '32fdd9ed10745ec6a00514905b156b97728858a433e26d8560f571eac657aa07'],
    ['', '9dfb5ae2a048f0183136cf7767ae72479499342df80d0c083672928bd7d57e9d'],
  ] as const) {
    it(`of a GET call, the query as it arrived: ${query || 'none'}`, async () => {
      const call = { method: 'GET', signature: `sha256=${expected}`, secret } as const;
      assert.equal(await verify({ ...call, rawQuery: query }), true);
      assert.equal(await verify({ ...call, rawQuery: `?${query}` }), false);
      assert.equal(await verify({ ...call, rawQuery: `${decodeURIComponent(query)} ` }), false);
    });
  }

  it('and no other', async () => {
    const bytes = utf8(rawBody);
    for (let bit = 0; bit < bytes.length * 8; bit += 5) {
      const altered = bytes.slice();
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(await verify({ method: 'POST', rawBody: altered, signature, secret }), false);
    }
  });

  it('though the bytes change while they are verified', async () => {
    const bytes = utf8(rawBody);
    const verified = verify({ method: 'POST', rawBody: bytes, signature, secret });
    bytes.fill(0);
    assert.equal(await verified, true);
  });

  it('though they come from another realm', async () => {
    const foreign = runInNewContext('Uint8Array.from(bytes)', { bytes: [...utf8(rawBody)] });
    assert.equal(foreign instanceof Uint8Array, false);
    assert.equal(await verify({ method: 'POST', rawBody: foreign, signature, secret }), true);
    assert.equal(await verify({ method: 'POST', rawBody: foreign.buffer, signature, secret }), true);
  });
});

describe('while a secret is being replaced', () => {
  it('any of several is good', async () => {
    for (const secrets of [[secret], [secret, other], [other, secret], [other, secret, other, 'third']]) {
      assert.equal(await verify({ method: 'POST', rawBody, signature, secrets }), true);
    }
  });

  it('none of them is not', async () => {
    assert.equal(await verify({ method: 'POST', rawBody, signature, secrets: [other, 'third'] }), false);
  });

  it('every one is tried, wherever the right one stands', async (t) => {
    const spy = t.mock.method(crypto.subtle, 'verify');
    await verify({ method: 'POST', rawBody, signature, secrets: [secret, other, 'third'] });
    assert.equal(spy.mock.callCount(), 3);
  });
});

describe('what a stranger may send as signature is false, never an error', () => {
  for (const [what, header] of [
    ['nothing', undefined],
    ['null, as Headers.get gives it', null],
    ['an empty header', ''],
    ['only the name of the scheme', 'sha256='],
    ['no name of the scheme', hex],
    ['another scheme', `sha1=${hex}`],
    ['the scheme in capitals', `SHA256=${hex}`],
    ['hex in capitals', `sha256=${hex.toUpperCase()}`],
    ['63 digits', `sha256=${hex.slice(1)}`],
    ['65 digits', `sha256=${hex}0`],
    ['32 digits', `sha256=${hex.slice(32)}`],
    ['128 digits', `sha256=${hex}${hex}`],
    ['a digit that is none', `sha256=g${hex.slice(1)}`],
    ['a space before', ` ${signature}`],
    ['a space behind', `${signature} `],
    ['a line end behind', `${signature}\n`],
    ['base64', `sha256=${Buffer.from(hex, 'hex').toString('base64')}`],
    ['two signatures joined', `${signature}, ${signature}`],
    ['two signatures in a list', [signature, signature]],
    ['an empty list', []],
    ['characters outside ASCII', `sha256=${'٣'.repeat(64)}`],
    ['zeros', `sha256=${'0'.repeat(64)}`],
    ['a megabyte', `sha256=${'a'.repeat(1_000_000)}`],
  ] as const) {
    it(what, async () => {
      assert.equal(await verify({ method: 'POST', rawBody, signature: header, secret }), false);
      assert.equal(await verify({ method: 'GET', rawQuery: rawBody, signature: header, secret }), false);
    });
  }

  it('and so is any other text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^sha256=[0-9a-f]{64}$/)),
        async (header) => {
          assert.equal(await verify({ method: 'POST', rawBody, signature: header, secret }), header === signature);
        },
      ),
    );
  });

  it('but a list of the one right signature is right', async () => {
    assert.equal(await verify({ method: 'POST', rawBody, signature: [signature], secret }), true);
  });
});

describe('what only the receiver’s code can get wrong is a TypeError that says so', () => {
  /** As JavaScript calls it, without types to stop it. */
  const untyped = (call: object) => Reflect.apply(verify, undefined, [call]);
  for (const [what, call, message] of [
    ['no secret', { method: 'POST', rawBody, signature }, /There is no secret.*environment variable/],
    ['an unset secret', { method: 'POST', rawBody, signature, secret: undefined }, /no secret/],
    ['an empty secret', { method: 'POST', rawBody, signature, secret: '' }, /no secret/],
    ['a secret that is no text', { method: 'POST', rawBody, signature, secret: utf8(secret) }, /no secret/],
    ['an empty list of secrets', { method: 'POST', rawBody, signature, secrets: [] }, /no secret/],
    ['an unset secret in the list', { method: 'POST', rawBody, signature, secrets: [secret, undefined] }, /no secret/],
    ['an empty secret in the list', { method: 'POST', rawBody, signature, secrets: ['', secret] }, /no secret/],
    ['secrets that are no list', { method: 'POST', rawBody, signature, secrets: secret }, /no secret/],
    ['secret and secrets', { method: 'POST', rawBody, signature, secret, secrets: [secret] }, /one of them/],
    ['no method', { rawBody, signature, secret }, /method must be/],
    [
      'a parsed body',
      { method: 'POST', rawBody: JSON.parse(rawBody), signature, secret },
      /parsed value \(object\).*README/,
    ],
    ['a parsed number', { method: 'POST', rawBody: 5, signature, secret }, /parsed value \(number\)/],
    ['bytes in a plain list', { method: 'POST', rawBody: [...utf8(rawBody)], signature, secret }, /parsed value/],
    ['wider numbers', { method: 'POST', rawBody: new Uint16Array(4), signature, secret }, /parsed value/],
    ['no body', { method: 'POST', signature, secret }, /rawBody is missing/],
    ['the query of a POST', { method: 'POST', rawQuery: 'a=1', signature, secret }, /rawBody is missing/],
    ['no query', { method: 'GET', signature, secret }, /rawQuery must be/],
    ['the body of a GET', { method: 'GET', rawBody, signature, secret }, /rawQuery must be/],
    ['a parsed query', { method: 'GET', rawQuery: new URLSearchParams('a=1'), signature, secret }, /rawQuery must be/],
  ] as const) {
    it(what, async () => {
      await assert.rejects(
        untyped(call),
        (error: unknown) => error instanceof TypeError && message.test(error.message),
      );
    });
  }

  it('even when the signature is missing, so that it shows at the first call', async () => {
    await assert.rejects(untyped({ method: 'POST', rawBody: {}, secret }), TypeError);
    await assert.rejects(untyped({ method: 'POST', rawBody }), TypeError);
  });

  it('and never repeats the secret', async () => {
    await assert.rejects(untyped({ method: 'POST', rawBody: {}, signature, secret }), (error: unknown) => {
      return error instanceof Error && !`${error.stack}`.includes(secret);
    });
  });

  it('and the types refuse it before it runs', () => {
    const calls: readonly (() => SignedCall)[] = [
      // @ts-expect-error a GET call is signed over its query
      () => ({ method: 'GET', rawBody, signature, secret }),
      // @ts-expect-error a POST call is signed over its body
      () => ({ method: 'POST', rawQuery: '', signature, secret }),
      // @ts-expect-error not both
      () => ({ method: 'POST', rawBody, rawQuery: '', signature, secret }),
      // @ts-expect-error a secret is needed
      () => ({ method: 'POST', rawBody, signature }),
      // @ts-expect-error not both
      () => ({ method: 'POST', rawBody, signature, secret, secrets: [secret] }),
      // @ts-expect-error the header must be handed over, though it may be missing from the request
      () => ({ method: 'POST', rawBody, secret }),
      // @ts-expect-error a parsed body is not the raw body
      () => ({ method: 'POST', rawBody: { a: 1 }, signature, secret }),
    ];
    assert.equal(calls.length, 7);
  });
});

describe('the package', () => {
  it('runs where there is nothing but Web Crypto and TextEncoder', async () => {
    const source = stripTypeScriptTypes(readFileSync(new URL('./index.ts', import.meta.url), 'utf8'));
    const bare = runInNewContext(`${source.replaceAll(/^export /gm, '')}\nverify`, { crypto, TextEncoder });
    assert.equal(await bare({ method: 'POST', rawBody, signature, secret }), true);
    assert.equal(await bare({ method: 'POST', rawBody: utf8(rawBody), signature, secrets: [other, secret] }), true);
    assert.equal(await bare({ method: 'POST', rawBody, signature, secret: other }), false);
    assert.equal(await bare({ method: 'GET', rawQuery: rawBody, signature, secret }), true);
  });

  it('depends on nothing', () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies'])
      assert.equal(kind in manifest, false);
  });
});

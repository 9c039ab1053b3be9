import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type AttemptId, type EventId, makeId } from './ids.ts';
import { type CallDress, dressCall, signatureOf, signingKeyOf } from './profile.ts';

const attemptId = makeId<AttemptId>(1_700_000_000_000, new Uint8Array(10));
const eventId = makeId<EventId>(1_700_000_000_001, new Uint8Array(10));
const utf8 = (text: string) => new TextEncoder().encode(text);

function dress(parts: Partial<CallDress> = {}) {
  return dressCall({
    headerPrefix: 'x-iadvize-',
    userAgent: 'Posthorn/1.2.3',
    attemptId,
    eventId,
    body: utf8('{"name":"Zoë 🦊"}'),
    signingKey: signingKeyOf('phsec_0123456789abcdef'),
    extraHeaders: {},
    ...parts,
  });
}

describe('the signature', () => {
  // Each from: openssl dgst -sha256 -hmac '<secret>' <file>
  for (const [secret, body, hex] of [
    [
      'phsec_0123456789abcdef',
      '{"eventId":"0192d3a4-5b6c-7d8e-9f00-112233445566","n":300.20}',
      '0bbd2faa67a60ad11bf5e5919a21e2bd8953542045c5975334e9b3744333cab6',
    ],
    ['phsec_0123456789abcdef', '{"name":"Zoë 🦊"}', 'ea4b548e31a489f5de8ebd1214623b866d6d7341fd416daee688f618bb5fbe33'],
    ['phsec_0123456789abcdef', '', '9dfb5ae2a048f0183136cf7767ae72479499342df80d0c083672928bd7d57e9d'],
    [
      'gehëim-🔑-token-16',
      '{"eventId":"0192d3a4-5b6c-7d8e-9f00-112233445566","n":300.20}',
      'c8025575a778d1d7f2c5fb3f25d777907a0911cfd55a5a1573c6056fccc52156',
    ],
  ] as const) {
    it(`is what openssl computes: ${secret} over ${body.slice(0, 20) || 'nothing'}`, () => {
      assert.equal(signatureOf(signingKeyOf(secret), utf8(body)), `sha256=${hex}`);
    });
  }

  it('is over the raw bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.uint8Array(), (secret, body) => {
        const expected = createHmac('sha256', Buffer.from(secret, 'utf8')).update(body).digest('hex');
        assert.equal(signatureOf(signingKeyOf(secret), body), `sha256=${expected}`);
      }),
    );
  });
});

describe('a call is dressed', () => {
  it('with exactly the headers of the contract', () => {
    assert.deepEqual(dress(), [
      ['accept', '*/*'],
      ['content-type', 'application/json'],
      ['user-agent', 'Posthorn/1.2.3'],
      ['x-iadvize-delivery', attemptId],
      ['x-iadvize-correlationid', eventId],
      ['x-iadvize-signature', 'sha256=ea4b548e31a489f5de8ebd1214623b866d6d7341fd416daee688f618bb5fbe33'],
    ]);
  });

  it('with the prefix that was set', () => {
    const names = dress({ headerPrefix: 'x-acme-' }).map(([name]) => name);
    assert.deepEqual(names.slice(3), ['x-acme-delivery', 'x-acme-correlationid', 'x-acme-signature']);
  });

  it('with the endpoint’s headers first and ours last', () => {
    const headers = dress({ extraHeaders: { authorization: 'Bearer abc', 'x-team': 'blue' } });
    assert.deepEqual(headers.slice(0, 2), [
      ['authorization', 'Bearer abc'],
      ['x-team', 'blue'],
    ]);
    assert.equal(headers.length, 8);
  });

  it('with the endpoint’s own accept in the place of ours', () => {
    const headers = dress({ extraHeaders: { accept: 'application/json' } });
    assert.deepEqual(
      headers.filter(([name]) => name === 'accept'),
      [['accept', 'application/json']],
    );
  });

  it('with ours even where an endpoint’s header has the same name', () => {
    const headers = dress({
      headerPrefix: 'x-acme-',
      extraHeaders: { 'content-type': 'text/plain', 'user-agent': 'evil', 'x-acme-signature': 'sha256=00', 'x-b': '1' },
    });
    assert.deepEqual(headers[0], ['x-b', '1']);
    assert.equal(new Set(headers.map(([name]) => name)).size, headers.length);
    assert.deepEqual(headers.slice(1), dress({ headerPrefix: 'x-acme-' }));
  });
});

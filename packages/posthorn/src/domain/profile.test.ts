import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type AttemptId, type EventId, makeId } from './ids.ts';
import {
  type HeaderFacts,
  headerNamesOf,
  headersOf,
  readSenderProfile,
  type SenderProfile,
  signatureOf,
  signingKeyOf,
  writeSenderProfile,
} from './profile.ts';

const attemptId = makeId<AttemptId>(1_700_000_000_000, new Uint8Array(10));
const eventId = makeId<EventId>(1_700_000_000_001, new Uint8Array(10));
const utf8 = (text: string) => new TextEncoder().encode(text);

const SENDER: SenderProfile = { names: headerNamesOf('x-iadvize-'), userAgent: 'Posthorn/1.2.3' };
const ACME: SenderProfile = { ...SENDER, names: headerNamesOf('x-acme-') };

function headers(facts: Partial<HeaderFacts> = {}, sender = SENDER) {
  return headersOf({ attemptId, eventId, signature: 'sha256=00', extraHeaders: {}, ...facts }, sender);
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

describe('the headers of a call', () => {
  it('are exactly those of the contract', () => {
    assert.deepEqual(headers(), [
      ['accept', '*/*'],
      ['content-type', 'application/json'],
      ['user-agent', 'Posthorn/1.2.3'],
      ['x-iadvize-delivery', attemptId],
      ['x-iadvize-correlationid', eventId],
      ['x-iadvize-signature', 'sha256=00'],
    ]);
  });

  it('have the prefix that was set', () => {
    const names = headers({}, ACME).map(([name]) => name);
    assert.deepEqual(names.slice(3), ['x-acme-delivery', 'x-acme-correlationid', 'x-acme-signature']);
  });

  it('have the names that were set one by one, in their capitals', () => {
    const names = {
      prefix: 'x-acme-',
      delivery: 'X-Request-ID',
      correlationId: 'X-Event',
      signature: 'X-Hub-Signature',
    };
    const sent = headers({}, { ...SENDER, names }).map(([name]) => name);
    assert.deepEqual(sent.slice(3), ['X-Request-ID', 'X-Event', 'X-Hub-Signature']);
  });

  it('begin with the endpoint’s own', () => {
    const sent = headers({ extraHeaders: { authorization: 'Bearer abc', 'x-team': 'blue' } });
    assert.deepEqual(sent.slice(0, 2), [
      ['authorization', 'Bearer abc'],
      ['x-team', 'blue'],
    ]);
    assert.equal(sent.length, 8);
  });

  it('have the endpoint’s own accept in the place of ours', () => {
    const sent = headers({ extraHeaders: { accept: 'application/json' } });
    assert.deepEqual(
      sent.filter(([name]) => name === 'accept'),
      [['accept', 'application/json']],
    );
  });

  it('have ours even where an endpoint’s header has the same name in whatever capitals', () => {
    const own = { 'content-type': 'text/plain', 'user-agent': 'evil', 'x-acme-signature': 'sha256=00', 'x-b': '1' };
    for (const sender of [ACME, { ...ACME, names: { ...ACME.names, prefix: 'x-', signature: 'X-Acme-Signature' } }]) {
      const sent = headers({ extraHeaders: { ...own, 'y-b': '2' } }, sender);
      assert.deepEqual(sent.slice(-6), headers({}, sender));
      assert.equal(new Set(sent.map(([name]) => name.toLowerCase())).size, sent.length);
    }
  });
});

describe('a sender profile as text', () => {
  it('reads as it was written, and equal ones are equal texts', () => {
    for (const sender of [SENDER, ACME]) assert.deepEqual(readSenderProfile(writeSenderProfile(sender)), sender);
    assert.equal(writeSenderProfile(ACME), writeSenderProfile({ userAgent: ACME.userAgent, names: { ...ACME.names } }));
    assert.notEqual(writeSenderProfile(ACME), writeSenderProfile(SENDER));
  });

  it('of a profile that this program does not know is none', () => {
    for (const text of ['{}', '"x"', 'null', '{"profile":"svix"}', '{"profile":"iadvize","prefix":1}']) {
      assert.equal(readSenderProfile(text), undefined, text);
    }
  });
});

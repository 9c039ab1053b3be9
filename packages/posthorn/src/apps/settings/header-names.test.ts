import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headerNames } from './header-names.ts';
import { SettingsError } from './read.ts';
import { headerName } from './values.ts';

const NONE = {
  headerPrefix: 'x-acme-',
  headerDelivery: undefined,
  headerCorrelationId: undefined,
  headerSignature: undefined,
};

describe('the names of our headers', () => {
  it('are the prefix and the contract’s words, unless they were set', () => {
    assert.deepEqual(headerNames(NONE), {
      prefix: 'x-acme-',
      delivery: 'x-acme-delivery',
      correlationId: 'x-acme-correlationid',
      signature: 'x-acme-signature',
    });
    const set = { headerDelivery: 'X-Request-ID', headerCorrelationId: 'Event', headerSignature: 'X-Hub-Signature' };
    assert.deepEqual(headerNames({ ...NONE, ...set }), {
      prefix: 'x-acme-',
      delivery: 'X-Request-ID',
      correlationId: 'Event',
      signature: 'X-Hub-Signature',
    });
  });

  it('differ from each other in more than capitals', () => {
    for (const headerSignature of ['X-ACME-Delivery', 'x-acme-correlationid']) {
      assert.throws(() => headerNames({ ...NONE, headerSignature }), SettingsError);
    }
  });
});

describe('a header’s name', () => {
  for (const name of ['X-Hub-Signature-256', 'signature', 'a', 'X'.repeat(64)]) {
    it(`may be ${name}`, () => assert.deepEqual(headerName(name), { ok: true, value: name }));
  }
  const others = [
    'Content-Type',
    'user-agent',
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'Accept',
    'Proxy-Auth',
    'Cookie',
  ];
  for (const name of [...others, 'Authorization', '', '1a', 'x y', 'x:y', 'x\r\ny', 'ü', 'X'.repeat(65)]) {
    it(`may not be ${JSON.stringify(name)}`, () => assert.equal(headerName(name).ok, false));
  }
});

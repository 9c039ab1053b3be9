import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closest } from './closest.ts';
import { allowedNetwork, network } from './networks.ts';
import { encryptionKey, host, listOf, plainHttp, type Reader, userAgent } from './values.ts';

const takes = (read: Reader<unknown>, text: string) => read(text).ok;

describe('a list of networks', () => {
  const networks = listOf(allowedNetwork);

  it('is parted by commas or spaces', () => {
    assert.deepEqual(networks('127.0.0.0/8, fd00::/8 10.1.0.0/16'), {
      ok: true,
      value: ['127.0.0.0/8', 'fd00::/8', '10.1.0.0/16'],
    });
  });

  for (const bad of [
    '0.0.0.0/0',
    '::/0',
    '0.0.0.0/1',
    '8000::/1',
    '127.0.0.1',
    '127.0.0.1/8',
    '300.0.0.0/8',
    'localhost',
    '10.0.0.0/33',
    ',',
  ]) {
    it(`refuses ${bad}`, () => assert.equal(takes(networks, bad), false));
  }

  it('names the bad entry and says why', () => {
    const reading = networks('127.0.0.0/8,0.0.0.0/1');
    assert.match(reading.ok ? '' : reading.allowed, /switch the guard .* "0\.0\.0\.0\/1" is not$/);
  });
});

describe('a denied network', () => {
  it('may be larger than any private one, but not everything', () => {
    for (const good of ['2000::/3', '0.0.0.0/1', '203.0.113.7/32']) assert.equal(takes(network, good), true, good);
    for (const bad of ['0.0.0.0/0', '::/0', '203.0.113.7', '203.0.113.7/24'])
      assert.equal(takes(network, bad), false, bad);
  });
});

describe('where plain HTTP may go', () => {
  it('is nowhere, named networks or everywhere', () => {
    for (const [text, value] of [
      ['true', true],
      ['networks', 'networks'],
      ['false', false],
    ] as const) {
      assert.deepEqual(plainHttp(text), { ok: true, value });
    }
    for (const bad of ['TRUE', 'network', 'yes', '']) assert.equal(takes(plainHttp, bad), false, bad);
  });
});

describe('a user agent', () => {
  it('is one line of printable ASCII', () => {
    for (const text of ['Acme', 'Acme-Webhooks/1.0 (+https://acme.example)', 'x'.repeat(256)]) {
      assert.deepEqual(userAgent(text), { ok: true, value: text });
    }
    for (const bad of ['', ' ', ' Acme', 'Acme ', 'Acme\r\nx: y', 'Acm\u00e9', 'x'.repeat(257)]) {
      assert.equal(takes(userAgent, bad), false, bad);
    }
  });
});

describe('an encryption key', () => {
  const bytes = Buffer.alloc(32, 0xfb);

  it('is 32 bytes in base64 of either alphabet or in hexadecimal', () => {
    for (const text of [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')]) {
      assert.deepEqual(encryptionKey(text), { ok: true, value: new Uint8Array(bytes) });
    }
  });

  it('is nothing shorter or longer', () => {
    for (const size of [0, 16, 31, 33, 64])
      assert.equal(takes(encryptionKey, Buffer.alloc(size).toString('base64')), false);
  });
});

describe('a host', () => {
  for (const good of ['127.0.0.1', '::1', '::', '0.0.0.0', 'localhost', 'posthorn-1.example.com']) {
    it(`may be ${good}`, () => assert.equal(takes(host, good), true));
  }
  for (const bad of ['[::1]', 'localhost:80', 'a_b', '-a', 'a..b', '256.1.1.1', '1', '*']) {
    it(`may not be ${bad}`, () => assert.equal(takes(host, bad), false));
  }
});

describe('did you mean', () => {
  const known = ['PORT', 'HOST', 'DATA', 'DATABASE_URL', 'RETENTION_DAYS'];

  it('finds swapped, missing and wrong letters', () => {
    assert.equal(closest('PROT', known), 'PORT');
    assert.equal(closest('RETENTION_DAY', known), 'RETENTION_DAYS');
    assert.equal(closest('DB_URL', ['DATABASE_URL', 'HOST']), undefined);
    assert.equal(closest('hots', known), 'HOST');
  });
});

// The way to a callback URL, walked on loopback.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { SenderSettings } from '../../src/adapters/sender/index.ts';
import { type Probe, type ProbeWorld, probe } from '../../src/adapters/sender/probe.ts';
import type { Answer } from '../../src/adapters/sender/resolver.ts';
import { createAuthority, type IssuedCertificate } from '../../src/apps/receiver/certificates.ts';
import { startReceiver } from '../support/receivers.ts';
import { networks } from '../support/senders.ts';

let caPem: string;
let certificate: IssuedCertificate;

before(async () => {
  const authority = await createAuthority();
  caPem = authority.caPem;
  certificate = await authority.issue(['receiver.example']);
});

const resolving = (answer: Answer): ProbeWorld => ({
  resolver: { lookup: () => Promise.resolve(answer), silent: () => false, close: () => {} },
  ownAddresses: () => ['203.0.114.7'],
});
const LOOPBACK: Answer = { addresses: ['127.0.0.1'] };

async function walk(
  url: string,
  answer: Answer = LOOPBACK,
  allowed: readonly string[] = ['127.0.0.0/8'],
  more: Partial<SenderSettings> = {},
): Promise<Probe> {
  const settings = { allowed: networks(...allowed), denied: [], allowHttp: false, extraCa: [caPem], ...more };
  return await probe(url, settings, resolving(answer));
}
const steps = (walked: Probe) => walked.steps.map(({ step }) => step);

describe('the way to a callback URL', () => {
  it('is walked to its end, and nothing is sent', async () => {
    await using receiver = await startReceiver({ tls: { cert: certificate.certPem, key: certificate.keyPem } });
    const walked = await walk(`https://receiver.example:${receiver.port}/hook`);
    assert.deepEqual([steps(walked), walked.failure], [['name', 'tcp', 'tls'], undefined]);
    const [name, tcp, tls] = walked.steps;
    assert.ok(name?.step === 'name' && tcp?.step === 'tcp' && tls?.step === 'tls');
    assert.deepEqual([name.addresses, name.refused, tcp.address], [['127.0.0.1'], [], '127.0.0.1']);
    assert.match(tls.protocol, /^TLSv1\.[23]$/);
    assert.ok(tls.validUntilMs > Date.now());
    assert.equal(receiver.bytes(), 0);
  });

  it('ends before a connection when one of its addresses may not be called', async () => {
    await using receiver = await startReceiver();
    const url = `https://receiver.example:${receiver.port}/`;
    const walked = await walk(url, { addresses: ['192.0.2.7', '127.0.0.1'] }, ['192.0.2.0/24']);
    assert.deepEqual(steps(walked), ['name']);
    assert.match(walked.failure ?? '', /^127\.0\.0\.1 is not public/);
    assert.equal(receiver.connections(), 0);
  });

  it('ends where there is no name, nobody who listens, or no certificate for it', async () => {
    assert.match(
      (await walk('https://gone.example/', { failure: 'no_such_name' })).failure ?? '',
      /gone\.example has no address/,
    );
    assert.match((await walk('https://receiver.example:1/')).failure ?? '', /Nothing accepts connections/);
    await using receiver = await startReceiver({ tls: { cert: certificate.certPem, key: certificate.keyPem } });
    const other = await walk(`https://other.example:${receiver.port}/`);
    assert.deepEqual(steps(other), ['name', 'tcp']);
    assert.match(other.failure ?? '', /certificate is for another host name/);
  });

  it('goes on to the next address, and tells which one failed', async () => {
    await using receiver = await startReceiver({ tls: { cert: certificate.certPem, key: certificate.keyPem } });
    const walked = await walk(`https://receiver.example:${receiver.port}/`, { addresses: ['127.0.0.2', '127.0.0.1'] });
    assert.deepEqual([steps(walked), walked.failure], [['name', 'failure', 'tcp', 'tls'], undefined]);
    assert.deepEqual(walked.steps[1], { step: 'failure', address: '127.0.0.2', stage: 'tcp', code: 'ECONNREFUSED' });
  });

  it('tells of each of several addresses that failed', async () => {
    const walked = await walk('https://receiver.example:1/', { addresses: ['127.0.0.2', '127.0.0.1'] });
    assert.deepEqual(steps(walked), ['name', 'failure', 'failure']);
    assert.match(walked.failure ?? '', /2 addresses were tried/);
  });

  for (const [what, url, answer, settings, failure] of [
    [
      'inside',
      'https://receiver.example/',
      ['10.0.0.7'],
      {},
      /10\.0\.0\.7 is not public \(it is private\).*POSTHORN_ALLOW_NETWORKS\.$/,
    ],
    [
      'own',
      'https://receiver.example/',
      ['203.0.114.7'],
      {},
      /203\.0\.114\.7 is one of .* own addresses.*POSTHORN_ALLOW_NETWORKS\.$/,
    ],
    [
      'own over NAT64',
      'https://receiver.example/',
      ['64:ff9b::cb00:7207'],
      {},
      /64:ff9b::cb00:7207 is one of .* own addresses/,
    ],
    [
      'denied',
      'https://receiver.example/',
      ['8.8.8.8'],
      { denied: networks('8.8.8.0/24') },
      /POSTHORN_DENY_NETWORKS denies.*out of POSTHORN_DENY_NETWORKS\.$/,
    ],
    ['written inside', 'https://10.0.0.7/', [], {}, /POSTHORN_ALLOW_NETWORKS allows/],
    ['written denied', 'https://8.8.8.8/', [], { denied: networks('8.8.8.0/24') }, /POSTHORN_DENY_NETWORKS/],
    [
      'plain HTTP to a public',
      'http://receiver.example/',
      ['8.8.8.8'],
      { allowHttp: 'networks' as const },
      /POSTHORN_ALLOW_HTTP/,
    ],
  ] as const) {
    it(`does not go to an address that is ${what}, and names the way out`, async () => {
      const walked = await walk(url, { addresses: answer }, ['127.0.0.0/8'], settings);
      assert.match(walked.failure ?? '', failure);
    });
  }

  it('does not begin at a URL that would not be taken', async () => {
    const walked = await walk('http://receiver.example/');
    assert.deepEqual(walked.steps, []);
    assert.match(walked.failure ?? '', /^The URL must start with https:\/\/\. .*POSTHORN_ALLOW_HTTP/);
  });
});

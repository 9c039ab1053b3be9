// The way to a callback URL, walked on loopback.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
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
  ownAddresses: () => [],
});
const LOOPBACK: Answer = { addresses: ['127.0.0.1'] };

async function walk(
  url: string,
  answer: Answer = LOOPBACK,
  allowed: readonly string[] = ['127.0.0.0/8'],
): Promise<Probe> {
  const settings = { allowed: networks(...allowed), allowHttp: false, extraCa: [caPem] };
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

  it('does not begin at a URL that would not be taken', async () => {
    const walked = await walk('http://receiver.example/');
    assert.deepEqual([walked.steps, walked.failure], [[], 'The URL must start with https://.']);
  });
});

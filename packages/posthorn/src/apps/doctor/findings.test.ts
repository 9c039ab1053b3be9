import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OVERTAKEN } from '../../adapters/sender/failures.ts';
import { createAuthority } from '../receiver/certificates.ts';
import { bytesText, type Finding } from './finding.ts';
import { fileLimitFinding, proxyFindings } from './machine.ts';
import { extraCaFinding, nameServerFinding, probeFindings } from './network.ts';
import { serviceFinding, serviceUrl } from './service.ts';
import type { StoreSight } from './store.ts';
import { clockFindings } from './system-clock.ts';

const NOW = Date.parse('2026-11-23T18:59:04.120Z');
const DAY_MS = 86_400_000;
const verdicts = (found: readonly Finding[]) => found.map(({ verdict }) => verdict);
const says = (found: readonly Finding[]) => found.map(({ says: text }) => text).join('\n');

describe('the limit of open files', () => {
  const limits = (soft: string) =>
    `Limit  Soft  Hard  Units\nMax open files            ${soft}                 20000        files\n`;

  it('is worth a look when calls could run out of sockets', () => {
    assert.equal(fileLimitFinding(limits('1024')).verdict, 'warn');
    assert.equal(fileLimitFinding(limits('4096')).verdict, 'ok');
    assert.equal(fileLimitFinding(limits('unlimited')).verdict, 'ok');
    assert.equal(fileLimitFinding(undefined).verdict, 'ok');
  });
});

describe('proxies', () => {
  it('are named, since they are ignored, and their values kept quiet', () => {
    assert.deepEqual(proxyFindings({ NO_PROXY: 'x', http_proxy: '' }), []);
    const found = proxyFindings({ HTTPS_PROXY: 'http://u:hunter2@proxy', all_proxy: 'socks://hunter2' });
    assert.match(says(found), /^HTTPS_PROXY, all_proxy is set/);
    assert.doesNotMatch(JSON.stringify(found), /hunter2/);
  });
});

describe('the clock', () => {
  const sight = (changes: Partial<StoreSight>): StoreSight => ({
    findings: [],
    mayHoldSecrets: true,
    keyCheck: undefined,
    ...changes,
  });
  const look = (changes: Partial<StoreSight> = {}, boot: string | undefined = 'b') =>
    clockFindings(NOW, boot, sight(changes));

  it('is right, as far as anybody can tell', () => {
    assert.deepEqual(verdicts(look()), ['ok', 'ok']);
    assert.deepEqual(verdicts(look({ latestMs: NOW + 500, serverClock: { aheadMs: -40, sureMs: 3 } })), ['ok', 'ok']);
  });

  it('is worth a look when it differs from the database server, by more than the question took', () => {
    const found = look({ serverClock: { aheadMs: 65_000, sureMs: 3 } });
    assert.equal(found[0]?.verdict, 'warn');
    assert.match(says(found), /server's is 1 min 5 s ahead/);
    assert.equal(look({ serverClock: { aheadMs: -3_000, sureMs: 2_500 } })[0]?.verdict, 'ok');
  });

  it('is worth a look when it was set back, and broken when it is of before this program', () => {
    assert.match(says(look({ latestMs: NOW + 3 * 3_600_000 })), /set back by 3 h/);
    assert.deepEqual(verdicts(clockFindings(0, 'b', undefined)), ['bad']);
  });

  it('is worth a look where boots have no names', () => {
    assert.deepEqual(verdicts(clockFindings(NOW, undefined, undefined)), ['ok', 'warn']);
  });
});

describe('the way out', () => {
  it('begins with name servers that answer, soon', () => {
    const pulse = { servers: ['10.0.0.53'], tookMs: 3, failure: undefined };
    assert.equal(nameServerFinding(pulse).verdict, 'ok');
    assert.equal(nameServerFinding({ ...pulse, tookMs: 400 }).verdict, 'warn');
    assert.equal(nameServerFinding({ ...pulse, failure: 'ETIMEOUT' }).verdict, 'bad');
  });

  it('leads to a callback URL step by step', () => {
    const tls = { step: 'tls', tookMs: 20, protocol: 'TLSv1.3', issuer: 'CN=\u001b[2J' } as const;
    const walk = (days: number, tookMs: number) =>
      probeFindings(
        'https://receiver.example/',
        {
          steps: [
            { step: 'name', tookMs, addresses: ['192.0.2.7'], refused: [] },
            { step: 'tcp', tookMs: 10, address: '192.0.2.7' },
            { ...tls, validUntilMs: NOW + days * DAY_MS },
          ],
          failure: undefined,
        },
        NOW,
      );
    assert.deepEqual(verdicts(walk(90, 5)), ['ok', 'ok', 'ok', 'ok']);
    assert.match(says(walk(90, 5)), /is reached in 35 ms$/);
    assert.match(says(walk(90, 5)), /certificate of CN=\\x1b\[2J until 2027-02-21 UTC \(90 days\)/);
    assert.deepEqual(verdicts(walk(3, 5)), ['ok', 'ok', 'warn', 'ok']);
    assert.deepEqual(verdicts(walk(90, 1_500)), ['ok', 'ok', 'ok', 'warn']);
  });

  it('goes round addresses that are of no use, which is worth a look', () => {
    const found = probeFindings(
      'https://receiver.example/',
      {
        steps: [
          { step: 'name', tookMs: 5, addresses: ['192.0.2.6', '192.0.2.7', '192.0.2.8'], refused: [] },
          { step: 'failure', address: '192.0.2.6', stage: 'tcp', code: 'ECONNREFUSED' },
          { step: 'failure', address: '192.0.2.7', stage: 'tls', code: OVERTAKEN },
          { step: 'tcp', tookMs: 10, address: '192.0.2.8' },
        ],
        failure: undefined,
      },
      NOW,
    );
    assert.deepEqual(verdicts(found), ['ok', 'warn', 'warn', 'ok', 'ok']);
    assert.match(says(found), /TCP: 192\.0\.2\.6 failed \(ECONNREFUSED\).*TLS: 192\.0\.2\.7 was overtaken/s);
  });

  it('ends where a step fails', () => {
    const found = probeFindings(
      'https://r.example/',
      { steps: [], failure: 'The name r.example has no address.' },
      NOW,
    );
    assert.deepEqual(verdicts(found), ['bad']);
  });

  it('has authorities of its own that have not expired', async () => {
    const { caPem } = await createAuthority();
    assert.equal(extraCaFinding([caPem], Date.now()).verdict, 'ok');
    const later = extraCaFinding([caPem], Date.now() + 365 * DAY_MS);
    assert.deepEqual([later.verdict, /of which expired: CN=/.test(later.says)], ['warn', true]);
  });
});

describe('the service', () => {
  const url = 'http://127.0.0.1:4400';

  it('is looked for where the settings put it', () => {
    assert.equal(serviceUrl({ host: '0.0.0.0', port: 80 }), 'http://127.0.0.1:80');
    assert.equal(serviceUrl({ host: '::', port: 80 }), 'http://[::1]:80');
  });

  it('is told from none, from one that is not ready, and from something else', () => {
    assert.equal(serviceFinding(url, undefined, undefined).verdict, 'ok');
    assert.match(serviceFinding(url, undefined, 4711).says, /process 4711 uses the data folder, but nothing answers/);
    assert.equal(serviceFinding(url, { status: 200, body: { status: 'ready' } }, 1).verdict, 'ok');
    const unready = serviceFinding(url, { status: 503, body: { detail: 'The disk is full.' } }, 1);
    assert.deepEqual([unready.verdict, /The disk is full\./.test(unready.says)], ['bad', true]);
    assert.equal(serviceFinding(url, { status: 200, body: undefined }, undefined).verdict, 'bad');
  });
});

describe('bytes', () => {
  it('have one unit', () => {
    assert.deepEqual([0, 512, 1_536, 1_073_741_824, 5e15].map(bytesText), [
      '0 B',
      '512 B',
      '1.5 KiB',
      '1 GiB',
      '4547.5 TiB',
    ]);
  });
});

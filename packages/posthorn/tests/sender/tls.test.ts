// Promise: nothing is sent to a receiver that cannot prove to be the host of the callback URL.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { createAuthority, type IssuedCertificate } from '../../src/apps/receiver/certificates.ts';
import { makeOddCertificates } from '../support/odd-certificates.ts';
import { answering, type ReceivedRequest, response, startReceiver } from '../support/receivers.ts';
import { resolvingTo, startSender } from '../support/senders.ts';

const HOUR_MS = 3_600_000;
const authority = await createAuthority();
const stranger = await createAuthority();
const odd = await makeOddCertificates('hooks.test');
const hooks = await authority.issue(['hooks.test']);
const other = await authority.issue(['other.test']);

const past = new Date(Date.now() - HOUR_MS);
const longPast = new Date(Date.now() - 2 * HOUR_MS);
const future = new Date(Date.now() + HOUR_MS);
const badCertificates: readonly (readonly [string, IssuedCertificate, RegExp])[] = [
  ['that has expired', await authority.issue(['hooks.test'], { validFrom: longPast, validUntil: past }), /has expired/],
  ['that is not valid yet', await authority.issue(['hooks.test'], { validFrom: future }), /not valid yet/],
  ['for another host', other, /for another host/],
  ['that is self-signed', odd.selfSigned, /self-signed/],
  ['of an unknown authority', await stranger.issue(['hooks.test']), /not trusted/],
  ['whose chain is incomplete', odd.incompleteChain, /intermediate certificates/],
  ['for clients', odd.forClients, /not meant for a server/],
  ['without names', odd.withoutNames, /names no host/],
  ['with a weak key', odd.weakKey, /too weak/],
  ['with a weak hash', odd.weakHash, /too weak/],
];

const serving = ({ certPem, keyPem }: IssuedCertificate): TlsOptions => ({
  cert: certPem,
  key: keyPem,
  ciphers: 'DEFAULT:@SECLEVEL=0',
});
const trusting = (resolver = resolvingTo('127.0.0.1')) =>
  startSender({ extraCa: [authority.caPem, odd.caPem] }, { resolver });

/** Handshakes on a busy machine. */
const CALL = { connectTimeoutMs: 2_000 };

describe('a certificate', () => {
  it('of an extra authority is accepted', async () => {
    await using receiver = await startReceiver({ tls: serving(hooks), onRequest: answering(200) });
    await using sending = trusting();
    assert.equal((await sending.send(`https://hooks.test:${receiver.port}/`, CALL)).outcome, 'succeeded');
  });

  it('for an address is accepted, and no server name is sent', async () => {
    const names: string[] = [];
    const tls = serving(await authority.issue(['127.0.0.1']));
    const SNICallback: TlsOptions['SNICallback'] = (name, done) => {
      names.push(name);
      done(null);
    };
    await using receiver = await startReceiver({ tls: { ...tls, SNICallback }, onRequest: answering(200) });
    await using sending = trusting();
    assert.equal((await sending.send(`https://127.0.0.1:${receiver.port}/`, CALL)).outcome, 'succeeded');
    assert.deepEqual(names, []);
  });

  for (const [what, certificate, words] of badCertificates) {
    it(`${what} is refused, and not a byte of the call is sent`, async () => {
      await using receiver = await startReceiver({ tls: serving(certificate), onRequest: answering(200) });
      await using sending = trusting();
      // Twice: a session of the first handshake must not open the door to the second.
      for (let turn = 1; turn <= 2; turn++) {
        const result = await sending.send(`https://hooks.test:${receiver.port}/`, CALL);
        assert.equal(result.outcome, 'tls_error', JSON.stringify(result));
        assert.match(result.error ?? '', words);
        assert.match(result.error ?? '', /hooks\.test/);
      }
      assert.equal(receiver.bytes(), 0);
    });
  }

  it('without the address is refused for an address', async () => {
    await using receiver = await startReceiver({ tls: serving(hooks), onRequest: answering(200) });
    await using sending = trusting();
    assert.equal((await sending.send(`https://127.0.0.1:${receiver.port}/`, CALL)).outcome, 'tls_error');
    assert.equal(receiver.bytes(), 0);
  });

  it('is checked whatever the environment says', async (t) => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    t.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);
    await using receiver = await startReceiver({ tls: serving(odd.selfSigned), onRequest: answering(200) });
    await using sending = trusting();
    assert.equal((await sending.send(`https://hooks.test:${receiver.port}/`, CALL)).outcome, 'tls_error');
    assert.equal(receiver.bytes(), 0);
  });

  it('that is no certificate stops the start', () => {
    assert.throws(() => startSender({ extraCa: ['nonsense'] }), /not a certificate in PEM form/);
  });
});

describe('a receiver', () => {
  const alertingH2: TlsOptions = { ...serving(hooks), ALPNCallback: () => undefined };
  const old: TlsOptions = {
    ...serving(hooks),
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
  };
  const asking: TlsOptions = { ...serving(hooks), requestCert: true, ca: authority.caPem };
  for (const [what, tls, words] of [
    ['that offers HTTP/2 only (TLS 1.2)', { ...alertingH2, maxVersion: 'TLSv1.2' }, /HTTP\/2 only/],
    ['that offers HTTP/2 only (TLS 1.3)', { ...alertingH2, minVersion: 'TLSv1.3' }, /HTTP\/2 only/],
    [
      'with no cipher in common (TLS 1.2)',
      { ...serving(hooks), maxVersion: 'TLSv1.2', ciphers: 'ARIA128-GCM-SHA256' },
      /no cipher in common.*\(TLS alert handshake_failure\)/,
    ],
    [
      'with no cipher in common (TLS 1.3)',
      { ...serving(hooks), minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_CCM_8_SHA256' },
      /no cipher in common.*\(TLS alert handshake_failure\)/,
    ],
    ['that offers old TLS only', old, /no TLS version from 1\.2/],
    [
      'that asks for a client certificate (TLS 1.2)',
      { ...asking, maxVersion: 'TLSv1.2' },
      /wants a client certificate \(TLS alert handshake_failure\)/,
    ],
    [
      // Here the alert comes after the handshake, when the call is on its way.
      'that asks for a client certificate (TLS 1.3)',
      { ...asking, minVersion: 'TLSv1.3' },
      /asks for a client certificate \(TLS alert certificate_required\)/,
    ],
  ] as const) {
    it(`${what} is a tls_error that says so`, async () => {
      await using receiver = await startReceiver({ tls });
      await using sending = trusting();
      const result = await sending.send(`https://hooks.test:${receiver.port}/`, CALL);
      assert.equal(result.outcome, 'tls_error', JSON.stringify(result));
      assert.match(result.error ?? '', words);
    });
  }

  it('that asks for a client certificate is told from one that closes, however long the call is', async () => {
    await using receiver = await startReceiver({ tls: { ...asking, minVersion: 'TLSv1.3' } });
    await using sending = trusting();
    const url = `https://hooks.test:${receiver.port}/`;
    const result = await sending.send(url, { ...CALL, replyTimeoutMs: 5_000, body: Buffer.alloc(4_000_000) });
    assert.equal(result.outcome, 'tls_error', JSON.stringify(result));
    assert.match(result.error ?? '', /certificate_required/);
  });

  for (const [number, name, words] of [
    [10, 'unexpected_message', /did not understand each other/],
    [40, 'handshake_failure', /no cipher in common, or it wants a client certificate/],
    [42, 'bad_certificate', /client certificate/],
    [46, 'certificate_unknown', /client certificate/],
    [48, 'unknown_ca', /client certificate/],
    [49, 'access_denied', /certain clients/],
    [50, 'decode_error', /did not understand each other/],
    [70, 'protocol_version', /no TLS version from 1\.2/],
    [71, 'insufficient_security', /stronger ciphers/],
    [80, 'internal_error', /no certificate for this host name/],
    [90, 'user_canceled', /broke off/],
    [110, 'unsupported_extension', /ended TLS/],
    [112, 'unrecognized_name', /does not know this host name/],
    [116, 'certificate_required', /asks for a client certificate/],
    [120, 'no_application_protocol', /HTTP\/2 only/],
  ] as const) {
    it(`that answers the handshake with the alert ${name} is a tls_error that says so`, async () => {
      const alert = Buffer.from([21, 3, 3, 0, 2, 2, number]);
      await using receiver = await startReceiver({
        onConnection: (socket) => socket.once('data', () => socket.end(alert)),
      });
      await using sending = trusting();
      const result = await sending.send(`https://hooks.test:${receiver.port}/`, CALL);
      assert.equal(result.outcome, 'tls_error', JSON.stringify(result));
      assert.match(result.error ?? '', words);
      assert.ok(result.error?.endsWith(`(TLS alert ${name}).`), result.error ?? '');
      assert.match(result.error ?? '', /^TLS error at hooks\.test: /);
    });
  }

  for (const [what, greeting] of [
    ['speaks plain HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['greets first, like SSH', 'SSH-2.0-OpenSSH_9.9\r\n'],
  ] as const) {
    it(`that ${what} on the port is a tls_error that says so`, async () => {
      await using receiver = await startReceiver({ onConnection: (socket) => socket.write(greeting) });
      await using sending = trusting();
      const result = await sending.send(`https://hooks.test:${receiver.port}/`, CALL);
      assert.equal(result.outcome, 'tls_error', JSON.stringify(result));
      assert.match(result.error ?? '', /does not speak TLS/);
    });
  }

  it('that closes or resets during the handshake is connection_reset', async () => {
    for (const end of ['end', 'resetAndDestroy'] as const) {
      await using receiver = await startReceiver({
        onConnection: (socket) => socket.once('data', () => socket[end]()),
      });
      await using sending = trusting();
      const result = await sending.send(`https://hooks.test:${receiver.port}/`, CALL);
      assert.equal(result.outcome, 'connection_reset', end);
    }
  });
});

describe('a resumed session', () => {
  /** Every answer closes the connection, so every call needs a handshake; says whether it resumed a session. */
  function tellingReuse(reused: boolean[]) {
    return (socket: unknown, _: ReceivedRequest) => {
      const secure = socket as TLSSocket;
      reused.push(secure.isSessionReused());
      secure.end(response(200, '', ['connection: close']));
    };
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`saves the second handshake (${version})`, async () => {
      const reused: boolean[] = [];
      const tls = { ...serving(hooks), minVersion: version, maxVersion: version };
      await using receiver = await startReceiver({ tls, onRequest: tellingReuse(reused) });
      await using sending = trusting();
      for (let call = 1; call <= 3; call++) {
        assert.equal((await sending.send(`https://hooks.test:${receiver.port}/`, CALL)).outcome, 'succeeded');
      }
      assert.deepEqual(reused, [false, true, true]);
    });

    it(`does not stand for another name (${version})`, async () => {
      const reused: boolean[] = [];
      const tls = { ...serving(hooks), minVersion: version, maxVersion: version };
      await using receiver = await startReceiver({ tls, onRequest: tellingReuse(reused) });
      await using sending = trusting();
      assert.equal((await sending.send(`https://hooks.test:${receiver.port}/`, CALL)).outcome, 'succeeded');
      assert.equal((await sending.send(`https://evil.test:${receiver.port}/`, CALL)).outcome, 'tls_error');
      assert.deepEqual(reused, [false]);
    });

    it(`does not stand for another port, though both take each other's tickets (${version})`, async () => {
      const ticketKeys = Buffer.alloc(48, 7);
      const reused: boolean[] = [];
      const onRequest = tellingReuse(reused);
      const limits = { minVersion: version, maxVersion: version, ticketKeys } as const;
      await using good = await startReceiver({ tls: { ...serving(hooks), ...limits }, onRequest });
      await using bad = await startReceiver({ tls: { ...serving(other), ...limits }, onRequest });
      await using sending = trusting();
      assert.equal((await sending.send(`https://hooks.test:${good.port}/`, CALL)).outcome, 'succeeded');
      assert.equal((await sending.send(`https://hooks.test:${bad.port}/`, CALL)).outcome, 'tls_error');
      assert.equal(bad.bytes(), 0);
    });
  }
});

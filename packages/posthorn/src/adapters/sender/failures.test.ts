import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AttemptStage, connectFailure, exchangeFailure, handshakeFailure, isClosed } from './failures.ts';
import { CLOSED } from './http-connection.ts';

const PORT = 8_443;
const dialled = (code: string, address = '192.0.2.1') =>
  connectFailure('hooks.test', PORT, [{ address, stage: 'tcp', code, tcpMs: undefined }]);

describe('failures of a connection', () => {
  for (const [code, outcome] of [
    ['ECONNREFUSED', 'connect_refused'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['EACCES', 'unreachable'],
    ['EPERM', 'unreachable'],
    ['EINVAL', 'unreachable'],
    ['ETIMEDOUT', 'connect_timeout'],
    ['ECONNRESET', 'connection_reset'],
    ['EMFILE', 'local_error'],
    ['ENFILE', 'local_error'],
    ['EADDRNOTAVAIL', 'local_error'],
    ['ENOBUFS', 'local_error'],
  ] as const) {
    it(`${code} is ${outcome}`, () => assert.equal(dialled(code).outcome, outcome));
  }

  it('of a machine without IPv6 are not its trouble but the address out of reach', () => {
    assert.equal(dialled('EADDRNOTAVAIL', '2001:db8::1').outcome, 'unreachable');
  });

  describe('of several addresses', () => {
    const several = (...failures: (readonly [stage: AttemptStage, code: string])[]) =>
      connectFailure(
        'hooks.test',
        PORT,
        failures.map(([stage, code]) => ({ address: '192.0.2.1', stage, code, tcpMs: undefined })),
      );
    for (const [first, second, outcome, words] of [
      [['tcp', 'ECONNREFUSED'], ['tcp', 'EMFILE'], 'local_error', /out of sockets/],
      [['tls', 'CERT_HAS_EXPIRED'], ['tcp', 'EMFILE'], 'local_error', /out of sockets/],
      [['tls', 'CERT_HAS_EXPIRED'], ['tcp', 'ECONNREFUSED'], 'tls_error', /has expired/],
      [['tls', 'CERT_HAS_EXPIRED'], ['tls', 'ECONNRESET'], 'tls_error', /has expired/],
      [['tls', 'CERT_HAS_EXPIRED'], ['tls', 'DEPTH_ZERO_SELF_SIGNED_CERT'], 'tls_error', /has expired/],
      [['tls', 'ECONNRESET'], ['tcp', 'ECONNREFUSED'], 'connection_reset', /during the TLS handshake/],
      [['tls', 'ECONNRESET'], ['tcp', 'ETIMEDOUT'], 'connection_reset', /during the TLS handshake/],
      [['tls', 'ETIMEDOUT'], ['tcp', 'ECONNREFUSED'], 'connect_timeout', /stopped answering/],
      [['tcp', 'ENETUNREACH'], ['tcp', 'ECONNREFUSED'], 'connect_refused', /Nothing accepts/],
      [['tcp', 'EHOSTUNREACH'], ['tcp', 'ETIMEDOUT'], 'connect_timeout', /did not answer/],
    ] as const) {
      it(`${first.join(' ')} and ${second.join(' ')} are ${outcome}, in either order`, () => {
        for (const failure of [several(first, second), several(second, first)]) {
          assert.equal(failure.outcome, outcome);
          assert.match(failure.error, / 2 addresses were tried\.$/);
        }
        assert.match(several(first, second).error, words);
      });
    }
  });

  it('name the host and never an address', () => {
    for (const code of ['ECONNREFUSED', 'EHOSTUNREACH', 'ETIMEDOUT', 'ECONNRESET', 'EMFILE', 'EWHATEVER']) {
      const { error } = dialled(code, '10.1.2.3');
      assert.doesNotMatch(error, /10\.1\.2\.3/);
      if (code !== 'EMFILE') assert.match(error, /hooks\.test on port 8443/);
    }
  });
});

describe('failures of a handshake', () => {
  for (const [code, outcome, words] of [
    ['CERT_HAS_EXPIRED', 'tls_error', /certificate has expired/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_error', /plain HTTP port/],
    ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'tls_error', /HTTP\/2 only/],
    ['ERR_SSL_SOMETHING_NEW', 'tls_error', /ERR_SSL_SOMETHING_NEW/],
    ['ECONNRESET', 'connection_reset', /during the TLS handshake/],
    ['ETIMEDOUT', 'connect_timeout', /stopped answering/],
  ] as const) {
    it(`${code} is ${outcome} and says why`, () => {
      const failure = handshakeFailure('hooks.test', code);
      assert.equal(failure.outcome, outcome);
      assert.match(failure.error, words);
    });
  }
});

describe('failures of an exchange', () => {
  for (const [code, outcome] of [
    [CLOSED, 'connection_reset'],
    ['ECONNRESET', 'connection_reset'],
    ['EPIPE', 'connection_reset'],
    ['ETIMEDOUT', 'connection_reset'],
    ['ESOMETHINGNEW', 'connection_reset'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls_error'],
    ['ENOBUFS', 'local_error'],
  ] as const) {
    it(`${code} is ${outcome}`, () => assert.equal(exchangeFailure('hooks.test', { code }).outcome, outcome));
  }

  it('are a closed connection only when the other side closed it', () => {
    assert.equal(isClosed({ code: CLOSED }), true);
    assert.equal(isClosed({ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }), false);
    assert.equal(isClosed({}), false);
  });
});

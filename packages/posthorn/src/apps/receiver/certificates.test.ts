import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { connect, createServer } from 'node:tls';
import { createAuthority } from './certificates.ts';

describe('the local authority', () => {
  it('issues certificates for names and addresses', async () => {
    const authority = await createAuthority();
    const { certPem } = await authority.issue(['localhost', '127.0.0.1', '::1']);
    const certificate = new X509Certificate(certPem);
    assert.ok(certificate.verify(new X509Certificate(authority.caPem).publicKey));
    assert.equal(certificate.checkHost('localhost'), 'localhost');
    assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
    assert.ok(certificate.checkIP('::1'));
    assert.equal(certificate.checkHost('example.com'), undefined);
  });

  it('issues what a TLS client that trusts it accepts', async () => {
    const authority = await createAuthority();
    const { certPem, keyPem } = await authority.issue(['hooks.test']);
    const server = createServer({ cert: certPem, key: keyPem }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: '127.0.0.1', servername: 'hooks.test', ca: authority.caPem });
    await once(socket, 'secureConnect');
    assert.equal(socket.authorized, true);
    socket.destroy();
    server.close();
  });

  it('gives every certificate a life of its own', async () => {
    const authority = await createAuthority();
    const validUntil = new Date(Date.now() - 60_000);
    const { certPem } = await authority.issue(['hooks.test'], { validUntil });
    assert.equal(new X509Certificate(certPem).validToDate.getTime(), Math.floor(validUntil.getTime() / 1_000) * 1_000);
  });
});

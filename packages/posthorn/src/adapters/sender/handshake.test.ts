import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { startReceiver } from '../../../tests/support/receivers.ts';
import { createAuthority } from '../../apps/receiver/certificates.ts';
import { shakeHands } from './handshake.ts';
import { type Session, Sessions } from './sessions.ts';
import type { Target } from './target.ts';
import { createTrust } from './trust.ts';

const authority = await createAuthority();
const issued = await authority.issue(['a.test', 'b.test']);
const trust = createTrust([authority.caPem]);

/** Tells for whom sessions were asked and kept. */
class WatchedSessions extends Sessions {
  readonly asked: string[] = [];
  readonly kept: (readonly [peer: string, verifiedAt: number])[] = [];

  override get(peer: string): Session | undefined {
    this.asked.push(peer);
    return super.get(peer);
  }

  override set(peer: string, session: Session): void {
    this.kept.push([peer, session.verifiedAt]);
    super.set(peer, session);
  }
}

async function shake(host: string, port: number, sessions: Sessions): Promise<boolean> {
  const target: Target = {
    origin: `https://${host}:${port}`,
    authority: 'hooks.test',
    secure: true,
    host,
    port,
    path: '/',
    addresses: undefined,
  };
  const tcp = connect(port, '127.0.0.1');
  await once(tcp, 'connect');
  const shaken = Promise.withResolvers<boolean>();
  const socket = shakeHands(tcp, target, trust, sessions, {
    shaken: (secure) => shaken.resolve(secure.isSessionReused()),
    handshakeFailed: (code) => shaken.reject(new Error(code)),
  });
  const resumed = await shaken.promise;
  socket.resume();
  await once(socket, 'close');
  return resumed;
}

describe('sessions of handshakes', () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const tls = { cert: issued.certPem, key: issued.keyPem, minVersion: version, maxVersion: version };

    it(`belong to a host and a port, though the receiver would take them for others (${version})`, async () => {
      await using receiver = await startReceiver({ tls, onConnection: (socket) => socket.end('x') });
      const { port } = receiver;
      const sessions = new WatchedSessions();
      assert.equal(await shake('a.test', port, sessions), false);
      assert.equal(await shake('b.test', port, sessions), false);
      assert.deepEqual(sessions.asked, [`a.test:${port}`, `b.test:${port}`]);
      assert.deepEqual([...new Set(sessions.kept.map(([peer]) => peer))], [`a.test:${port}`, `b.test:${port}`]);
    });

    it(`keep the age of the proof however often they are renewed (${version})`, async () => {
      await using receiver = await startReceiver({ tls, onConnection: (socket) => socket.end('x') });
      const sessions = new WatchedSessions();
      assert.equal(await shake('a.test', receiver.port, sessions), false);
      assert.equal(await shake('a.test', receiver.port, sessions), true);
      assert.equal(await shake('a.test', receiver.port, sessions), true);
      assert.equal(new Set(sessions.kept.map(([, verifiedAt]) => verifiedAt)).size, 1);
    });
  }
});

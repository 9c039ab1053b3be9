// Promise: as long as one of a name's addresses works, the call is made, once, whatever the others do.
import assert from 'node:assert/strict';
import { Resolver as NameServers } from 'node:dns';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import type { TlsOptions } from 'node:tls';
import { type Dial, dialTcp } from '../../src/adapters/sender/dial.ts';
import { createResolver, type Resolver } from '../../src/adapters/sender/resolver.ts';
import { createAuthority, type IssuedCertificate } from '../../src/apps/receiver/certificates.ts';
import { type NameAnswer, startNameServer } from '../support/name-server.ts';
import { makeOddCertificates } from '../support/odd-certificates.ts';
import {
  answering,
  type Receiver,
  type ReceiverOptions,
  reset,
  response,
  startReceiver,
} from '../support/receivers.ts';
import { startRelay } from '../support/relay.ts';
import { networks, resolvingTo, startSender } from '../support/senders.ts';

const HOUR_MS = 3_600_000;
/** Into a server's first flight: behind its hello, before its certificate is whole. */
const MIDDLE_BYTES = 200;
const authority = await createAuthority();
const odd = await makeOddCertificates('hooks.test');
const good = serving(await authority.issue(['hooks.test']));
const expired = await authority.issue(['hooks.test'], {
  validFrom: new Date(Date.now() - 2 * HOUR_MS),
  validUntil: new Date(Date.now() - HOUR_MS),
});
const elsewhere = await authority.issue(['other.test']);

function serving({ certPem, keyPem }: IssuedCertificate): TlsOptions {
  return { cert: certPem, key: keyPem, ciphers: 'DEFAULT:@SECLEVEL=0' };
}

/** A receiver at an address: how it is dialled, and how much it got of a call: nothing, by whatever measure, is 0. */
interface Stand extends AsyncDisposable {
  readonly dial: () => Socket;
  readonly got: () => number;
}

function at(receiver: Receiver, port = receiver.port): Stand {
  return {
    dial: () => dialTcp('127.0.0.1', port),
    got: receiver.bytes,
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

const listening = (options: ReceiverOptions) => async (): Promise<Stand> => {
  const receiver = await startReceiver(options);
  // Without TLS, its bytes are those of our handshake.
  return options.tls === undefined ? { ...at(receiver), got: () => receiver.requests.length } : at(receiver);
};

/** Nothing that listens, just a way to end. */
const pretending = (fate: (socket: Socket) => void) => async (): Promise<Stand> => ({
  dial: () => {
    const socket = new Socket();
    fate(socket);
    return socket;
  },
  got: () => 0,
  async [Symbol.asyncDispose]() {},
});

const failing = (code: string) =>
  pretending((socket) => setImmediate(() => socket.destroy(Object.assign(new Error('no'), { code }))));

function relayed(meddle: (client: Socket, bytes: Buffer, before: number) => void): () => Promise<Stand> {
  return async () => {
    const receiver = await startReceiver({ tls: good });
    const relay = await startRelay(receiver.port, meddle);
    return {
      ...at(receiver, relay.port),
      async [Symbol.asyncDispose]() {
        await relay[Symbol.asyncDispose]();
        await receiver[Symbol.asyncDispose]();
      },
    };
  };
}

/** Ways in which an address is of no use, with what a call to it alone comes to. */
const FAULTS = {
  'never accepts': [pretending(() => {}), 'connect_timeout'],
  refuses: [failing('ECONNREFUSED'), 'connect_refused'],
  'cannot be reached': [failing('EHOSTUNREACH'), 'unreachable'],
  'resets while it is dialled': [failing('ECONNRESET'), 'connection_reset'],
  'accepts and says nothing': [listening({}), 'connect_timeout'],
  'accepts and closes': [listening({ onConnection: (socket) => socket.end() }), 'connection_reset'],
  'accepts and resets': [listening({ onConnection: (socket) => reset(socket) }), 'connection_reset'],
  'stalls in the handshake': [
    relayed((client, bytes, before) => client.write(bytes.subarray(0, Math.max(0, MIDDLE_BYTES - before)))),
    'connect_timeout',
  ],
  'closes in the handshake': [
    relayed((client, bytes) => client.end(bytes.subarray(0, MIDDLE_BYTES))),
    'connection_reset',
  ],
  'resets in the handshake': [
    relayed((client, bytes) => client.write(bytes.subarray(0, MIDDLE_BYTES), () => client.resetAndDestroy())),
    'connection_reset',
  ],
  'speaks plain HTTP': [
    listening({ onConnection: (socket) => socket.write('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n') }),
    'tls_error',
  ],
  'has TLS 1.1 only': [listening({ tls: { ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } }), 'tls_error'],
  'has HTTP/2 only': [listening({ tls: { ...good, ALPNCallback: () => undefined } }), 'tls_error'],
  'has a certificate that has expired': [listening({ tls: serving(expired) }), 'tls_error'],
  'has a certificate for another host': [listening({ tls: serving(elsewhere) }), 'tls_error'],
  'has a certificate that is self-signed': [listening({ tls: serving(odd.selfSigned) }), 'tls_error'],
} as const;

const addressOf = (index: number) => `127.0.0.${index + 1}`;

/** A sender for whom `hooks.test` has one address for each stand. */
function senderFor(stands: readonly Stand[], resolver: Resolver = resolvingTo(...stands.map((_, i) => addressOf(i)))) {
  const dialled: string[] = [];
  const dial: Dial = (address) => {
    dialled.push(address);
    const stand = stands[Number(address.split('.')[3]) - 1] ?? assert.fail(`${address} was dialled`);
    return stand.dial();
  };
  return { dialled, sending: startSender({ extraCa: [authority.caPem] }, { resolver, dial }) };
}

const URL_OF_ALL = 'https://hooks.test/';
/** Patient, for a busy machine; that all begin within half of the time is tried in race.test. */
const CONNECT_MS = 2_000;
const CALL = { connectTimeoutMs: CONNECT_MS, replyTimeoutMs: 5_000 };

describe('a call to a name of two addresses, of which the first', { concurrency: 4 }, () => {
  for (const [fault, [stand, alone]] of Object.entries(FAULTS)) {
    it(`${fault}, is made to the other, once, and a retry begins there`, async () => {
      await using bad = await stand();
      await using receiver = await startReceiver({ tls: good, onRequest: answering(200, '', ['connection: close']) });
      const { dialled, sending: made } = senderFor([bad, at(receiver)]);
      await using sending = made;
      const value = await sending.send(URL_OF_ALL, CALL);
      assert.equal(value.outcome, 'succeeded', JSON.stringify(value));
      assert.deepEqual(dialled.splice(0), ['127.0.0.1', '127.0.0.2']);
      assert.equal((await sending.send(URL_OF_ALL, CALL)).outcome, 'succeeded');
      // On a busy machine the first one gets its turn as well, while the handshake goes on.
      assert.deepEqual(dialled, ['127.0.0.2', '127.0.0.1'].slice(0, Math.max(1, dialled.length)));
      assert.deepEqual([receiver.requests.length, bad.got()], [2, 0]);
    });

    it(`${fault}, as the other does, ends as one to it alone would`, async () => {
      await using bad = await stand();
      const { dialled, sending: made } = senderFor([bad, bad]);
      await using sending = made;
      const value = await sending.send(URL_OF_ALL, CALL);
      assert.equal(value.outcome, alone, JSON.stringify(value));
      assert.doesNotMatch(value.error ?? '', /127\.0\.0/);
      assert.equal(dialled.length, 2);
      assert.equal(bad.got(), 0);
    });
  }

  it('shows a certificate that has expired while the other is silent, is told of the certificate', async () => {
    await using bad = await FAULTS['has a certificate that has expired'][0]();
    await using silent = await FAULTS['accepts and says nothing'][0]();
    for (const stands of [
      [bad, silent],
      [silent, bad],
    ]) {
      await using sending = senderFor(stands).sending;
      const result = await sending.send(URL_OF_ALL, CALL);
      assert.equal(result.outcome, 'tls_error', JSON.stringify(result));
      assert.match(result.error ?? '', /has expired/);
    }
  });

  it('takes the call and then closes, is not the first of the next call', async () => {
    await using bad = at(await startReceiver({ tls: good, onRequest: (socket) => socket.destroy() }));
    await using receiver = await startReceiver({ tls: good, onRequest: answering(200) });
    const { dialled, sending: made } = senderFor([bad, at(receiver)]);
    await using sending = made;
    assert.equal((await sending.send(URL_OF_ALL, CALL)).outcome, 'connection_reset');
    assert.equal((await sending.send(URL_OF_ALL, CALL)).outcome, 'succeeded');
    assert.deepEqual(dialled, ['127.0.0.1', '127.0.0.2']);
  });

  it('takes the call and never answers, is not the first of the next call', async () => {
    await using bad = at(await startReceiver({ tls: good }));
    await using receiver = await startReceiver({ tls: good, onRequest: answering(200) });
    const { dialled, sending: made } = senderFor([bad, at(receiver)]);
    await using sending = made;
    assert.equal((await sending.send(URL_OF_ALL, { ...CALL, replyTimeoutMs: 100 })).outcome, 'reply_timeout');
    assert.equal((await sending.send(URL_OF_ALL, CALL)).outcome, 'succeeded');
    assert.deepEqual(dialled, ['127.0.0.1', '127.0.0.2']);
  });
});

describe('a call to a name of eight addresses', { concurrency: true }, () => {
  for (const fault of ['never accepts', 'accepts and says nothing', 'stalls in the handshake'] as const) {
    it(`of which all but the last ${fault}, is made to the last in time`, async () => {
      await using bad = await FAULTS[fault][0]();
      await using receiver = await startReceiver({ tls: good, onRequest: answering(200) });
      const { dialled, sending: made } = senderFor([...new Array<Stand>(7).fill(bad), at(receiver)]);
      await using sending = made;
      const result = await sending.send(URL_OF_ALL, CALL);
      assert.equal(result.outcome, 'succeeded', JSON.stringify(result));
      assert.equal(dialled.length, 8);
      assert.deepEqual([receiver.requests.length, bad.got()], [1, 0]);
    });
  }

  it('that are all slow and all finish, is sent on one connection, and the others are closed', async () => {
    const slow = { tls: good, onRequest: answering(200) };
    const receivers = await Promise.all(Array.from({ length: 8 }, () => startReceiver(slow)));
    const late = receivers.map((receiver) => ({
      ...at(receiver),
      dial: () => {
        const socket = new Socket();
        setTimeout(() => socket.connect(receiver.port, '127.0.0.1'), 600);
        return socket;
      },
    }));
    const { dialled, sending: made } = senderFor(late);
    await using sending = made;
    assert.equal((await sending.send(URL_OF_ALL, CALL)).outcome, 'succeeded');
    assert.ok(dialled.length > 2, `${dialled.length}`);
    const open = () => receivers.reduce((sum, receiver) => sum + receiver.open(), 0);
    while (open() > 1) await new Promise(setImmediate);
    const requests = receivers.reduce((sum, receiver) => sum + receiver.requests.length, 0);
    assert.equal(requests, 1);
    for (const receiver of receivers) await receiver[Symbol.asyncDispose]();
  });
});

describe('a call to a name whose IPv6 addresses come late', { concurrency: true }, () => {
  async function resolving(script: (type: string) => NameAnswer) {
    const server = await startNameServer((_, type) => script(type));
    const nameServers = new NameServers({ timeout: 900, tries: 1 });
    nameServers.setServers([server.address]);
    return { resolver: createResolver(() => nameServers), server };
  }
  const ipv4 = { addresses: ['127.0.0.1'] };
  const late = (...addresses: string[]) => ({ addresses, afterMs: 200 });

  for (const fault of ['accepts and says nothing', 'refuses', 'has a certificate that has expired'] as const) {
    it(`and whose IPv4 address ${fault}, is made over IPv6`, async () => {
      await using bad = await FAULTS[fault][0]();
      await using receiver = await startReceiver({ tls: good, onRequest: answering(200) });
      const { resolver, server } = await resolving((type) => (type === 'A' ? ipv4 : late('::1')));
      await using _ = server;
      const dialled: string[] = [];
      const dial: Dial = (address) => {
        dialled.push(address);
        return address === '::1' ? dialTcp('127.0.0.1', receiver.port) : bad.dial();
      };
      await using sending = startSender({ extraCa: [authority.caPem] }, { resolver, dial });
      const result = await sending.send(URL_OF_ALL, CALL);
      assert.equal(result.outcome, 'succeeded', JSON.stringify(result));
      assert.deepEqual(dialled, ['127.0.0.1', '::1']);
      assert.equal(receiver.requests.length, 1);
    });
  }

  it('and one of them inside, is refused, and nothing is sent', async () => {
    await using bad = await FAULTS['accepts and says nothing'][0]();
    const { resolver, server } = await resolving((type) => (type === 'A' ? ipv4 : late('::1', 'fd00::1')));
    await using _ = server;
    const dialled: string[] = [];
    const dial: Dial = (address) => {
      dialled.push(address);
      return bad.dial();
    };
    await using sending = startSender({ extraCa: [authority.caPem] }, { resolver, dial });
    assert.equal((await sending.send(URL_OF_ALL, CALL)).outcome, 'blocked_address');
    assert.deepEqual([dialled, bad.got()], [['127.0.0.1'], 0]);
    assert.equal((await sending.send(URL_OF_ALL, CALL)).outcome, 'blocked_address');
    assert.deepEqual(dialled, ['127.0.0.1']);
  });

  it('or never, and whose IPv4 address refuses, ends as refused', async () => {
    await using bad = await FAULTS.refuses[0]();
    const { resolver, server } = await resolving((type) => (type === 'A' ? ipv4 : 'silence'));
    await using _ = server;
    await using sending = startSender({ allowed: networks('127.0.0.0/8') }, { resolver, dial: () => bad.dial() });
    assert.equal((await sending.send(URL_OF_ALL, CALL)).outcome, 'connect_refused');
  });
});

describe('a call in plain HTTP to several addresses', () => {
  it('goes past one that never accepts and takes no handshake for it', async () => {
    await using silent = await FAULTS['never accepts'][0]();
    await using receiver = await startReceiver({ onRequest: (socket) => socket.write(response(200)) });
    const { sending: made } = senderFor([silent, at(receiver)]);
    await using sending = made;
    assert.equal((await sending.send('http://hooks.test/', CALL)).outcome, 'succeeded');
    assert.equal(receiver.requests.length, 1);
  });
});

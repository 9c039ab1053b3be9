// Receivers that nobody reaches, and handshakes that do not come to an end or to no good one.
import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { createAuthority } from '../../posthorn/src/apps/receiver/certificates.ts';
import { dripping, startReceiver } from '../../posthorn/tests/support/receivers.ts';
import { startRelay } from '../../posthorn/tests/support/relay.ts';
import { startDeadHost } from '../support/dead-host.ts';
import { listening, type Stage, type Stand, standingOn, unproven } from './behaviour.ts';
import { HOST, serving } from './ground.ts';

const HOUR_MS = 3_600_000;
/** Into a server's first flight: behind its hello, before its certificate is whole. */
const MIDDLE_BYTES = 200;
const CRUMB_EVERY_MS = 20;
/** A certificate that names this many hosts takes about 1 MB. */
const MANY_NAMES = 40_000;

/** A server in good order, and somebody between who changes its bytes. */
function behindRelay(meddle: (client: Socket, bytes: Buffer, before: number) => void): Stand {
  return async ({ tls }) => {
    const receiver = await startReceiver({ tls });
    const relay = await startRelay(receiver.port, meddle);
    return {
      ...standingOn(relay),
      fault: () => (receiver.bytes() === 0 ? undefined : 'it was sent a part of a call'),
      async [Symbol.asyncDispose]() {
        await relay[Symbol.asyncDispose]();
        await receiver[Symbol.asyncDispose]();
      },
    };
  };
}

/** Nobody listens on the port that a name leads to, or nobody would get that far. */
function named(host: string): Stand {
  return async () => {
    const gone = await startReceiver();
    await gone[Symbol.asyncDispose]();
    return { url: `https://${host}:${gone.port}/hook`, async [Symbol.asyncDispose]() {} };
  };
}

/** Sends the client nothing but crumbs of what the server says. */
function crumbling(client: Socket, bytes: Buffer): void {
  let sent = 0;
  const timer = setInterval(() => {
    if (sent < bytes.length) client.write(bytes.subarray(sent, ++sent));
  }, CRUMB_EVERY_MS);
  client.on('close', () => clearInterval(timer));
}

export const NAMES: Stage = {
  stage: 'name',
  behaviours: [
    { name: 'does not exist', stand: named('missing.test'), outcome: 'dns_error', says: /has no address/ },
    { name: 'has name servers that fail', stand: named('broken.test'), outcome: 'dns_error' },
    {
      name: 'has name servers that say nothing',
      stand: named('silent.test'),
      outcome: 'connect_timeout',
      endsAt: 'connect',
    },
    { name: 'leads inside', stand: named('inside.test'), outcome: 'blocked_address' },
    { name: 'leads outside and inside', stand: named('mixed.test'), outcome: 'blocked_address' },
  ],
};

export const CONNECTIONS: Stage = {
  stage: 'connection',
  behaviours: [
    { name: 'refuses', stand: named(HOST), outcome: 'connect_refused' },
    {
      name: 'never accepts',
      stand: async () => standingOn(await startDeadHost()),
      outcome: 'connect_timeout',
      says: /had not accepted/,
      endsAt: 'connect',
    },
    {
      name: 'accepts and says nothing',
      stand: listening(() => ({})),
      outcome: 'connect_timeout',
      says: /had not finished the TLS handshake/,
      endsAt: 'connect',
    },
    {
      name: 'accepts and says nothing, with the limit of 1 s',
      stand: listening(() => ({})),
      outcome: 'connect_timeout',
      endsAt: 'connect',
      trueLimits: true,
    },
    {
      name: 'accepts and closes',
      stand: listening(() => ({ onConnection: (socket) => socket.end() })),
      outcome: 'connection_reset',
    },
    {
      name: 'accepts and resets',
      stand: listening(() => ({ onConnection: (socket) => socket.resetAndDestroy() })),
      outcome: 'connection_reset',
    },
  ],
};

const asking = (tls: TlsOptions, caPem: string): TlsOptions => ({ ...tls, requestCert: true, ca: caPem });

export const HANDSHAKES: Stage = {
  stage: 'TLS handshake',
  behaviours: [
    {
      name: 'stalls in the middle',
      stand: behindRelay((client, bytes, before) =>
        client.write(bytes.subarray(0, Math.max(0, MIDDLE_BYTES - before))),
      ),
      outcome: 'connect_timeout',
      endsAt: 'connect',
    },
    {
      name: 'comes in crumbs',
      stand: behindRelay(crumbling),
      outcome: 'connect_timeout',
      endsAt: 'connect',
    },
    {
      name: 'is reset in the middle',
      stand: behindRelay((client, bytes) => {
        client.write(bytes.subarray(0, MIDDLE_BYTES), () => client.resetAndDestroy());
      }),
      outcome: 'connection_reset',
    },
    {
      name: 'is closed in the middle',
      stand: behindRelay((client, bytes) => client.end(bytes.subarray(0, MIDDLE_BYTES))),
      outcome: 'connection_reset',
    },
    ...(
      [
        ['plain HTTP instead', 'HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'],
        ['SSH instead', 'SSH-2.0-OpenSSH_9.9\r\n'],
        ['garbage instead', '\0\x01\x02garbage\xff\xfe'.repeat(100)],
      ] as const
    ).map(([name, greeting]) => ({
      name,
      stand: listening(() => ({ onConnection: (socket) => socket.write(greeting, 'latin1') })),
      outcome: 'tls_error' as const,
      says: /does not speak TLS/,
    })),
    {
      name: 'garbage without an end',
      stand: listening(() => ({ onConnection: (socket) => dripping(socket, 1, '\x16\x03\x03\0\x01\xff') })),
      outcome: 'tls_error',
    },
    {
      name: 'TLS 1.1 at most',
      stand: unproven(({ tls }) => ({ ...tls, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })),
      outcome: 'tls_error',
      says: /no TLS version from 1\.2/,
    },
    {
      name: 'HTTP/2 only',
      stand: unproven(({ tls }) => ({ ...tls, ALPNCallback: () => undefined })),
      outcome: 'tls_error',
      says: /HTTP\/2 only/,
    },
    {
      name: 'wants a client certificate (TLS 1.2)',
      stand: unproven(({ tls, authority }) => ({ ...asking(tls, authority.caPem), maxVersion: 'TLSv1.2' })),
      outcome: 'tls_error',
      says: /wants a client certificate/,
    },
    {
      // It is proven itself, and says so only when the call is on its way.
      name: 'wants a client certificate (TLS 1.3)',
      stand: unproven(({ tls, authority }) => ({ ...asking(tls, authority.caPem), minVersion: 'TLSv1.3' })),
      outcome: 'tls_error',
      says: /asks for a client certificate/,
    },
    ...(
      [
        [80, 'internal_error'],
        [112, 'unrecognized_name'],
      ] as const
    ).map(([number, name]) => ({
      name: `is answered with the alert ${name}`,
      stand: listening(() => ({
        onConnection: (socket) => socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, number]))),
      })),
      outcome: 'tls_error' as const,
      says: new RegExp(`TLS alert ${name}`),
    })),
  ],
};

export const CERTIFICATES: Stage = {
  stage: 'certificate',
  behaviours: [
    {
      name: 'has expired',
      stand: unproven(async ({ authority }) => {
        const [validFrom, validUntil] = [new Date(Date.now() - 2 * HOUR_MS), new Date(Date.now() - HOUR_MS)];
        return serving(await authority.issue([HOST], { validFrom, validUntil }));
      }),
      outcome: 'tls_error',
      says: /has expired/,
    },
    {
      name: 'is not valid yet',
      stand: unproven(async ({ authority }) => {
        return serving(await authority.issue([HOST], { validFrom: new Date(Date.now() + HOUR_MS) }));
      }),
      outcome: 'tls_error',
      says: /not valid yet/,
    },
    {
      name: 'is for another host',
      stand: unproven(async ({ authority }) => serving(await authority.issue(['other.test']))),
      outcome: 'tls_error',
      says: /for another host/,
    },
    {
      name: 'is self-signed',
      stand: unproven(({ odd }) => serving(odd.selfSigned)),
      outcome: 'tls_error',
      says: /self-signed/,
    },
    {
      name: 'is from an unknown authority',
      stand: unproven(async () => {
        return serving(await (await createAuthority()).issue([HOST]));
      }),
      outcome: 'tls_error',
      says: /not trusted/,
    },
    {
      name: 'lacks its chain',
      stand: unproven(({ odd }) => serving(odd.incompleteChain)),
      outcome: 'tls_error',
      says: /intermediate certificates/,
    },
    {
      name: 'is for clients',
      stand: unproven(({ odd }) => serving(odd.forClients)),
      outcome: 'tls_error',
      says: /not meant for a server/,
    },
    {
      name: 'names no host',
      stand: unproven(({ odd }) => serving(odd.withoutNames)),
      outcome: 'tls_error',
      says: /names no host/,
    },
    {
      name: 'has a weak key',
      stand: unproven(({ odd }) => serving(odd.weakKey)),
      outcome: 'tls_error',
      says: /too weak/,
    },
    {
      name: 'has a weak hash',
      stand: unproven(({ odd }) => serving(odd.weakHash)),
      outcome: 'tls_error',
      says: /too weak/,
    },
    {
      name: 'is for a name, and an address is called',
      stand: unproven(({ tls }) => tls, '127.0.0.1'),
      outcome: 'tls_error',
      says: /for another host/,
    },
    {
      name: 'weighs a megabyte',
      stand: unproven(async ({ authority }) => {
        const names = Array.from({ length: MANY_NAMES }, (_, index) => `receiver-${index}.hooks.test`);
        return serving(await authority.issue([HOST, ...names]));
      }),
      outcome: 'tls_error',
    },
  ],
};

// Receivers that are reached and then answer nothing, too late, too much, or something that is not HTTP.
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
  answering,
  dripping,
  flooding,
  reset,
  response,
  startReceiver,
} from '../../posthorn/tests/support/receivers.ts';
import {
  type Behaviour,
  closingAfter,
  listening,
  responding,
  type Stage,
  type Stand,
  standingOn,
  writing,
} from './behaviour.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const CRUMB_EVERY_MS = 20;
const BOMB = gzipSync(Buffer.alloc(10_000_000));
/** Under the 64 KiB that are read of a response, and far over it. */
const SOME_COOKIES = 2_000;
const THOUSANDS_OF_COOKIES = 20_000;
const LARGEST_PAYLOAD_BYTES = 256 * 1_024 - 300;
/** Just before the reply's 30 s are over. */
const LATE_MS = 29_500;

const cookies = (count: number) =>
  Array.from({ length: count }, (_, index) => `set-cookie: c${index}=${index}; path=/`).join('\r\n');

/** Begins to answer and goes on without an end, as fast as it is read. */
function endless(beginning: string, piece: string): Stand {
  return responding((socket) => {
    socket.write(beginning);
    flooding(socket, piece);
  });
}

/** Begins to answer and goes on in crumbs. */
function dripped(beginning: string, piece: string): Stand {
  return responding((socket) => {
    if (beginning !== '') socket.write(beginning);
    dripping(socket, CRUMB_EVERY_MS, piece);
  });
}

function ending(beginning: string, end: (socket: Socket) => void): Stand {
  return responding((socket) => {
    if (beginning === '') end(socket);
    else socket.write(Buffer.from(beginning, 'latin1'), () => setImmediate(() => end(socket)));
  });
}

/** Headers that break a rule of HTTP, which the error must name. */
function breaking(name: string, headers: string, says: RegExp): Behaviour {
  return { name, stand: writing(`${OK}${headers}`), outcome: 'protocol_error', says };
}

export const SILENCE: Stage = {
  stage: 'no response',
  behaviours: [
    { name: 'says nothing', stand: responding(() => {}), outcome: 'reply_timeout', endsAt: 'reply' },
    {
      name: 'says nothing, with the limit of 30 s',
      stand: responding(() => {}),
      outcome: 'reply_timeout',
      endsAt: 'reply',
      trueLimits: true,
    },
    {
      name: `answers after ${LATE_MS / 1_000} s, with the limit of 30 s`,
      stand: responding((socket) => setTimeout(() => socket.write(response(200)), LATE_MS)),
      outcome: 'succeeded',
      status: 200,
      trueLimits: true,
    },
    { name: 'closes', stand: ending('', (socket) => socket.end()), outcome: 'connection_reset' },
    { name: 'resets', stand: ending('', reset), outcome: 'connection_reset' },
    {
      name: 'closes its half and reads on',
      stand: listening(({ tls }) => ({
        tls: { ...tls, allowHalfOpen: true },
        onRequest: (socket) => socket.end(),
      })),
      outcome: 'connection_reset',
    },
    {
      name: 'does not even read',
      stand: listening(({ tls }) => ({ tls, onConnection: (socket) => socket.pause() })),
      outcome: 'reply_timeout',
      endsAt: 'reply',
      calls: { count: 16, payloadBytes: LARGEST_PAYLOAD_BYTES },
    },
  ],
};

export const HEADERS: Stage = {
  stage: 'headers',
  behaviours: [
    { name: 'drip', stand: dripped(OK, 'x-a: b\r\n'), outcome: 'reply_timeout', endsAt: 'reply' },
    {
      name: 'drip, with the limit of 30 s',
      stand: dripped(OK, 'x'),
      outcome: 'reply_timeout',
      endsAt: 'reply',
      trueLimits: true,
    },
    { name: 'are cut off', stand: ending(`${OK}x-a: b\r\n`, (socket) => socket.end()), outcome: 'connection_reset' },
    { name: 'are reset', stand: ending(`${OK}x-a: b\r\n`, reset), outcome: 'connection_reset' },
    { name: 'never end', stand: endless(OK, 'x-a: b\r\n'), outcome: 'succeeded', status: 200 },
    {
      name: 'never end (500)',
      stand: endless('HTTP/1.1 500 x\r\n', 'x-a: b\r\n'),
      outcome: 'http_status',
      status: 500,
    },
    { name: 'are one that never ends', stand: endless(`${OK}x: `, 'y'), outcome: 'succeeded', status: 200 },
    { name: 'are folded without an end', stand: endless(`${OK}x: y\r\n`, ' z\r\n'), outcome: 'succeeded', status: 200 },
    {
      name: `hold ${SOME_COOKIES} cookies`,
      stand: writing(`${OK}${cookies(SOME_COOKIES)}\r\ncontent-length: 0\r\n\r\n`),
      outcome: 'succeeded',
      status: 200,
    },
    {
      name: `hold ${THOUSANDS_OF_COOKIES} cookies`,
      stand: writing(`${OK}${cookies(THOUSANDS_OF_COOKIES)}\r\ncontent-length: 0\r\n\r\n`),
      outcome: 'succeeded',
      status: 200,
    },
    {
      name: 'end in bare line feeds',
      stand: writing('HTTP/1.1 200 OK\ncontent-length: 0\n\n'),
      outcome: 'succeeded',
      status: 200,
    },
    {
      name: 'are folded',
      stand: writing(`${OK}x: a\r\n b\r\ncontent-length: 0\r\n\r\n`),
      outcome: 'succeeded',
      status: 200,
    },
    {
      name: 'give the same length twice',
      stand: writing(`${OK}content-length: 1\r\ncontent-length: 1\r\n\r\na`),
      outcome: 'succeeded',
      status: 200,
    },
    breaking('hold NUL', 'x: a\0b\r\ncontent-length: 0\r\n\r\n', /NUL or a bare CR .*RFC 9110, section 5\.5/),
    breaking('hold a bare CR', 'x: a\rb\r\ncontent-length: 0\r\n\r\n', /NUL or a bare CR/),
    breaking('have no colon', 'nonsense\r\n\r\n', /no colon .*RFC 9112, section 5/),
    breaking('have no name', ': x\r\n\r\n', /no name/),
    breaking('have a space in a name', 'x y: z\r\n\r\n', /character that names may not have/),
    breaking(
      'give a length and chunks',
      'content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
      /both content-length and transfer-encoding .*RFC 9112, section 6\.3/,
    ),
    breaking('give two lengths', 'content-length: 1\r\ncontent-length: 2\r\n\r\nab', /content-lengths that differ/),
    breaking('give a negative length', 'content-length: -1\r\n\r\n', /content-length is not a number/),
  ],
};

/** That it was led there would be seen at the trap. */
function redirecting(status: number): Stand {
  return async ({ tls }) => {
    const trap = await startReceiver({ tls, onRequest: answering(200) });
    const location = `https://hooks.test:${trap.port}/trap`;
    const receiver = await startReceiver({ tls, onRequest: answering(status, '', [`location: ${location}`]) });
    return {
      ...standingOn(receiver),
      fault: () => (trap.connections() === 0 ? undefined : `it was followed ${trap.connections()} times`),
      async [Symbol.asyncDispose]() {
        await receiver[Symbol.asyncDispose]();
        await trap[Symbol.asyncDispose]();
      },
    };
  };
}

export const STATUSES: Stage = {
  stage: 'status line',
  behaviours: [
    { name: 'of HTTP/0.9: none', stand: closingAfter('<html>hello</html>'), outcome: 'protocol_error' },
    { name: 'of HTTP/1.0', stand: closingAfter('HTTP/1.0 200 OK\r\n\r\nhello'), outcome: 'succeeded', status: 200 },
    {
      name: 'of HTTP/2: frames',
      stand: writing(Buffer.from('0000120400000000000003000000640004001000000005000040000000', 'hex')),
      outcome: 'protocol_error',
    },
    { name: 'is garbage', stand: writing('\xff\xfe\0\x01 nonsense\r\n\r\n'), outcome: 'protocol_error' },
    { name: 'is of SSH', stand: writing('SSH-2.0-OpenSSH_9.9\r\n'), outcome: 'protocol_error' },
    { name: '99', stand: writing('HTTP/1.1 99 x\r\ncontent-length: 0\r\n\r\n'), outcome: 'protocol_error' },
    { name: '999', stand: writing('HTTP/1.1 999 x\r\ncontent-length: 0\r\n\r\n'), outcome: 'http_status', status: 999 },
    {
      name: 'without a reason',
      stand: writing('HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n'),
      outcome: 'succeeded',
      status: 200,
    },
    {
      name: '100 and nothing more',
      stand: writing('HTTP/1.1 100 Continue\r\n\r\n'),
      outcome: 'reply_timeout',
      endsAt: 'reply',
    },
    {
      name: '100, 102 and 103 before 200',
      stand: writing(
        `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 x\r\n\r\nHTTP/1.1 103 x\r\nlink: </a>\r\n\r\n${response(200)}`,
      ),
      outcome: 'succeeded',
      status: 200,
    },
    {
      name: '101, to another protocol',
      stand: writing('HTTP/1.1 101 x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
      outcome: 'protocol_error',
      says: /another protocol \(101\)/,
    },
    {
      name: '101 behind 100',
      stand: writing('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 x\r\nupgrade: websocket\r\n\r\n'),
      outcome: 'protocol_error',
    },
    { name: 'whose reason never ends', stand: endless('HTTP/1.1 200 OK', '!'), outcome: 'succeeded', status: 200 },
    { name: 'whose status never ends', stand: endless('HTTP/1.1 200', '0'), outcome: 'protocol_error' },
    { name: 'of empty lines without an end', stand: endless('', '\r\n'), outcome: 'protocol_error' },
    {
      name: '102 without an end, fast',
      stand: endless('', 'HTTP/1.1 102 Processing\r\n\r\n'),
      outcome: 'protocol_error',
    },
    {
      name: '102 without an end, slowly',
      stand: dripped('', 'HTTP/1.1 102 Processing\r\n\r\n'),
      outcome: 'reply_timeout',
      endsAt: 'reply',
    },
    ...[301, 307].map(
      (status): Behaviour => ({
        name: `${status} to another place`,
        stand: redirecting(status),
        outcome: 'http_status',
        status,
        says: /not followed: it leads to https:\/\/hooks\.test:\d+\/trap\./,
      }),
    ),
    {
      name: '413 before the body is read',
      stand: listening(({ tls }) => ({
        tls,
        onConnection: (socket) => {
          socket.pause();
          socket.write(response(413));
        },
      })),
      outcome: 'http_status',
      status: 413,
      calls: { count: 16, payloadBytes: LARGEST_PAYLOAD_BYTES },
    },
    {
      name: '200 before the body is read, and closed',
      stand: listening(({ tls }) => ({
        tls,
        onConnection: (socket) => {
          socket.pause();
          socket.end(response(200, '', ['connection: close']));
        },
      })),
      outcome: 'succeeded',
      status: 200,
    },
  ],
};

/** The status decides, whatever becomes of the body. */
function bodies(status: 200 | 500): Behaviour[] {
  const outcome = status === 200 ? 'succeeded' : 'http_status';
  const head = `HTTP/1.1 ${status} x\r\n`;
  const of = (name: string, stand: Stand): Behaviour => ({ name: `${name} (${status})`, stand, outcome, status });
  return [
    of('never ends, with a length', endless(`${head}content-length: ${2 ** 40}\r\n\r\n`, '0123456789')),
    of('never ends, without a length', endless(`${head}\r\n`, '0123456789')),
    of('never ends, in chunks', endless(`${head}transfer-encoding: chunked\r\n\r\n`, '5\r\nhello\r\n')),
    of('ends early', closingAfter(`${head}content-length: 9\r\n\r\nabc`)),
    of('is reset', ending(`${head}content-length: 9\r\n\r\nabc`, reset)),
    of('is longer than it says', writing(`${head}content-length: 2\r\n\r\nabcdef`)),
    of('has a bad chunk', writing(`${head}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n`)),
    of('ends between chunks', closingAfter(`${head}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`)),
  ];
}

export const BODIES: Stage = {
  stage: 'body',
  behaviours: [
    {
      name: 'drips',
      stand: dripped(`${OK}content-length: 100000\r\n\r\n`, '.'),
      outcome: 'reply_timeout',
      status: 200,
      endsAt: 'reply',
    },
    {
      name: 'drips, with the limit of 30 s',
      stand: dripped(`${OK}content-length: 100000\r\n\r\n`, '.'),
      outcome: 'reply_timeout',
      status: 200,
      endsAt: 'reply',
      trueLimits: true,
    },
    ...bodies(200),
    ...bodies(500),
    {
      name: 'is a chunk whose extension never ends',
      stand: endless(`${OK}transfer-encoding: chunked\r\n\r\n1;`, 'x'),
      outcome: 'succeeded',
      status: 200,
    },
    {
      name: 'has trailers that never end',
      stand: endless(`${OK}transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n`, 'x-a: b\r\n'),
      outcome: 'succeeded',
      status: 200,
    },
    {
      name: 'is behind trailers and chunk extensions',
      stand: writing(`${OK}transfer-encoding: chunked\r\n\r\n2;a="b;c"\r\nok\r\n0\r\nx-sum: 1\r\n\r\n`),
      outcome: 'succeeded',
      status: 200,
    },
    {
      name: 'is in a coding that nobody knows',
      stand: closingAfter(`${OK}transfer-encoding: rot13\r\n\r\nbx`),
      outcome: 'succeeded',
      status: 200,
    },
    {
      name: 'comes in pieces of one byte',
      stand: responding((socket) => {
        for (const byte of response(200, 'x'.repeat(2_000))) socket.write(byte);
      }),
      outcome: 'succeeded',
      status: 200,
    },
    {
      name: 'is on 204, where none may be',
      stand: writing('HTTP/1.1 204 x\r\ncontent-length: 2\r\n\r\nok'),
      outcome: 'succeeded',
      status: 204,
    },
    {
      name: `is a gzip bomb of ${Math.round(BOMB.length / 1_024)} KiB, 10 MB unpacked`,
      stand: writing(
        Buffer.concat([Buffer.from(`${OK}content-encoding: gzip\r\ncontent-length: ${BOMB.length}\r\n\r\n`), BOMB]),
      ),
      outcome: 'succeeded',
      status: 200,
    },
    {
      name: 'is packed five times over',
      stand: writing(
        Buffer.concat([
          Buffer.from(`${OK}content-encoding: gzip, gzip, br, deflate, gzip\r\ncontent-length: ${BOMB.length}\r\n\r\n`),
          BOMB,
        ]),
      ),
      outcome: 'succeeded',
      status: 200,
    },
  ],
};

// Promise: what RFC 9110 and 9112 let a client accept from an odd server is accepted; of everything else the error names the
// rule that was broken. Each row is met by the real sender, once in one piece and once byte by byte.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { response, startReceiver } from '../support/receivers.ts';
import { startSender } from '../support/senders.ts';

interface Row {
  readonly name: string;
  readonly bytes: string;
  /** The receiver closes its half behind the bytes. */
  readonly closes?: true;
}

interface Accepted extends Row {
  /** 200 unless said otherwise. */
  readonly status?: number;
  readonly body?: string;
  /** Some of the headers that are shown. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** In the note of a success; left out, there is none. */
  readonly note?: RegExp;
  /** Whether the connection serves the next call; left out, it does. */
  readonly kept?: false;
}

interface Refused extends Row {
  /** The rule that is named. */
  readonly says: RegExp;
}

const OK = 'HTTP/1.1 200 OK\r\n';
const EMPTY = 'content-length: 0\r\n\r\n';
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;

const ACCEPTED: readonly Accepted[] = [
  // Status line
  { name: 'no reason', bytes: `HTTP/1.1 200\r\n${EMPTY}` },
  { name: 'no reason but the space before it', bytes: `HTTP/1.1 200 \r\n${EMPTY}` },
  { name: 'a reason with odd bytes', bytes: `HTTP/1.1 200 \xffgut \x01\r\n${EMPTY}` },
  { name: 'a long reason', bytes: `HTTP/1.1 200 ${'very '.repeat(200)}good\r\n${EMPTY}` },
  { name: 'two spaces before the status', bytes: `HTTP/1.1  200 OK\r\n${EMPTY}` },
  { name: 'tabs in the status line', bytes: `HTTP/1.1\t200\tOK\r\n${EMPTY}` },
  { name: 'HTTP/1.0 with a length', bytes: 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', body: 'ok', kept: false },
  { name: 'HTTP/1.0 until the end', bytes: 'HTTP/1.0 200 OK\r\n\r\nok', body: 'ok', closes: true, kept: false },
  { name: 'HTTP/1.0 that stays', bytes: `HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n${EMPTY}` },
  { name: 'HTTP/1.2', bytes: `HTTP/1.2 200 OK\r\n${EMPTY}` },
  { name: 'HTTP/2.0 in the form of HTTP/1', bytes: `HTTP/2.0 200 OK\r\n${EMPTY}`, kept: false },
  { name: 'the status 999', bytes: `HTTP/1.1 999 x\r\n${EMPTY}`, status: 999 },
  { name: 'empty lines before it', bytes: `\r\n\r\n${OK}${EMPTY}` },
  // Interim responses
  { name: '100 unasked', bytes: `HTTP/1.1 100 Continue\r\n\r\n${OK}${EMPTY}` },
  {
    name: 'one of each interim response',
    bytes: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 199\r\n\r\n${OK}x: y\r\n${EMPTY}`,
    headers: [
      ['x', 'y'],
      ['content-length', '0'],
    ],
  },
  { name: 'a hundred interim responses', bytes: `${'HTTP/1.1 100\r\n\r\n'.repeat(100)}${OK}${EMPTY}` },
  { name: '100 in bare line feeds', bytes: `HTTP/1.1 100 Continue\n\n${OK}${EMPTY}` },
  { name: '100 with a length that means nothing', bytes: `HTTP/1.1 100 x\r\n${EMPTY}${OK}${EMPTY}` },
  { name: '100 before a failure', bytes: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 x\r\n${EMPTY}`, status: 503 },
  // Headers
  { name: 'bare line feeds', bytes: 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok', body: 'ok' },
  { name: 'line ends of both kinds', bytes: 'HTTP/1.1 200 OK\r\nx: y\ncontent-length: 2\r\n\nok', body: 'ok' },
  {
    name: 'a folded header',
    bytes: `${OK}x: a\r\n  b\r\n\tc  \r\n${EMPTY}`,
    headers: [
      ['x', 'a b c'],
      ['content-length', '0'],
    ],
  },
  { name: 'a folded length', bytes: `${OK}content-length:\r\n 2\r\n\r\nok`, body: 'ok' },
  {
    name: 'a folded line before any header',
    bytes: `${OK} content-length: 9\r\ncontent-length: 2\r\n\r\nok`,
    body: 'ok',
  },
  { name: 'white space before a colon', bytes: `${OK}content-length : 2\r\n\r\nok`, body: 'ok' },
  { name: 'no white space behind a colon', bytes: `${OK}content-length:2\r\n\r\nok`, body: 'ok' },
  { name: 'an empty value', bytes: `${OK}x:\r\n${EMPTY}`, headers: [['x', '']] },
  { name: 'no header at all', bytes: `${OK}\r\nok`, closes: true, body: 'ok', kept: false },
  { name: 'control characters in a value', bytes: `${OK}x: a\x1b[31m\r\n${EMPTY}`, headers: [['x', 'a\x1b[31m']] },
  { name: 'bytes that are not ASCII in a value', bytes: `${OK}x: caf\xe9\r\n${EMPTY}`, headers: [['x', 'caf\xe9']] },
  { name: 'capitals in names', bytes: `${OK}CONTENT-LENGTH: 2\r\n\r\nok`, body: 'ok' },
  { name: 'an upgrade that is only offered', bytes: `${OK}connection: upgrade\r\nupgrade: h2c\r\n${EMPTY}` },
  // Lengths
  { name: 'the same length twice', bytes: `${OK}content-length: 2\r\ncontent-length: 2\r\n\r\nok`, body: 'ok' },
  { name: 'the same length in a list', bytes: `${OK}content-length: 2, 2\r\n\r\nok`, body: 'ok' },
  { name: 'the same length with zeros', bytes: `${OK}content-length: 2, 002\r\n\r\nok`, body: 'ok' },
  {
    name: 'a length that nothing has',
    bytes: `${OK}content-length: 99999999999999999999999999\r\n\r\nok`,
    closes: true,
    body: 'ok',
    note: /broke before the response had ended/,
    kept: false,
  },
  { name: 'more than its length', bytes: `${OK}content-length: 2\r\n\r\nokay`, body: 'ok', kept: false },
  { name: 'a line end behind its length', bytes: `${OK}content-length: 2\r\n\r\nok\r\n`, body: 'ok' },
  { name: 'a body on 204', bytes: 'HTTP/1.1 204 x\r\ncontent-length: 2\r\n\r\nok', status: 204, kept: false },
  { name: 'a body on 204 without a length', bytes: 'HTTP/1.1 204 x\r\n\r\nok', status: 204, kept: false },
  { name: 'chunks on 204', bytes: 'HTTP/1.1 204 x\r\ntransfer-encoding: chunked\r\n\r\n', status: 204, kept: false },
  {
    name: '304 with the length of what it does not send',
    bytes: 'HTTP/1.1 304 x\r\ncontent-length: 9\r\n\r\n',
    status: 304,
    kept: false,
  },
  { name: '205 with a body', bytes: 'HTTP/1.1 205 x\r\ncontent-length: 2\r\n\r\nok', status: 205, body: 'ok' },
  // Codings
  { name: 'chunks', bytes: `${CHUNKED}1\r\no\r\n1\r\nk\r\n0\r\n\r\n`, body: 'ok' },
  { name: 'chunk extensions', bytes: `${CHUNKED}2;a=b;c="d;e"\r\nok\r\n0;last\r\n\r\n`, body: 'ok' },
  {
    name: 'a chunk size with zeros, capitals and spaces',
    bytes: `${CHUNKED}000A  \r\n0123456789\r\n000\r\n\r\n`,
    body: '0123456789',
  },
  { name: 'trailers', bytes: `${CHUNKED}2\r\nok\r\n0\r\nx-sum: 1\r\ncontent-length: 9\r\n\r\n`, body: 'ok' },
  { name: 'Chunked in capitals', bytes: `${OK}transfer-encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`, body: 'ok' },
  {
    name: 'chunked said twice',
    bytes: `${OK}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    body: 'ok',
  },
  {
    name: 'another coding below the chunks',
    bytes: `${OK}transfer-encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    body: 'ok',
  },
  {
    name: 'an unknown coding',
    bytes: `${OK}transfer-encoding: rot13\r\n\r\nbx`,
    closes: true,
    body: 'bx',
    kept: false,
  },
  {
    name: 'chunked, but not last',
    bytes: `${OK}transfer-encoding: chunked, gzip\r\n\r\nok`,
    closes: true,
    body: 'ok',
    kept: false,
  },
  {
    name: 'chunks of HTTP/1.0',
    bytes: 'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    body: 'ok',
    kept: false,
  },
  { name: 'gzip that is none', bytes: `${OK}content-encoding: gzip\r\ncontent-length: 2\r\n\r\nok`, body: 'ok' },
  // The status had come
  {
    name: 'a chunk size that is none',
    bytes: `${CHUNKED}2\r\nok\r\n-1\r\n`,
    body: 'ok',
    note: /size of a chunk/,
    kept: false,
  },
  { name: 'a chunk size in bare line feeds', bytes: `${CHUNKED}2\nok\n0\n\n`, note: /size of a chunk/, kept: false },
  {
    name: 'a chunk that is longer than its size',
    bytes: `${CHUNKED}2\r\nokay\r\n0\r\n\r\n`,
    body: 'ok',
    note: /chunk does not end/,
    kept: false,
  },
  {
    name: 'a body that ends early',
    bytes: `${OK}content-length: 9\r\n\r\nok`,
    closes: true,
    body: 'ok',
    note: /broke before/,
    kept: false,
  },
  {
    name: 'chunks that end early',
    bytes: `${CHUNKED}9\r\nok`,
    closes: true,
    body: 'ok',
    note: /broke before/,
    kept: false,
  },
];

const REFUSED: readonly Refused[] = [
  { name: 'HTTP/0.9', bytes: '<html>hello</html>', closes: true, says: /status line.*RFC 9112, section 4/ },
  { name: 'SSH', bytes: 'SSH-2.0-OpenSSH_9.9\r\n', says: /status line.*RFC 9112, section 4/ },
  { name: 'SMTP', bytes: '220 mail.example ESMTP\r\n', says: /status line/ },
  { name: 'frames of HTTP/2', bytes: '\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64', says: /status line/ },
  { name: 'garbage before it', bytes: `xx${OK}${EMPTY}`, says: /status line/ },
  { name: 'http in small letters', bytes: `http/1.1 200 OK\r\n${EMPTY}`, says: /status line/ },
  { name: 'no minor version', bytes: `HTTP/1 200 OK\r\n${EMPTY}`, says: /status line/ },
  { name: 'no status', bytes: `HTTP/1.1\r\n${EMPTY}`, says: /status line/ },
  { name: 'the status 99', bytes: `HTTP/1.1 99 x\r\n${EMPTY}`, says: /status is not a number from 100/ },
  { name: 'the status 099', bytes: `HTTP/1.1 099 x\r\n${EMPTY}`, says: /status is not a number from 100/ },
  { name: 'the status 2000', bytes: `HTTP/1.1 2000 x\r\n${EMPTY}`, says: /status is not a number from 100/ },
  { name: 'a status in words', bytes: `HTTP/1.1 OK\r\n${EMPTY}`, says: /status is not a number.*RFC 9110, section 15/ },
  { name: 'a status without a space behind it', bytes: `HTTP/1.1 200OK\r\n${EMPTY}`, says: /status is not a number/ },
  {
    name: '101',
    bytes: 'HTTP/1.1 101 x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    says: /\(101\).*section 15\.2\.2/,
  },
  { name: '101 that says no more', bytes: 'HTTP/1.1 101 x\r\n\r\n', says: /\(101\)/ },
  { name: '101 behind 100', bytes: 'HTTP/1.1 100 x\r\n\r\nHTTP/1.1 101 x\r\n\r\n', says: /\(101\)/ },
  { name: 'a body on 100', bytes: `HTTP/1.1 100 x\r\ncontent-length: 2\r\n\r\nok${OK}${EMPTY}`, says: /status line/ },
  { name: 'no colon', bytes: `${OK}nonsense\r\n${EMPTY}`, says: /no colon.*RFC 9112, section 5/ },
  { name: 'an empty name', bytes: `${OK}: x\r\n${EMPTY}`, says: /header has no name/ },
  {
    name: 'a space in a name',
    bytes: `${OK}x y: z\r\n${EMPTY}`,
    says: /header name has a character.*RFC 9110, section 5\.1/,
  },
  { name: 'NUL in a name', bytes: `${OK}x\0: z\r\n${EMPTY}`, says: /header name has a character/ },
  { name: 'NUL in a value', bytes: `${OK}x: a\0b\r\n${EMPTY}`, says: /NUL or a bare CR.*RFC 9110, section 5\.5/ },
  { name: 'a bare CR in a value', bytes: `${OK}x: a\rb: c\r\n${EMPTY}`, says: /NUL or a bare CR/ },
  { name: 'a fold with NUL', bytes: `${OK}x: a\r\n \0\r\n${EMPTY}`, says: /NUL or a bare CR/ },
  {
    name: 'two lengths',
    bytes: `${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nab`,
    says: /content-lengths that differ.*RFC 9112, section 6\.3/,
  },
  { name: 'two lengths in a list', bytes: `${OK}content-length: 1, 2\r\n\r\nab`, says: /content-lengths that differ/ },
  {
    name: 'a negative length',
    bytes: `${OK}content-length: -1\r\n\r\n`,
    says: /content-length is not a number.*RFC 9112, section 6\.3/,
  },
  { name: 'a length with a plus', bytes: `${OK}content-length: +1\r\n\r\na`, says: /content-length is not a number/ },
  {
    name: 'a length in hexadecimal',
    bytes: `${OK}content-length: 0x1\r\n\r\na`,
    says: /content-length is not a number/,
  },
  { name: 'an empty length', bytes: `${OK}content-length:\r\n\r\n`, says: /content-length is not a number/ },
  {
    name: 'a length and chunks',
    bytes: `${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    says: /both content-length and transfer-encoding.*RFC 9112, section 6\.3/,
  },
];

type Write = (socket: Socket, row: Row) => void;

const inOnePiece: Write = (socket, { bytes, closes }) => {
  socket.write(bytes, 'latin1');
  if (closes === true) socket.end();
};

const byteByByte: Write = (socket, row) => void writeBytes(socket, row);

async function writeBytes(socket: Socket, { bytes, closes }: Row): Promise<void> {
  socket.setNoDelay(true);
  for (const byte of bytes) {
    if (socket.destroyed) return;
    socket.write(byte, 'latin1');
    await turn();
  }
  if (closes === true) socket.end();
}

/** Makes the next call too where all bytes have come by then: it must have an answer of its own. */
async function meet(row: Row, write: Write) {
  await using receiver = await startReceiver({
    onRequest: (socket, { number }) => {
      if (number === 1) write(socket, row);
      else socket.write(response(200, 'the next'));
    },
  });
  await using sending = startSender();
  const url = `http://127.0.0.1:${receiver.port}/`;
  const patient = { connectTimeoutMs: 5_000, replyTimeoutMs: 5_000 };
  const result = await sending.send(url, patient);
  if (write !== inOnePiece) return { result, kept: undefined };
  const next = await sending.send(url, patient);
  assert.equal(Buffer.from(next.response?.body ?? []).toString(), 'the next');
  return { result, kept: receiver.connections() === 1 };
}

for (const [way, write] of [
  ['in one piece', inOnePiece],
  ['byte by byte', byteByByte],
] as const) {
  describe(`odd, but a client may accept it, ${way}:`, { concurrency: 4 }, () => {
    for (const row of ACCEPTED) {
      it(row.name, async () => {
        const { result, kept } = await meet(row, write);
        const { status = 200, body = '', headers = [], note } = row;
        assert.equal(result.response?.status, status, JSON.stringify(result));
        assert.equal(result.outcome, status <= 209 ? 'succeeded' : 'http_status');
        assert.equal(Buffer.from(result.response.body).toString('latin1'), body);
        assert.equal(result.response.truncated, false);
        for (const header of headers) {
          assert.ok(
            result.response.headers.some(([name, value]) => name === header[0] && value === header[1]),
            JSON.stringify(result.response.headers),
          );
        }
        if (note !== undefined) assert.match(result.error ?? '', note);
        else if (status <= 209) assert.equal(result.error, null);
        if (kept !== undefined) assert.equal(kept, row.kept !== false);
      });
    }
  });

  describe(`against a rule, which is named, ${way}:`, { concurrency: 4 }, () => {
    for (const row of REFUSED) {
      it(row.name, async () => {
        const { result, kept } = await meet(row, write);
        assert.equal(result.outcome, 'protocol_error', JSON.stringify(result));
        assert.equal(result.response, null);
        assert.equal(result.repeated, false);
        assert.match(result.error ?? '', row.says);
        assert.match(result.error ?? '', /^The response of 127\.0\.0\.1 is not valid HTTP: /);
        assert.notEqual(kept, true);
      });
    }
  });
}

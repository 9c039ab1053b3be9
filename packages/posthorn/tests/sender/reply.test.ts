// Promise: a reply is read under one clock and up to one size, whatever the receiver sends.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Outcome } from '../../src/domain/outcome.ts';
import { answering, dripping, flooding, type ReceivedRequest, response, startReceiver } from '../support/receivers.ts';
import { REPLY_MS, startSender } from '../support/senders.ts';
import { SimulatedTimers } from '../support/simulated-timers.ts';
import { startThreadedReceiver } from '../support/threaded-receiver.ts';

/** Headers included. */
const KEPT_BYTES = 65_536;

describe('the call on the wire', () => {
  it('is a POST with our headers as given, the length, and nothing that asks for encodings', async () => {
    await using receiver = await startReceiver({ onRequest: answering(200) });
    await using sending = startSender();
    await sending.send(`http://127.0.0.1:${receiver.port}/hook?tenant=1&x=a%20b`, {
      headers: [
        ['content-type', 'application/json'],
        ['x-iadvize-delivery', 'd-1'],
        ['user-agent', 'Posthorn/1'],
      ],
      body: Buffer.from('{"é":1}'),
    });
    assert.equal(
      receiver.requests[0]?.head,
      [
        'POST /hook?tenant=1&x=a%20b HTTP/1.1',
        `host: 127.0.0.1:${receiver.port}`,
        'connection: keep-alive',
        'content-type: application/json',
        'x-iadvize-delivery: d-1',
        'user-agent: Posthorn/1',
        'content-length: 8',
      ].join('\r\n'),
    );
    assert.equal(receiver.requests[0].body.toString(), '{"é":1}');
  });

  it('that cannot be written as HTTP is never begun', async () => {
    await using receiver = await startReceiver({ onRequest: answering(200) });
    await using sending = startSender();
    const headers = [['x-evil', 'a\r\nhost: other']] as const;
    const result = await sending.send(`http://127.0.0.1:${receiver.port}/`, { headers });
    assert.equal(result.outcome, 'protocol_error');
    assert.match(result.error ?? '', /extra headers/);
    assert.equal(receiver.requests.length, 0);
  });
});

describe('the status', () => {
  it('decides: 200 to 209 is success, all else is not', async () => {
    let status = 200;
    await using receiver = await startReceiver({
      onRequest: (socket) => socket.write(`HTTP/1.1 ${status} x\r\ncontent-length: 0\r\n\r\n`),
    });
    await using sending = startSender();
    const statuses = [...Array.from({ length: 400 }, (_, index) => 200 + index), 600, 777, 999];
    for (status of statuses) {
      const result = await sending.send(`http://127.0.0.1:${receiver.port}/`);
      assert.equal(result.outcome, status <= 209 ? 'succeeded' : 'http_status', `status ${status}`);
      assert.equal(result.response?.status, status);
      assert.equal(result.error === null, status <= 209);
    }
    assert.equal(receiver.connections(), 1);
  });

  for (const status of [301, 302, 303, 307, 308]) {
    it(`${status} is a failure and leads nowhere`, async () => {
      await using trap = await startReceiver({ onRequest: answering(200) });
      const location = `http://127.0.0.1:${trap.port}/trap`;
      await using receiver = await startReceiver({ onRequest: answering(status, '', [`location: ${location}`]) });
      await using sending = startSender();
      const result = await sending.send(`http://127.0.0.1:${receiver.port}/`);
      assert.equal(result.outcome, 'http_status');
      assert.match(result.error ?? '', /not followed/);
      assert.deepEqual(result.response?.headers[0], ['location', location]);
      assert.equal(trap.connections(), 0);
    });
  }
});

describe('the reply clock', () => {
  const cases: readonly (readonly [string, Parameters<typeof dripping>[2] | null, number | null])[] = [
    ['a receiver that never answers', null, null],
    ['headers that drip', 'x-a: b\r\n', null],
    ['interim responses without end', 'HTTP/1.1 102 Processing\r\n\r\n', null],
    ['a body that drips', '.', 200],
  ];
  for (const [what, piece, status] of cases) {
    it(`ends ${what}`, async (t) => {
      const time = new SimulatedTimers(t);
      await using receiver = await startReceiver({
        onRequest: (socket) => {
          if (piece?.startsWith('x-')) socket.write('HTTP/1.1 200 OK\r\n');
          if (status !== null) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
          if (piece !== null) dripping(socket, 20, piece);
        },
      });
      await using sending = startSender();
      const call = sending.send(`http://127.0.0.1:${receiver.port}/`, { replyTimeoutMs: REPLY_MS });
      await time.until(() => receiver.requests.length === 1);
      const { ms, value } = await time.timed(call);
      assert.deepEqual([value.outcome, ms], ['reply_timeout', REPLY_MS]);
      assert.equal(value.response?.status ?? null, status);
      await time.until(() => receiver.open() === 0);
    });
  }

  it('lets a reply pass that ends just in time', async (t) => {
    const time = new SimulatedTimers(t);
    await using receiver = await startReceiver({
      onRequest: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\na');
        setTimeout(() => socket.write('b'), REPLY_MS - 1);
      },
    });
    await using sending = startSender();
    const call = sending.send(`http://127.0.0.1:${receiver.port}/`, { replyTimeoutMs: REPLY_MS });
    await time.until(() => receiver.requests.length === 1);
    await time.pass(REPLY_MS - 1);
    const result = await call;
    assert.equal(result.outcome, 'succeeded');
    assert.deepEqual(result.response?.body, new Uint8Array(Buffer.from('ab')));
  });
});

describe('a process that stood still', () => {
  it('takes the reply that came meanwhile, though its time is up', async () => {
    await using receiver = await startThreadedReceiver({ delayMs: 50 });
    await using sending = startSender();
    const call = sending.send(`http://127.0.0.1:${receiver.port}/`, { replyTimeoutMs: 150 });
    await receiver.standStill(150);
    assert.equal((await call).outcome, 'succeeded');
  });
});

describe('the size of a reply', () => {
  it('is kept up to 64 KiB exactly', async () => {
    const headBytes = response(200, 'x'.repeat(60_000)).length - 60_000;
    const body = 'x'.repeat(KEPT_BYTES - headBytes);
    let surplus = '';
    await using receiver = await startReceiver({
      onRequest: (socket) => socket.write(response(200, `${body}${surplus}`)),
    });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    const { response: whole } = await sending.send(url);
    assert.equal(whole?.body.length, body.length);
    assert.equal(whole?.truncated, false);
    surplus = 'x';
    const { response: cut, connectMs } = await sending.send(url);
    assert.equal(connectMs, null);
    assert.equal(cut?.body.length, body.length);
    assert.equal(cut?.truncated, true);
  });

  for (const [what, head] of [
    ['with a length', `content-length: ${2 ** 40}`],
    ['without a length', 'x: y'],
  ] as const) {
    for (const [status, outcome] of [
      [200, 'succeeded'],
      [500, 'http_status'],
    ] as const) {
      it(`of an endless body ${what} is cut; the status ${status} decides`, async () => {
        const beginning = `HTTP/1.1 ${status} x\r\n${head}\r\n\r\n`;
        await using receiver = await startReceiver({
          onRequest: (socket) => {
            socket.write(beginning);
            flooding(socket, '0123456789');
          },
        });
        await using sending = startSender();
        const result = await sending.send(`http://127.0.0.1:${receiver.port}/`);
        assert.equal(result.outcome, outcome);
        assert.equal(result.response?.body.length, KEPT_BYTES - beginning.length);
        assert.equal(Buffer.from(result.response.body).toString('latin1', 0, 12), '012345678901');
        assert.equal(result.response.truncated, true);
        while (receiver.open() > 0) await new Promise(setImmediate);
      });
    }
  }

  for (const [what, beginning, piece, outcome, status] of [
    ['headers', 'HTTP/1.1 200 OK\r\n', 'x-a: b\r\n', 'succeeded', 200],
    ['headers of a failure', 'HTTP/1.1 500 x\r\n', 'x-a: b\r\n', 'http_status', 500],
    ['one header', 'HTTP/1.1 200 OK\r\nx: ', 'y', 'succeeded', 200],
    ['folded header', 'HTTP/1.1 200 OK\r\nx: y\r\n', ' z\r\n', 'succeeded', 200],
    ['reason phrase', 'HTTP/1.1 200 OK', '!', 'succeeded', 200],
    ['status', 'HTTP/1.1 200', '0', 'protocol_error', null],
    ['interim responses', '', 'HTTP/1.1 102 Processing\r\n\r\n', 'protocol_error', null],
    ['headers of an interim response', 'HTTP/1.1 103 x\r\n', 'x-a: b\r\n', 'protocol_error', null],
    ['empty lines', '', '\r\n', 'protocol_error', null],
    ['chunk extensions', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;', 'x', 'succeeded', 200],
    ['trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n', 'x-a: b\r\n', 'succeeded', 200],
  ] as const) {
    it(`is bounded for endless ${what} too`, async () => {
      await using receiver = await startReceiver({
        onRequest: (socket) => {
          socket.write(beginning);
          flooding(socket, piece);
        },
      });
      await using sending = startSender();
      const result = await sending.send(`http://127.0.0.1:${receiver.port}/`);
      assert.equal(result.outcome, outcome);
      assert.equal(result.response?.status ?? null, status);
      if (status !== null) assert.equal(result.response?.truncated, true);
      while (receiver.open() > 0) await new Promise(setImmediate);
    });
  }

  it('lets a few thousand headers pass', async () => {
    const headers = Array.from({ length: 2_000 }, (_, index) => `set-cookie: c${index}=${index}`);
    await using receiver = await startReceiver({ onRequest: answering(200, 'ok', headers) });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    const result = await sending.send(url);
    assert.equal(result.response?.headers.length, 2_001);
    assert.equal(result.response.truncated, false);
    assert.equal((await sending.send(url)).connectMs, null);
  });

  it('is counted as it comes: nothing is decoded', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    await using receiver = await startReceiver({
      onRequest: (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
        socket.write(bomb);
      },
    });
    await using sending = startSender();
    const result = await sending.send(`http://127.0.0.1:${receiver.port}/`);
    assert.deepEqual(result.response?.body, new Uint8Array(bomb));
    assert.deepEqual(result.response.headers[0], ['content-encoding', 'gzip']);
  });
});

describe('a response', () => {
  it('is kept as received: headers in order, repeated ones each, bytes untouched', async () => {
    await using receiver = await startReceiver({
      onRequest: (socket) => {
        socket.write(
          'HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nX-Latin: caf\xe9\r\nset-cookie: b\r\ncontent-length: 3\r\n\r\n',
          'latin1',
        );
        socket.write(Buffer.from([0, 0xff, 0x1b]));
      },
    });
    await using sending = startSender();
    const result = await sending.send(`http://127.0.0.1:${receiver.port}/`);
    assert.deepEqual(result.response?.headers, [
      ['set-cookie', 'a'],
      ['x-latin', 'caf\xe9'],
      ['set-cookie', 'b'],
      ['content-length', '3'],
    ]);
    assert.deepEqual([...result.response.body], [0, 0xff, 0x1b]);
  });

  const broken: readonly (readonly [string, (socket: Parameters<typeof dripping>[0]) => void])[] = [
    ['ends early', (socket) => socket.end('content-length: 9\r\n\r\nabc')],
    [
      'is reset',
      (socket) => socket.write('content-length: 9\r\n\r\nabc', () => setImmediate(() => socket.resetAndDestroy())),
    ],
    ['has a bad chunk', (socket) => socket.write('transfer-encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n')],
    ['ends between chunks', (socket) => socket.end('transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n')],
  ];
  for (const [what, breaks] of broken) {
    for (const [status, outcome] of [
      [202, 'succeeded'],
      [503, 'http_status'],
    ] as const) {
      it(`whose body ${what} after its headers counts by its status ${status}`, async () => {
        await using receiver = await startReceiver({
          onRequest: (socket) => {
            socket.write(`HTTP/1.1 ${status} x\r\n`);
            breaks(socket);
          },
        });
        await using sending = startSender();
        const result = await sending.send(`http://127.0.0.1:${receiver.port}/`);
        assert.equal(result.outcome, outcome satisfies Outcome);
        assert.equal(Buffer.from(result.response?.body ?? []).toString(), 'abc');
        assert.notEqual(result.error, null);
        assert.equal(receiver.requests.length, 1);
      });
    }
  }

  it('counts though the request was not read', async () => {
    let answered = false;
    await using receiver = await startReceiver({
      onConnection: (socket) => {
        socket.pause();
        if (!answered) socket.write(response(413));
        answered = true;
      },
    });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    const result = await sending.send(url, { body: Buffer.alloc(8_000_000) });
    assert.equal(result.response?.status, 413);
    // The rest of that request still waits to be read there: another one must not stand in line behind it.
    await sending.send(url, { replyTimeoutMs: 100 });
    assert.equal(receiver.connections(), 2);
  });

  for (const [what, ends] of [
    ['closes', 'end'],
    ['resets', 'resetAndDestroy'],
  ] as const) {
    it(`that never comes because the receiver ${what} is connection_reset, and a new connection is not tried`, async () => {
      await using receiver = await startReceiver({
        onRequest: (socket: Parameters<typeof dripping>[0], _: ReceivedRequest) => void socket[ends](),
      });
      await using sending = startSender();
      const result = await sending.send(`http://127.0.0.1:${receiver.port}/`);
      assert.equal(result.outcome, 'connection_reset');
      assert.equal(result.repeated, false);
      assert.equal(receiver.requests.length, 1);
    });
  }
});

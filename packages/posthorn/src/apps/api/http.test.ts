// The API on a real socket: what a client may send that no HTTP library would.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ApiBench, KEY } from '../../../tests/support/api-bench.ts';
import { LOOPBACK_HOSTS } from './hosts.ts';
import {
  KEEP_ALIVE_TIMEOUT_MS,
  MAX_EVENT_REQUEST_BYTES,
  MAX_HEADER_BYTES,
  MAX_REQUESTS_PER_SOCKET,
  REQUEST_TIMEOUT_MS,
  SOCKET_IDLE_TIMEOUT_MS,
} from './limits.ts';

const AUTHORIZED = `host: localhost\r\nauthorization: Bearer ${KEY}\r\n`;
const EVENT = '{"type":"a","payload":{}}';
const POST = `POST /v1/tenants/acme/events HTTP/1.1\r\n${AUTHORIZED}content-type: application/json\r\n`;

/** A connection that collects what it is sent. */
class Client {
  readonly socket: Socket;
  received = '';

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setEncoding('utf8');
    this.socket.on('data', (text) => {
      this.received += text;
    });
    // A server that closes while we are still sending resets the connection.
    this.socket.on('error', () => {});
  }

  send(data: string | Buffer): this {
    this.socket.write(data);
    return this;
  }

  /** Resolves with all that was received once the server has closed the connection. */
  async closed(): Promise<string> {
    if (!this.socket.closed) await once(this.socket, 'close');
    return this.received;
  }

  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.received)) {
      assert.ok(!this.socket.closed, `closed before ${pattern}: ${this.received}`);
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')]);
    }
    return this.received;
  }
}

describe('on a socket', () => {
  let bench: ApiBench;
  let port: number;
  const open: Client[] = [];

  const listen = async (api: ApiBench) => {
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    return (api.app.server.address() as AddressInfo).port;
  };
  const client = (to = port) => {
    const one = new Client(to);
    open.push(one);
    return one;
  };
  /** Sends a whole request and waits for the end of the connection. */
  const exchange = (head: string, body = '', to = port) =>
    client(to).send(`${head}connection: close\r\n\r\n${body}`).closed();

  before(async () => {
    bench = await ApiBench.open();
    await bench.tenant('acme');
    port = await listen(bench);
  });
  after(async () => {
    for (const { socket } of open) socket.destroy();
    await bench[Symbol.asyncDispose]();
  });

  it('every limit of time and size is in force', () => {
    const { server } = bench.app;
    assert.equal(server.requestTimeout, REQUEST_TIMEOUT_MS);
    assert.equal(server.headersTimeout, REQUEST_TIMEOUT_MS);
    assert.equal(server.keepAliveTimeout, KEEP_ALIVE_TIMEOUT_MS);
    assert.equal(server.timeout, SOCKET_IDLE_TIMEOUT_MS);
    assert.equal(server.maxRequestsPerSocket, MAX_REQUESTS_PER_SOCKET);
  });

  it('a request that is fine is answered', async () => {
    assert.match(await exchange(`${POST}content-length: ${EVENT.length}\r\n`, EVENT), /^HTTP\/1\.1 202 /);
    const chunked = `${EVENT.length.toString(16)}\r\n${EVENT}\r\n0\r\n\r\n`;
    assert.match(await exchange(`${POST}transfer-encoding: chunked\r\n`, chunked), /^HTTP\/1\.1 202 /);
  });

  it('a client may ask first whether its body is wanted', async () => {
    const asking = client().send(`${POST}content-length: ${EVENT.length}\r\nexpect: 100-continue\r\n\r\n`);
    await asking.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    asking.send(EVENT);
    await asking.until(/HTTP\/1\.1 202 /);
  });

  const refused: readonly (readonly [what: string, head: string, body: string, status: number, detail: RegExp])[] = [
    ['what is not HTTP', 'HELLO\r\n', '', 400, /not a valid HTTP request/],
    [
      'a whole URL in place of a path',
      `GET http://evil.example/healthz HTTP/1.1\r\n${AUTHORIZED}`,
      '',
      400,
      /must be a path/,
    ],
    ['two host headers', `GET /healthz HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n`, '', 400, /host/],
    ['no host header', 'GET /healthz HTTP/1.1\r\n', '', 400, /./],
    [
      'two authorization headers',
      `GET /v1/tenants HTTP/1.1\r\n${AUTHORIZED}authorization: Bearer wrong\r\n`,
      '',
      400,
      /authorization is given more than once/,
    ],
    [
      'two lengths of a body',
      `${POST}content-length: 5\r\ncontent-length: ${EVENT.length}\r\n`,
      EVENT,
      400,
      /valid HTTP/,
    ],
    [
      'a length and chunks',
      `${POST}content-length: ${EVENT.length}\r\ntransfer-encoding: chunked\r\n`,
      `0\r\n\r\n`,
      400,
      /valid HTTP/,
    ],
    ['a chunk without a length', `${POST}transfer-encoding: chunked\r\n`, 'x\r\n', 400, /valid HTTP/],
    ['a header with a NUL', `GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: a\0b\r\n`, '', 400, /valid HTTP/],
    ['a path with a space', 'GET /health z HTTP/1.1\r\nhost: localhost\r\n', '', 400, /valid HTTP/],
    ['a path that climbs', `GET /v1/tenants/../../healthz HTTP/1.1\r\n${AUTHORIZED}`, '', 404, /no such path/],
    ['a tenant of dots', `PUT /v1/tenants/%2e%2e HTTP/1.1\r\n${AUTHORIZED}`, '', 422, /1 to 64/],
    ['a tenant of dots that are not escaped', `PUT /v1/tenants/.. HTTP/1.1\r\n${AUTHORIZED}`, '', 422, /1 to 64/],
    [
      'a file outside of the reference',
      'GET /docs/static/../../package.json HTTP/1.1\r\nhost: localhost\r\n',
      '',
      404,
      /no such path/,
    ],
    ['a line without a version', 'GET /healthz\nx: 1 HTTP/1.1\r\nhost: localhost\r\n', '', 400, /must be HTTP\/1\.1/],
    ['a percent sign alone', `GET /v1/tenants/% HTTP/1.1\r\n${AUTHORIZED}`, '', 400, /hexadecimal/],
    [
      'headers that are too large',
      `GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(MAX_HEADER_BYTES)}\r\n`,
      '',
      431,
      /16 KiB/,
    ],
    [
      'a body without a type',
      `POST /v1/tenants/acme/events HTTP/1.1\r\n${AUTHORIZED}content-length: 2\r\n`,
      '{}',
      415,
      /content-type/,
    ],
    ['an expectation that nobody knows', `${POST}content-length: 2\r\nexpect: a wonder\r\n`, '{}', 400, /expect/],
    ['bytes that are no UTF-8', `${POST}content-length: 4\r\n`, '\x00\x00\x00\x00', 400, /not JSON/],
  ];
  for (const [what, head, body, status, detail] of refused) {
    it(`${what} is refused with ${status}, as a problem document`, async () => {
      const received = await exchange(head, body);
      assert.match(received, new RegExp(`^HTTP/1\\.1 ${status} `));
      if (what === 'no host header') return;
      assert.match(received, /content-type: application\/problem\+json/);
      assert.match(received.slice(received.indexOf('\r\n\r\n')), detail);
    });
  }

  it('a body that is compressed is refused unread', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000, 'x'));
    const sender = client().send(`${POST}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`).send(bomb);
    await sender.until(/^HTTP\/1\.1 415 /);
  });

  it('a body without end is cut off at the limit', async () => {
    const endless = client().send(`${POST}transfer-encoding: chunked\r\n\r\n`);
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    for (let sent = 0; sent <= MAX_EVENT_REQUEST_BYTES; sent += 0x10000) endless.send(chunk);
    assert.match(await endless.closed(), /^HTTP\/1\.1 413 /);
  });

  it('a client that leaves in the middle of its body is no event and no defect', async () => {
    const leaving = client().send(`${POST}content-length: 1000\r\n\r\n${EVENT}`);
    leaving.socket.end();
    await leaving.closed();
    assert.deepEqual(bench.log, []);
  });

  it('requests that stand still are cut off, and nobody else waits for them', async () => {
    await using own = await ApiBench.open();
    const to = await listen(own);
    // The same as in production, only sooner: the limits themselves are looked at above.
    own.app.server.requestTimeout = 300;
    own.app.server.headersTimeout = 200;
    const silent = client(to);
    const head = client(to).send('GET /healthz HTTP/1.1\r\nhost: local');
    const body = client(to).send(`${POST}content-length: 1000\r\n\r\n{"type":`);
    assert.match(await exchange('GET /healthz HTTP/1.1\r\nhost: localhost\r\n', '', to), /^HTTP\/1\.1 200 /);
    assert.match(await head.closed(), /^HTTP\/1\.1 408 .*within 10 s/s);
    assert.match(await body.closed(), /^HTTP\/1\.1 408 .*within 10 s/s);
    await silent.closed();
  });

  it('a request under way is answered while the server closes, and its connection is the last use of it', async () => {
    const own = await ApiBench.open();
    const to = await listen(own);
    await own.tenant('acme');
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    Object.assign(own.engine, { unready: () => promise });
    const waiting = client(to).send('GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(own.app.server, 'request');
    const closing = own[Symbol.asyncDispose]();
    resolve(undefined);
    assert.match(await waiting.closed(), /^HTTP\/1\.1 200 /);
    await closing;
  });
});

describe('on a loopback address', () => {
  const get = async (port: number, host: string) => {
    const client = new Client(port);
    return await client.send(`GET /healthz HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`).closed();
  };

  it('only names of this machine are answered, so that no web page can reach us by a name of its own', async () => {
    await using bench = await ApiBench.open({ allowedHosts: LOOPBACK_HOSTS });
    await bench.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = bench.app.server.address() as AddressInfo;
    for (const host of ['localhost', `localhost:${port}`, 'LocalHost', `127.0.0.1:${port}`, `[::1]:${port}`]) {
      assert.match(await get(port, host), /^HTTP\/1\.1 200 /, host);
    }
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      'localhost@evil.example',
      '127.0.0.2',
      '[::2]',
      'localhost:80:80',
      '',
    ]) {
      assert.match(await get(port, host), /^HTTP\/1\.1 421 /, host);
    }
  });

  it('others are told which setting lets a proxy pass its own name on', async () => {
    await using bench = await ApiBench.open({ allowedHosts: LOOPBACK_HOSTS });
    const { statusCode, body } = await bench.app.inject({ url: '/healthz', headers: { host: 'hooks.example.com' } });
    assert.equal(statusCode, 421);
    assert.match(
      JSON.parse(body).detail,
      /localhost, 127\.0\.0\.1, \[::1\].* set POSTHORN_PUBLIC_URL to the address that people use/,
    );
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { fastify } from 'fastify';
import { limitBodies } from './body-room.ts';
import { Problem } from './problems.ts';

describe('room for bodies', () => {
  const app = fastify({ bodyLimit: 60 });
  let port = 0;
  const open: Socket[] = [];

  before(async () => {
    app.addHook('onRequest', limitBodies(100));
    app.setErrorHandler((error, _request, reply) => reply.code(error instanceof Problem ? 503 : 500).send());
    app.post('/', async () => 'fine');
    await app.listen({ host: '127.0.0.1', port: 0 });
    port = (app.server.address() as AddressInfo).port;
  });
  after(async () => {
    for (const socket of open) socket.destroy();
    await app.close();
  });

  const post = (framing: string, body = '') => {
    const socket = connect(port, '127.0.0.1');
    open.push(socket);
    socket.setEncoding('latin1');
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\n${framing}\r\n\r\n${body}`);
    return socket;
  };
  const status = async (socket: Socket) => {
    const [text] = await once(socket, 'data');
    return Number(/^HTTP\/1\.1 (\d+)/.exec(String(text))?.[1]);
  };
  const arrived = async (socket: Socket) => {
    await once(app.server, 'request');
    return socket;
  };

  it('is full when what is announced is more than may be held, and free again when a request ends or breaks off', async () => {
    const held = await arrived(post('content-length: 60'));
    assert.equal(await status(post('content-length: 60', 'x')), 503);
    assert.equal(await status(post('content-length: 40', 'x'.repeat(40))), 200);
    held.write('x'.repeat(60));
    assert.equal(await status(held), 200);

    const leaving = await arrived(post('content-length: 60'));
    leaving.destroy();
    // How soon the server sees it is up to the system.
    for (let seen = 503; seen !== 200; seen = await status(post('content-length: 60', 'x'.repeat(60))));
  });

  it('is taken up to the limit of the route by a body that does not say how long it is', async () => {
    const held = await arrived(post('transfer-encoding: chunked'));
    assert.equal(await status(post('content-length: 60', 'x')), 503);
    held.write('1\r\nx\r\n0\r\n\r\n');
    assert.equal(await status(held), 200);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { CommandError } from '../../command/exit-codes.ts';
import { follow, type Happening } from './follow.ts';

type Turn = (request: IncomingMessage, response: ServerResponse) => void;

const PATH = '/v1/stream?tenant=acme';
/** Comes back at once: nobody waits for real. */
const HEAD = 'retry: 1\n';

let server: Server;
let url: string;
/** The fate of each connection, in order; the last one applies to all others, too. */
let turns: Turn[];
let asked: IncomingMessage[];
let stop: AbortController;

beforeEach(async () => {
  asked = [];
  stop = new AbortController();
  server = createServer((request, response) => {
    asked.push(request);
    (turns.length > 1 ? turns.shift() : turns[0])?.(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterEach(() => {
  stop.abort();
  server.closeAllConnections();
  server.close();
});

const streaming =
  (text: string, then: 'stay' | 'end' | 'break'): Turn =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(HEAD + text);
    if (then === 'end') response.end();
    if (then === 'break') setImmediate(() => response.destroy());
  };
const refusing =
  (status: number): Turn =>
  (_, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/problem+json' })
      .end(JSON.stringify({ detail: `sorry ${status}` }));
const message = (number: number, event = 'attempted') => `id: a-${number}\nevent: ${event}\ndata: ${number}\n\n`;

/** Collects messages until there are this many. */
async function happenings(count: number): Promise<Happening[]> {
  const seen: Happening[] = [];
  for await (const happening of follow({ url, key: 'k' }, PATH, stop.signal)) {
    seen.push(happening);
    if (seen.length === count) stop.abort();
  }
  return seen;
}
const attempted = (number: number) => ({ kind: 'message', event: 'attempted', data: String(number) }) as const;

describe('following the live stream', () => {
  it('goes on from the last message when the connection breaks or the server ends it', async () => {
    turns = [streaming(message(1), 'end'), streaming(message(2), 'break'), streaming(message(3), 'stay')];
    const seen = await happenings(7);
    assert.deepEqual(
      seen.map((each) => (each.kind === 'message' ? each.data : each.kind)),
      ['1', 'lost', 'back', '2', 'lost', 'back', '3'],
    );
    assert.deepEqual(
      asked.map(({ headers }) => headers['last-event-id']),
      [undefined, 'a-1', 'a-2'],
    );
    for (const { url: path, headers } of asked) {
      assert.deepEqual([path, headers.authorization], [PATH, 'Bearer k']);
    }
  });

  it('says when something was missed', async () => {
    turns = [streaming(message(1), 'end'), streaming(message(7, 'reset') + message(8), 'stay')];
    const seen = await happenings(5);
    assert.deepEqual(seen.slice(2), [{ kind: 'back' }, { kind: 'missed' }, attempted(8)]);
  });

  it('comes back to a server that is busy or starting, and tells it once', async () => {
    turns = [streaming(message(1), 'end'), refusing(503), refusing(502), streaming(message(2), 'stay')];
    const seen = await happenings(4);
    assert.deepEqual(
      seen.map(({ kind }) => kind),
      ['message', 'lost', 'back', 'message'],
    );
  });

  it('ends with a sentence when the first connection does not come about', async () => {
    turns = [refusing(503)];
    await assert.rejects(happenings(1), (error) => error instanceof CommandError && error.message === 'sorry 503');
    server.closeAllConnections();
    server.close();
    await assert.rejects(happenings(1), /No Posthorn answers at .* \(ECONNREFUSED\)/);
  });

  it('ends with a sentence when it is refused for good later', async () => {
    turns = [streaming(message(1), 'end'), refusing(401)];
    await assert.rejects(happenings(9), /does not know this API key/);
  });

  it('ends with a sentence when something else answers', async () => {
    turns = [(_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')];
    await assert.rejects(happenings(1), /is not a Posthorn: status 200, and no events/);
  });

  it('stops at once while it waits', async () => {
    turns = [
      (_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 999999\n\n'),
    ];
    assert.deepEqual(
      (await happenings(1)).map(({ kind }) => kind),
      ['lost'],
    );
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { figure, record } from './guard.ts';
import { Posthorn } from './posthorn.ts';

const Numbered = record({ n: figure });

let server: Server;
let url: string;
let answer: (path: string) => readonly [status: number, body: unknown];
const asked: string[] = [];

beforeEach(async () => {
  asked.length = 0;
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const [status, body] = answer(request.url ?? '');
    response.writeHead(status).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('a running Posthorn', () => {
  it('is asked for page after page, and for no more than is wanted', async () => {
    answer = (path) => {
      const query = new URL(path, url).searchParams;
      const from = Number(query.get('cursor') ?? 0);
      const to = from + Number(query.get('limit'));
      const data = Array.from({ length: to - from }, (_, index) => ({ n: from + index }));
      return [200, { data, nextCursor: to >= 1_000 ? null : String(to) }];
    };
    const { data = [], nextCursor } = (await new Posthorn({ url, key: 'k' }).list(Numbered, '/list?a=b', 450)) ?? {};
    assert.deepEqual([data.length, data.at(-1), nextCursor], [450, { n: 449 }, '450']);
    assert.deepEqual(asked, ['/list?a=b&limit=200', '/list?a=b&limit=200&cursor=200', '/list?a=b&limit=50&cursor=400']);
  });

  it('may not have what is asked for', async () => {
    answer = () => [404, { detail: 'There is no such thing.' }];
    const posthorn = new Posthorn({ url, key: 'k' });
    assert.equal(await posthorn.find(Numbered, '/one'), undefined);
    assert.equal(await posthorn.post(Numbered, '/one'), undefined);
    assert.equal(await posthorn.list(Numbered, '/many', 1), undefined);
    await assert.rejects(posthorn.get(Numbered, '/one'), /There is no such thing\./);
  });

  it('is told from one of another version', async () => {
    answer = () => [200, { n: 'one' }];
    await assert.rejects(
      new Posthorn({ url, key: 'k' }).get(Numbered, '/one'),
      /answers \/one in a way that this version does not know/,
    );
  });

  it('wants a key, and the right one', async () => {
    answer = () => [401, {}];
    await assert.rejects(
      new Posthorn({ url, key: undefined }).get(Numbered, '/one'),
      /wants an API key: set POSTHORN_API_KEY/,
    );
    await assert.rejects(new Posthorn({ url, key: 'k' }).get(Numbered, '/one'), /does not know this API key/);
  });
});

// Receives signed webhooks with nothing but node:http. Start it with: WEBHOOK_SECRET=… node node-http.ts
import { createServer, type IncomingMessage } from 'node:http';
import { verify } from '@posthorn/verify';

const { WEBHOOK_SECRET: secret = '', PORT = '3000' } = process.env;
if (!secret) throw new Error('Set WEBHOOK_SECRET to the secret of your endpoint.');

const MAX_BODY_BYTES = 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined; // leaving the loop here ends the connection
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function receive(request: IncomingMessage): Promise<number> {
  const signature = request.headers['x-iadvize-signature'];
  const [path, ...query] = (request.url ?? '').split('?');
  if (path !== '/webhooks') return 404;

  if (request.method === 'POST') {
    const rawBody = await readBody(request);
    if (rawBody === undefined) return 413;
    if (!(await verify({ method: 'POST', rawBody, signature, secret }))) return 401;
    const event = JSON.parse(rawBody.toString());
    return event.eventId === undefined ? 422 : 204; // answer at once, work afterwards
  }
  if (request.method === 'GET') {
    // A GET call is signed over its query string: all that stands behind the first "?", not decoded.
    return (await verify({ method: 'GET', rawQuery: query.join('?'), signature, secret })) ? 204 : 401;
  }
  return 405;
}

export const server = createServer(async (request, response) => {
  const status = await receive(request).catch(() => 500);
  response.writeHead(status).end();
});
server.listen(Number(PORT));

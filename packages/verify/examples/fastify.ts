// Receives signed webhooks with Fastify 5. Start it with: WEBHOOK_SECRET=… node fastify.ts
import { verify } from '@posthorn/verify';
import Fastify from 'fastify';

const { WEBHOOK_SECRET: secret, PORT = '3000' } = process.env;
if (!secret) throw new Error('Set WEBHOOK_SECRET to the secret of your endpoint.');

const app = Fastify({ bodyLimit: 1024 * 1024 });

// In a scope of their own, so that the routes outside keep their JSON parser.
app.register(async (webhooks) => {
  webhooks.removeAllContentTypeParsers();
  webhooks.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  webhooks.post<{ Body: Buffer | undefined }>('/webhooks', async (request, reply) => {
    const rawBody = request.body ?? ''; // undefined when the request has no body
    const signature = request.headers['x-iadvize-signature'];
    if (!(await verify({ method: 'POST', rawBody, signature, secret }))) return reply.code(401).send();
    const event = JSON.parse(rawBody.toString());
    return { received: event.eventId }; // answer at once, work afterwards
  });

  // A GET call is signed over its query string: all that stands behind the first "?", not decoded.
  webhooks.get('/webhooks', async (request, reply) => {
    const rawQuery = request.originalUrl.replace(/^[^?]*\??/, '');
    const signature = request.headers['x-iadvize-signature'];
    return reply.code((await verify({ method: 'GET', rawQuery, signature, secret })) ? 204 : 401).send();
  });
});

await app.listen({ port: Number(PORT) });
export const server = app.server;

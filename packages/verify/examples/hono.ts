// Receives signed webhooks with Hono on Node. Start it with: WEBHOOK_SECRET=… node hono.ts
import { type HttpBindings, serve } from '@hono/node-server';
import { verify } from '@posthorn/verify';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';

const { WEBHOOK_SECRET: secret, PORT = '3000' } = process.env;
if (!secret) throw new Error('Set WEBHOOK_SECRET to the secret of your endpoint.');

const app = new Hono<{ Bindings: HttpBindings }>();

app.post('/webhooks', bodyLimit({ maxSize: 1024 * 1024 }), async (context) => {
  const rawBody = await context.req.arrayBuffer(); // before context.req.json(), or instead of it
  const signature = context.req.header('x-iadvize-signature');
  if (!(await verify({ method: 'POST', rawBody, signature, secret }))) return context.body(null, 401);
  const event = JSON.parse(new TextDecoder().decode(rawBody));
  return context.json({ received: event.eventId }); // answer at once, work afterwards
});

// A GET call is signed over its query string: all that stands behind the first "?", not decoded.
app.get('/webhooks', async (context) => {
  const rawQuery = (context.env.incoming.url ?? '').replace(/^[^?]*\??/, ''); // context.req.url is not raw: it has ' as %27
  const signature = context.req.header('x-iadvize-signature');
  return context.body(null, (await verify({ method: 'GET', rawQuery, signature, secret })) ? 204 : 401);
});

export const server = serve({ fetch: app.fetch, port: Number(PORT) });

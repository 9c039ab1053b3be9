// Receives signed webhooks with Express 5. Start it with: WEBHOOK_SECRET=… node express.ts
import { verify } from '@posthorn/verify';
import express from 'express';

const { WEBHOOK_SECRET: secret, PORT = '3000' } = process.env;
if (!secret) throw new Error('Set WEBHOOK_SECRET to the secret of your endpoint.');

const app = express();

// express.raw hands over the bytes. An express.json() for other routes must come after this one, or leave out this path.
app.post('/webhooks', express.raw({ type: () => true, limit: '1mb' }), async (request, response) => {
  const rawBody = request.body ?? ''; // undefined when the request has no body
  const signature = request.get('x-iadvize-signature');
  if (!(await verify({ method: 'POST', rawBody, signature, secret }))) {
    response.sendStatus(401);
    return;
  }
  const event = JSON.parse(rawBody.toString());
  response.json({ received: event.eventId }); // answer at once, work afterwards
});

// A GET call is signed over its query string: all that stands behind the first "?", not decoded.
app.get('/webhooks', async (request, response) => {
  const rawQuery = request.originalUrl.replace(/^[^?]*\??/, '');
  const signature = request.get('x-iadvize-signature');
  response.sendStatus((await verify({ method: 'GET', rawQuery, signature, secret })) ? 204 : 401);
});

export const server = app.listen(Number(PORT));

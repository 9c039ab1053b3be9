// Receives signed webhooks where a call is a Request: here a Cloudflare Worker; in Deno, Bun, Next.js or SvelteKit alike.
import { verify } from '@posthorn/verify';

export default {
  async fetch(request: Request, env: { WEBHOOK_SECRET: string }): Promise<Response> {
    if (request.method !== 'POST') return new Response(null, { status: 405 });
    const rawBody = await request.arrayBuffer(); // before request.json(), or instead of it
    const signature = request.headers.get('x-iadvize-signature');
    if (!(await verify({ method: 'POST', rawBody, signature, secret: env.WEBHOOK_SECRET }))) {
      return new Response(null, { status: 401 });
    }
    const event = JSON.parse(new TextDecoder().decode(rawBody));
    return Response.json({ received: event.eventId }); // answer at once, work afterwards
  },
};

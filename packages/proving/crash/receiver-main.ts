// The receiver's process: an HTTPS server that answers as its paths say, checks every call by the contract, and tells the
// harness of each. It lives until the harness ends.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { verify } from '@posthorn/verify';
import { Dice } from '../../posthorn/tests/support/dice.ts';
import { now } from '../../posthorn/tests/support/waiting.ts';
import { behaviourOf, type Call, type FromReceiver, type ToReceiver } from './calls.ts';
import { payloadFault } from './payload.ts';

/** Calls are told in batches: a message for each would cost more than the call. */
const TELL_MS = 20;

let told: Call[] = [];
// The harness may be gone already: then we end by its disconnecting, not by an error.
const tell = (message: FromReceiver) => process.send?.(message, undefined, undefined, () => undefined);

function tellCalls(): void {
  if (told.length === 0) return;
  tell({ kind: 'calls', calls: told });
  told = [];
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request.iterator({ destroyOnReturn: false })) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const header = (request: IncomingMessage, name: string): string => String(request.headers[name] ?? '');

/** Answers every call, however broken it is: what is wrong with it is told to the harness. */
function answering(secret: string, dice: Dice): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const seen = new Map<string, number>();
  return async (request, response) => {
    const arrivedAt = now();
    const path = request.url ?? '';
    const behaviour = behaviourOf(path);
    const event = header(request, 'x-iadvize-correlationid');
    const attempt = header(request, 'x-iadvize-delivery');
    const note = (status: number | null, fault: string | null) =>
      told.push({ path, event, attempt, arrivedAt, endedAt: now(), status, fault });
    response.on('close', () => {
      if (!response.writableEnded) note(null, null);
    });
    if (behaviour?.silent === true) tell({ kind: 'arrived', path, event });
    const body = await bodyOf(request);
    const signature = header(request, 'x-iadvize-signature');
    const genuine = await verify({ method: 'POST', rawBody: body, secret, signature });
    const fault = genuine ? payloadFault(body.toString('utf8'), event) : 'its signature is wrong';
    if (behaviour?.silent === true) return;

    const before = seen.get(`${path} ${event}`) ?? 0;
    seen.set(`${path} ${event}`, before + 1);
    const status = behaviour === undefined ? 404 : before < behaviour.failFirst ? 500 : 200;
    const [least, most] = behaviour?.delayMs ?? [0, 0];
    setTimeout(
      () => {
        if (response.destroyed) return;
        note(status, fault);
        response.writeHead(status).end();
      },
      dice.between(least, most),
    );
  };
}

function start({ cert, key, secret, seed }: Extract<ToReceiver, { kind: 'start' }>): void {
  const answer = answering(secret, new Dice(seed));
  const server = createServer({ cert, key }, (request, response) => {
    // A caller that was killed in the middle of its body.
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) tell({ kind: 'listening', port: address.port });
  });
  setInterval(tellCalls, TELL_MS);
}

process.on('message', (message: ToReceiver) => {
  if (message.kind === 'start') return start(message);
  tellCalls();
  tell({ kind: 'flushed', id: message.id });
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group; the harness ends us when it is done.
process.on('SIGINT', () => undefined);

// The receiver: TLS and as little HTTP as it takes, so that it is not what is measured. It answers every POST with an empty
// 200, counts, and compares the moment in the payload with its clock.
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { monotonicMs } from '../../packages/posthorn/src/adapters/clock.ts';
import { answer } from './answering.ts';

export type ReceiverQuestion =
  /** Listens on `origins` ports of loopback. Answers with them. */
  | { readonly kind: 'listen'; readonly cert: string; readonly key: string; readonly origins: number }
  /** Forgets what was, and expects `count` calls, of which the first `warmUp` are not measured. */
  | { readonly kind: 'expect'; readonly count: number; readonly warmUp: number }
  /** Answers when this many calls have come; left out, when the first measured one has. */
  | { readonly kind: 'warm'; readonly before?: number }
  /** Answers with a `Received` when all have come, or when none has come for a while. */
  | { readonly kind: 'done' };

export interface Received {
  readonly calls: number;
  readonly connections: number;
  /** Between the first measured call and the last. */
  readonly ms: number;
  /** When the first measured call and when the last one came, on the machine's monotonic clock. */
  readonly warmAt: number;
  readonly lastAt: number;
  /** Measured calls per second. */
  readonly rate: number;
  /** From the moment in the payload to the whole call's arrival, in milliseconds, of the measured calls. */
  readonly latency: { readonly least: number; readonly p50: number; readonly p99: number; readonly most: number };
}

const REPLY = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = Buffer.from('\r\ncontent-length: ');
const MOMENT = Buffer.from('{"at":');
/** `POST /silent…` is never answered: what follows the slash. */
const SILENT = 's'.charCodeAt(0);
const PATH_AT = 'POST /'.length;
/** After this long without a call, no more is expected to come. */
const SILENCE_MS = 15_000;
const POLL_MS = 5;

let expected = { count: 0, warmUp: 0 };
let calls = 0;
let connections = 0;
let warmAt = 0;
let lastAt = 0;
let latencies = new Float64Array(0);

function arrived(body: Buffer): void {
  const now = monotonicMs();
  lastAt = now;
  if (calls === expected.warmUp) warmAt = now;
  const index = calls - expected.warmUp;
  calls += 1;
  if (index < 0 || index >= latencies.length || body.compare(MOMENT, 0, MOMENT.length, 0, MOMENT.length) !== 0) return;
  const at = Number(body.toString('latin1', MOMENT.length, body.indexOf(0x2c, MOMENT.length)));
  latencies[index] = now - at;
}

function serve(raw: Socket, secureContext: SecureContext): void {
  connections += 1;
  raw.setNoDelay(true);
  const socket = new TLSSocket(raw, { isServer: true, secureContext });
  let pending: Buffer | undefined;
  socket.on('error', () => socket.destroy());
  raw.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    let bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const headEnd = bytes.indexOf(HEAD_END);
      if (headEnd < 0) break;
      const lengthAt = bytes.indexOf(LENGTH) + LENGTH.length;
      const length = Number.parseInt(bytes.toString('latin1', lengthAt, lengthAt + 8), 10);
      const end = headEnd + HEAD_END.length + length;
      if (bytes.length < end) break;
      if (bytes[PATH_AT] !== SILENT) {
        arrived(bytes.subarray(headEnd + HEAD_END.length, end));
        socket.write(REPLY);
      }
      bytes = bytes.subarray(end);
    }
    pending = bytes.length === 0 ? undefined : bytes;
  });
}

async function listen(secureContext: SecureContext): Promise<Server> {
  const server = createServer((socket) => serve(socket, secureContext));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve);
  });
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the receiver does not listen');
  return address.port;
}

async function until(holds: () => boolean): Promise<void> {
  const since = monotonicMs();
  while (!holds() && monotonicMs() - Math.max(lastAt, since) < SILENCE_MS) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function received(): Received {
  const measured = latencies.slice(0, Math.max(0, calls - expected.warmUp)).sort();
  const at = (share: number) => measured[Math.min(measured.length - 1, Math.floor(measured.length * share))] ?? 0;
  const ms = lastAt - warmAt;
  return {
    calls,
    connections,
    ms,
    warmAt,
    lastAt,
    rate: (Math.max(0, calls - expected.warmUp - 1) * 1_000) / ms,
    latency: { least: at(0), p50: at(0.5), p99: at(0.99), most: at(1) },
  };
}

answer<ReceiverQuestion>(async (question) => {
  switch (question.kind) {
    case 'listen': {
      const context = createSecureContext({ cert: question.cert, key: question.key });
      const ports: number[] = [];
      for (let index = 0; index < question.origins; index++) ports.push(portOf(await listen(context)));
      return ports;
    }
    case 'expect':
      expected = question;
      latencies = new Float64Array(question.count - question.warmUp);
      calls = 0;
      connections = 0;
      lastAt = 0;
      return undefined;
    case 'warm':
      return until(() => calls >= (question.before ?? expected.warmUp + 1));
    case 'done':
      await until(() => calls >= expected.count);
      return received();
  }
});

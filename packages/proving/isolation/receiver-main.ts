// The receiver's process: TLS and as little HTTP as it takes, so that it is not what is measured. How a call is met is written
// in its path.
import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import { dripping, flooding } from '../../posthorn/tests/support/receivers.ts';
import { now } from '../../posthorn/tests/support/waiting.ts';
import {
  BEHAVIOURS,
  type Behaviour,
  type FromReceiver,
  momentIn,
  type SteadyBehaviour,
  type ToReceiver,
} from './behaviours.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = Buffer.from('\r\ncontent-length: ');
const OK = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
const LAST = Buffer.from('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
/** Connections of receivers in good order do not last for ever either: what new ones cost is part of it. */
const CALLS_PER_CONNECTION = 50;
const FAILED = Buffer.from('HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n');
const PATH = /^POST \/([a-z]+)/;
const DRIP_EVERY_MS = 500;

const callsOn = new WeakMap<Socket, number>();
/** The behaviour of `switched` paths. */
let current: SteadyBehaviour = 'ok';
let measured = { from: 0, until: 0 };
let latencies: number[] = [];
const calls = Object.fromEntries(BEHAVIOURS.map((behaviour) => [behaviour, 0])) as Record<Behaviour, number>;

const ANSWERS: Readonly<Record<SteadyBehaviour, (socket: Socket) => void>> = {
  ok: (socket) => {
    const met = (callsOn.get(socket) ?? 0) + 1;
    callsOn.set(socket, met);
    if (met < CALLS_PER_CONNECTION) socket.write(OK);
    else socket.end(LAST);
  },
  fails: (socket) => void socket.write(FAILED),
  hangs: () => {},
  drips: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
    dripping(socket, DRIP_EVERY_MS, '.');
  },
  floods: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    flooding(socket, '0123456789abcdef');
  },
};

function met(socket: Socket, head: string, body: Buffer): void {
  const found = PATH.exec(head)?.[1];
  const behaviour = BEHAVIOURS.find((one) => one === found) ?? 'fails';
  calls[behaviour] += 1;
  if (behaviour === 'ok') {
    const at = momentIn(body);
    if (at >= measured.from && at < measured.until) latencies.push(now() - at);
  }
  ANSWERS[behaviour === 'switched' ? current : behaviour](socket);
}

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  let pending: Buffer | undefined;
  socket.on('data', (chunk: Buffer) => {
    let bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const headEnd = bytes.indexOf(HEAD_END);
      if (headEnd < 0) break;
      const lengthAt = bytes.indexOf(LENGTH) + LENGTH.length;
      const start = headEnd + HEAD_END.length;
      const end = start + Number.parseInt(bytes.toString('latin1', lengthAt, lengthAt + 8), 10);
      if (bytes.length < end) break;
      met(socket, bytes.toString('latin1', 0, 64), bytes.subarray(start, end));
      bytes = bytes.subarray(end);
    }
    pending = bytes.length === 0 ? undefined : bytes;
  });
}

const tell = (message: FromReceiver) => process.send?.(message);

process.on('message', (message: ToReceiver) => {
  switch (message.kind) {
    case 'listen': {
      current = message.behaviour;
      const server = createServer({ cert: message.cert, key: message.key }, serve);
      server.on('tlsClientError', () => {});
      server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
        const address = server.address();
        if (typeof address === 'object' && address !== null) tell({ kind: 'listening', port: address.port });
      });
      return;
    }
    case 'behaviour':
      current = message.behaviour;
      return;
    case 'measure':
      measured = message;
      latencies = [];
      for (const behaviour of BEHAVIOURS) calls[behaviour] = 0;
      return;
    case 'tell':
      tell({ kind: 'told', latencies, calls });
  }
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group; the harness ends us when it is done.
process.on('SIGINT', () => undefined);

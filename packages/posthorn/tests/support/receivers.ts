// Raw receivers on loopback, plain or TLS: they see every byte and answer with whatever bytes a test wants, valid or not.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface ReceivedRequest {
  /** Request line and headers as they came, without the empty line. */
  readonly head: string;
  readonly body: Buffer;
  /** Which request it is on this receiver, from 1. */
  readonly number: number;
  /** Which connection it came on, from 1. */
  readonly connection: number;
}

type OnRequest = (socket: Socket, request: ReceivedRequest) => void;

export interface ReceiverOptions {
  /** Speaks TLS with these settings. */
  readonly tls?: TlsOptions;
  readonly host?: string;
  /** That another receiver has at its own address; left out, any free one. */
  readonly port?: number;
  /** A whole request has come. */
  readonly onRequest?: OnRequest;
  /** A connection was opened, the TLS handshake included. */
  readonly onConnection?: (socket: Socket, connection: number) => void;
}

export interface Receiver extends AsyncDisposable {
  readonly port: number;
  /** Whole requests so far. */
  readonly requests: readonly ReceivedRequest[];
  /** Connections that are open now, TLS ones as what lies inside. */
  readonly sockets: ReadonlySet<Socket>;
  /** Connections so far; with TLS, those whose handshake was finished. */
  connections(): number;
  /** Connections that are open now, handshakes under way included. */
  open(): number;
  /** Bytes that came after the TLS handshake, if there is one. */
  bytes(): number;
}

/** The sockets under the connections that receivers hand out: the same, or the TCP connection under the TLS one. */
const under = new WeakMap<Socket, Socket>();

/** Resets a connection of a receiver, as a machine does that knows nothing of it. */
export function reset(socket: Socket): void {
  (under.get(socket) ?? socket).resetAndDestroy();
}

/** Listens on a port of its own. */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const raw = new Set<Socket>();
  const sockets = new Set<Socket>();
  let connections = 0;
  let bytes = 0;
  const accept = (socket: Socket) => {
    const connection = ++connections;
    sockets.add(socket);
    for (const one of raw) if (one.remotePort === socket.remotePort) under.set(socket, one);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      pending = Buffer.concat([pending, chunk]);
      for (let request = cutRequest(pending); request !== undefined; request = cutRequest(pending)) {
        pending = pending.subarray(request.length);
        const received = { head: request.head, body: request.body, number: requests.length + 1, connection };
        requests.push(received);
        options.onRequest?.(socket, received);
      }
    });
    options.onConnection?.(socket, connection);
  };
  const server = options.tls === undefined ? createServer(accept) : createTlsServer(options.tls, accept);
  server.on('tlsClientError', () => {});
  server.on('connection', (socket: Socket) => {
    raw.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => raw.delete(socket));
  });
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    sockets,
    connections: () => connections,
    open: () => raw.size,
    bytes: () => bytes,
    async [Symbol.asyncDispose]() {
      for (const socket of raw) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function cutRequest(bytes: Buffer): { head: string; body: Buffer; length: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const length = end + 4 + Number(/\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  return bytes.length < length ? undefined : { head, body: bytes.subarray(end + 4, length), length };
}

/** A well-formed response as bytes on the wire. */
export function response(status: number, body = '', headers: readonly string[] = []): string {
  const lines = [`HTTP/1.1 ${status} Some Reason`, ...headers, `content-length: ${Buffer.byteLength(body)}`];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Answers every request like this. */
export function answering(status: number, body = '', headers: readonly string[] = []): OnRequest {
  return (socket) => socket.write(response(status, body, headers));
}

/** Writes again and again for as long as the connection is open. */
export function dripping(socket: Socket, everyMs: number, piece: string): void {
  const timer = setInterval(() => socket.write(piece), everyMs);
  socket.on('close', () => clearInterval(timer));
}

/** Writes as fast as the other side reads, for as long as the connection is open. */
export function flooding(socket: Socket, piece: string): void {
  const block = piece.repeat(Math.ceil(65_536 / piece.length));
  const write = () => {
    while (!socket.destroyed && socket.write(block));
  };
  socket.on('drain', write);
  write();
}

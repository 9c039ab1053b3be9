// A way to a server that can go wrong as networks do: silent without an end, deaf in one direction, cut.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Nothing passes any more in either direction; connections stay open. New ones are accepted and stay silent, too. */
  silence(): void;
  /** Bytes of the server are thrown away; bytes of the client still pass. */
  mute(): void;
  /** Lets everything pass on new connections. Bytes that were thrown away are lost. */
  restore(): void;
  /** Ends all connections at once. */
  cut(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let mode: 'open' | 'mute' | 'silent' = 'open';

  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    track(client);
    const upstream = track(connect(target));
    client.on('data', (bytes) => {
      if (mode !== 'silent') upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (mode === 'open') client.write(bytes);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => {
      if (mode === 'open') client.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    silence: () => {
      mode = 'silent';
    },
    mute: () => {
      mode = 'mute';
    },
    restore: () => {
      mode = 'open';
    },
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

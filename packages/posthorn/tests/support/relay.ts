// A way to a TLS server on which a handshake goes wrong: what the server says is held up, cut off or handed out in crumbs.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Relay extends AsyncDisposable {
  readonly port: number;
}

/** @param meddle gets what the server says, and how many bytes it had said before; what is to arrive it writes to the client */
export async function startRelay(
  port: number,
  meddle: (client: Socket, bytes: Buffer, before: number) => void,
): Promise<Relay> {
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    track(client);
    const upstream = track(connect(port, '127.0.0.1'));
    let said = 0;
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => {
      meddle(client, bytes, said);
      said += bytes.length;
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

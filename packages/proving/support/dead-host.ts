// A host that nobody is at home on: connections to it are neither accepted nor refused. A process listens and is then stopped,
// and its queue is filled, so that the system lets every further knock go unanswered, as a machine that is switched off does.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/** More than the queue holds, however the system rounds it. */
const CALLERS = 16;

export interface DeadHost extends AsyncDisposable {
  readonly port: number;
}

export async function startDeadHost(): Promise<DeadHost> {
  const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const port = await portOf(child);
  child.kill('SIGSTOP');
  const callers = Array.from({ length: CALLERS }, () => knock(port));
  await Promise.race(callers.map((socket) => once(socket, 'connect')));
  return {
    port,
    async [Symbol.asyncDispose]() {
      process.off('exit', end);
      for (const socket of callers) socket.destroy();
      const exited = once(child, 'exit');
      end();
      await exited;
    },
  };
}

async function portOf(child: ChildProcess): Promise<number> {
  const [port] = await once(child, 'message');
  return Number(port);
}

function knock(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  return socket;
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) process.send?.(address.port);
  });
}

// A receiver on a thread of its own: it answers while the test's thread is busy or stands still, as a real one would.
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

export interface ThreadedReceiverOptions {
  readonly tls?: { readonly cert: string; readonly key: string };
  /** How long each request waits for its answer, a 200. */
  readonly delayMs?: number;
}

export interface ThreadedReceiver extends AsyncDisposable {
  readonly port: number;
  /** Connections so far. */
  connections(): Promise<number>;
  /** Waits for a first request, and then lets this thread stand still until it is answered and `ms` milliseconds more. */
  standStill(ms: number): Promise<void>;
}

/** Numbers that both threads can see: requests that have come, and requests that were answered. */
const CAME = 0;
const ANSWERED = 1;

const SOURCE = `
const { parentPort, workerData } = require('node:worker_threads');
const { createServer } = workerData.tls ? require('node:tls') : require('node:net');
const counts = new Int32Array(workerData.counts);
const count = (which) => { Atomics.add(counts, which, 1); Atomics.notify(counts, which); };
let connections = 0;
const server = createServer(workerData.tls ?? {}, (socket) => {
  connections++;
  socket.on('error', () => {});
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    const end = text.indexOf('\\r\\n\\r\\n');
    const length = Number(/content-length: (\\d+)/.exec(text)?.[1]);
    if (end < 0 || text.length < end + 4 + length) return;
    text = '';
    count(${CAME});
    const answer = () => socket.write('HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\n\\r\\n', () => count(${ANSWERED}));
    if (workerData.delayMs > 0) setTimeout(answer, workerData.delayMs);
    else answer();
  });
});
parentPort.on('message', () => parentPort.postMessage(connections));
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

export async function startThreadedReceiver(options: ThreadedReceiverOptions = {}): Promise<ThreadedReceiver> {
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(SOURCE, { eval: true, workerData: { delayMs: 0, counts: counts.buffer, ...options } });
  const [port] = await once(worker, 'message');
  return {
    port,
    async connections() {
      worker.postMessage('how many?');
      const [connections] = await once(worker, 'message');
      return connections;
    },
    async standStill(ms) {
      while (Atomics.load(counts, CAME) === 0) await turn();
      Atomics.wait(counts, ANSWERED, 0);
      Atomics.wait(counts, ANSWERED, 1, ms);
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

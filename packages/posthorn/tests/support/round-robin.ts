// A balancer that gives each request to the next of its servers, as most do by default.
import { once } from 'node:events';
import { createServer, request } from 'node:http';

export interface Balancer {
  /** `http://localhost:…` */
  readonly url: string;
  /** How many requests each server got. */
  readonly given: readonly number[];
  close(): Promise<void>;
}

/** @param servers URLs, looked up anew for each request: they may move */
export async function startRoundRobin(servers: readonly (() => string)[]): Promise<Balancer> {
  const given = servers.map(() => 0);
  let turn = 0;
  const balancer = createServer((incoming, outgoing) => {
    const index = turn++ % servers.length;
    given[index] = (given[index] ?? 0) + 1;
    const onward = request(
      new URL(incoming.url ?? '/', servers[index]?.()),
      { method: incoming.method, headers: incoming.headers, agent: false },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(balancer, 'listening');
  const address = balancer.address();
  if (address === null || typeof address === 'string') throw new Error('the balancer has no port');
  return {
    url: `http://localhost:${address.port}`,
    given,
    async close() {
      balancer.closeAllConnections();
      balancer.close();
      await once(balancer, 'close');
    },
  };
}

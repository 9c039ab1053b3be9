// The scene behind the pages: a real service, real receivers that take, refuse, break and hang, and deliveries to them.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { serve } from '../../posthorn/tests/cli/command.ts';
import { answering, type Receiver, startReceiver } from '../../posthorn/tests/support/receivers.ts';

export const KEY = 'a-key-for-the-tests-of-the-dashboard';
export const TENANT = 'acme';
const SCHEDULE_MS = [100, 1_100];
const DEADLINE_MS = 30_000;
const ASK_AGAIN_MS = 50;

/** As nasty as a description and an answer can be. */
export const XSS = `<img src=x onerror="alert(1)"><script>alert(2)</script>"'><svg/onload=alert(3)>`;

interface Shown {
  readonly id: string;
  readonly endpointId: string;
  readonly state: string;
  readonly attemptCount: number;
}

export interface Scene extends AsyncDisposable {
  readonly url: string;
  readonly endpoints: Readonly<Record<'good' | 'broken' | 'gone' | 'slow' | 'picky', string>>;
  /** Calls that the good receiver got. */
  readonly good: Receiver;
  /** How the broken receiver answers; it can be repaired. */
  repair(): void;
  api<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Posts an event; answers its id. */
  post(type: string, payload?: object): Promise<string>;
  /** The deliveries of the tenant. */
  deliveries(query?: string): Promise<readonly Shown[]>;
  until(what: string, holds: () => Promise<boolean>): Promise<void>;
}

/** A port that nothing listens on: it was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** @param root a folder for the service; made by the test file, which removes it at its end */
export async function openScene(root: string): Promise<Scene> {
  let repaired = false;
  const good = await startReceiver({
    onRequest: answering(200, '{"received": true}', ['content-type: application/json', 'server: example/1.0']),
  });
  const broken = await startReceiver({
    onRequest: (socket, request) =>
      (repaired
        ? answering(200, 'thanks')
        : answering(500, `<h1>Oops</h1>${XSS}`, ['content-type: text/html', `x-note: ${XSS}`]))(socket, request),
  });
  const slow = await startReceiver();
  const { service, url } = await serve(root, {
    POSTHORN_API_KEY: KEY,
    POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8',
    POSTHORN_ALLOW_HTTP: 'true',
  });

  async function api<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  }
  const of = (path: string) => `/v1/tenants/${TENANT}${path}`;
  const endpoint = async (settings: object) =>
    (await api<{ id: string }>('POST', of('/endpoints'), { scheduleMs: SCHEDULE_MS, ...settings })).id;
  const at = ({ port }: { readonly port: number }, path: string) => `http://127.0.0.1:${port}${path}`;

  await api('PUT', `/v1/tenants/${TENANT}`, { name: 'Acme Ltd' });
  await api('PUT', '/v1/tenants/beta', { name: 'Beta GmbH' });
  const endpoints = {
    good: await endpoint({ url: at(good, '/hooks/crm'), description: 'CRM production' }),
    broken: await endpoint({ url: at(broken, '/hooks/shop'), description: `Shop ${XSS}`, eventTypes: ['user.*'] }),
    gone: await endpoint({
      url: at({ port: await closedPort() }, '/old'),
      description: 'Old data warehouse',
      eventTypes: ['user.updated', 'transaction.attributed'],
      headers: { 'x-api-token': 'credential-of-the-receiver' },
    }),
    slow: await endpoint({
      url: at(slow, '/slow'),
      description: 'Batch importer',
      eventTypes: ['v2.conversation.*'],
      replyTimeoutMs: 150,
      scheduleMs: [3_600_000],
    }),
    picky: await endpoint({ url: at(good, '/picky'), description: 'Only orders', eventTypes: ['order.*'] }),
  };
  const scene: Scene = {
    url,
    endpoints,
    good,
    repair: () => {
      repaired = true;
    },
    api,
    async post(type, payload = { userId: 15_253 }) {
      return (await api<{ id: string }>('POST', of('/events'), { type, payload })).id;
    },
    async deliveries(query = '') {
      return (await api<{ data: Shown[] }>('GET', of(`/deliveries?limit=200${query}`))).data;
    },
    async until(what, holds) {
      const deadline = performance.now() + DEADLINE_MS;
      while (!(await holds())) {
        if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    },
    async [Symbol.asyncDispose]() {
      await service.stop();
      for (const receiver of [good, broken, slow]) await receiver[Symbol.asyncDispose]();
    },
  };
  return scene;
}

/** Deliveries of every kind, and waits until each has become what it will be. */
export async function fill(scene: Scene): Promise<void> {
  const types = ['user.created', 'user.updated', 'transaction.attributed', 'v2.conversation.closed', 'user.connected'];
  for (let round = 0; round < 6; round++) for (const type of types) await scene.post(type);
  await scene.until('all but the slow ones are settled', async () => {
    const pending = await scene.deliveries('&state=pending');
    return pending.every(({ endpointId, attemptCount }) => endpointId === scene.endpoints.slow && attemptCount === 1);
  });
}

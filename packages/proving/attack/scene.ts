// The target of the attack: the built service with two tenants. `acme` is the attacker's playground; `vault` is somebody else's, full
// of canaries, and has had every kind of failing call, so that each has had its chance to get into a log.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from '../../posthorn/src/apps/receiver/certificates.ts';
import { member, text } from '../../posthorn/tests/support/api-bench.ts';
import { preloadFor, startNameServer } from '../../posthorn/tests/support/name-server.ts';
import {
  type ReceivedRequest,
  type Receiver,
  response,
  startReceiver,
} from '../../posthorn/tests/support/receivers.ts';
import { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { until } from '../../posthorn/tests/support/waiting.ts';
import type { Program } from '../support/program.ts';
import { Canary } from './canaries.ts';
import { type Answer, Caller } from './wire.ts';

export const OWN = 'acme';
export const OTHER = 'vault';

export interface Canaries {
  readonly apiKey: Canary;
  readonly encryptionKey: Canary;
  readonly secret: Canary;
  readonly header: Canary;
  readonly url: Canary;
  readonly payload: Canary;
  /** In what the attacker sends and has refused: no answer and no log may repeat it. */
  readonly submitted: Canary;
}

/** Ids that exist, or did: the attacker knows them all. */
export interface Ids {
  readonly endpoints: string[];
  readonly events: string[];
  readonly deliveries: string[];
  readonly replays: string[];
}

export class Scene implements AsyncDisposable {
  readonly service: ServiceProcess;
  readonly canaries: Canaries;
  readonly own: Ids = { endpoints: [], events: [], deliveries: [], replays: [] };
  readonly other: Ids = { endpoints: [], events: [], deliveries: [], replays: [] };
  /** Takes what the attacker's endpoints are sent. */
  readonly receiver: Receiver;
  readonly #closing: AsyncDisposable[];
  readonly #caller: Caller;

  private constructor(
    service: ServiceProcess,
    canaries: Canaries,
    receiver: Receiver,
    closing: readonly AsyncDisposable[],
  ) {
    this.service = service;
    this.canaries = canaries;
    this.receiver = receiver;
    this.#closing = [service, ...closing];
    this.#caller = new Caller(service.port);
  }

  get receiverUrl(): string {
    return `https://127.0.0.1:${this.receiver.port}`;
  }

  /** Starts everything and lets the other tenant have its history. */
  static async open(program: Program, folder: string): Promise<Scene> {
    mkdirSync(folder, { recursive: true });
    const canaries = makeCanaries();
    const authority = await createAuthority();
    const caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, authority.caPem);
    const { certPem, keyPem } = await authority.issue(['127.0.0.1']);
    const receiver = await startReceiver({ tls: { cert: certPem, key: keyPem }, onRequest: echo });
    const stranger = await (await createAuthority()).issue(['127.0.0.1']);
    const untrusted = await startReceiver({ tls: { cert: stranger.certPem, key: stranger.keyPem } });
    const names = await startNameServer(() => ({ code: 'NXDOMAIN' }));
    const service = await ServiceProcess.start(program, {
      folder,
      environment: settings(folder, canaries, caFile),
      preload: preloadFor(names),
    });
    const scene = new Scene(service, canaries, receiver, [receiver, untrusted, names]);
    await scene.refill();
    await scene.#fillVault(untrusted.port);
    return scene;
  }

  /** One request as the producer makes it. @throws when the answer is not a 2xx */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#caller.ask(this.request(method, path, body === undefined ? '' : JSON.stringify(body)));
    if (answer === undefined || answer.status >= 300) {
      throw new Error(`${method} ${path} was answered ${answer?.status}: ${answer?.body.toString('utf8')}`);
    }
    return answer.body.length === 0 ? undefined : JSON.parse(answer.body.toString('utf8'));
  }

  /** A request in good order. */
  request(method: string, path: string, body = '', headers: readonly string[] = []): Buffer {
    const bytes = Buffer.from(body, 'utf8');
    const lines = [
      `${method} ${path} HTTP/1.1`,
      `host: 127.0.0.1:${this.service.port}`,
      `authorization: Bearer ${this.canaries.apiKey.text}`,
      ...(bytes.length === 0 ? [] : ['content-type: application/json', `content-length: ${bytes.length}`]),
      ...headers,
    ];
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
  }

  /** Brings back what the attacker has deleted; ids that are gone stay known. */
  async refill(): Promise<void> {
    await this.call('PUT', `/v1/tenants/${OWN}`, {});
    const endpoint = await this.call('POST', `/v1/tenants/${OWN}/endpoints`, {
      url: `${this.receiverUrl}/own`,
      eventTypes: ['order.*'],
      scheduleMs: [0],
      headers: { 'x-own': 'mine' },
    });
    keep(this.own.endpoints, text(endpoint, 'id'));
    const event = await this.call('POST', `/v1/tenants/${OWN}/events`, { type: 'order.paid', payload: { a: 1 } });
    keep(this.own.events, text(event, 'id'));
    for (const delivery of Object.values(Object(member(event, 'deliveries')))) {
      keep(this.own.deliveries, text(delivery, 'id'));
    }
    keep(this.own.replays, text(await this.call('POST', `/v1/tenants/${OWN}/replays`, {}), 'id'));
  }

  /** Everything that the API shows of the other tenant, as text: to see that an attack changed nothing. */
  async vault(): Promise<string> {
    const at = `/v1/tenants/${OTHER}`;
    const lists = ['endpoints', 'events', 'deliveries', 'replays'];
    const paths = [at, ...lists.map((list) => `${at}/${list}?limit=200`)];
    const secrets = this.other.endpoints.map((id) => `${at}/endpoints/${id}/secret`);
    const shown: unknown[] = [];
    for (const path of [...paths, ...secrets]) shown.push(await this.call('GET', path));
    return JSON.stringify(shown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#caller.close();
    for (const each of this.#closing) await each[Symbol.asyncDispose]();
  }

  async #fillVault(untrustedPort: number): Promise<void> {
    const { url, secret, header, payload } = this.canaries;
    await this.call('PUT', `/v1/tenants/${OTHER}`, { name: 'Somebody else' });
    const gone = await startReceiver();
    await gone[Symbol.asyncDispose]();
    const origins = [
      ...['200', '500', '302', 'drop', 'stall'].map((path) => `${this.receiverUrl}/${path}`),
      `https://127.0.0.1:${untrustedPort}`,
      `https://127.0.0.1:${gone.port}`,
      'https://nowhere.invalid',
    ];
    for (const origin of origins) {
      const endpoint = await this.call('POST', `/v1/tenants/${OTHER}/endpoints`, {
        url: `${origin}/${url.text}?token=${url.text}`,
        secret: secret.text,
        headers: { authorization: `Bearer ${header.text}`, 'x-api-key': header.text },
        scheduleMs: [10],
        connectTimeoutMs: 1_000,
        replyTimeoutMs: 200,
        description: 'of somebody else',
      });
      this.other.endpoints.push(text(endpoint, 'id'));
    }
    for (let number = 1; number <= 5; number++) {
      const event = await this.call('POST', `/v1/tenants/${OTHER}/events`, {
        type: 'order.paid',
        payload: { number, card: payload.text },
      });
      this.other.events.push(text(event, 'id'));
      for (const delivery of Object.values(Object(member(event, 'deliveries')))) {
        this.other.deliveries.push(text(delivery, 'id'));
      }
    }
    // A test call of each, too: its answer has another way out.
    for (const id of this.other.endpoints) await this.call('POST', `/v1/tenants/${OTHER}/endpoints/${id}/test`);
    await until('the other tenant has had its history', 20_000, async () => {
      const pending = await this.call('GET', `/v1/tenants/${OTHER}/deliveries?state=pending`);
      return Object.keys(Object(member(pending, 'data'))).length === 0;
    });
    // Of nothing, so that it has ended: what is running would change by itself.
    const replay = await this.call('POST', `/v1/tenants/${OTHER}/replays`, { eventTypes: ['never.sent'] });
    this.other.replays.push(text(replay, 'id'));
  }
}

/** Newest first, and not without end. */
function keep(ids: string[], id: string): void {
  ids.unshift(id);
  if (ids.length > 20) ids.pop();
}

function makeCanaries(): Canaries {
  return {
    apiKey: new Canary('apiKey'),
    encryptionKey: new Canary('encryptionKey', randomBytes(32).toString('base64')),
    secret: new Canary('secret'),
    header: new Canary('header'),
    url: new Canary('url'),
    payload: new Canary('payload'),
    submitted: new Canary('submitted'),
  };
}

export function settings(folder: string, canaries: Canaries, caFile: string): Readonly<Record<string, string>> {
  return {
    POSTHORN_DATA: join(folder, 'data'),
    POSTHORN_API_KEY: canaries.apiKey.text,
    POSTHORN_ENCRYPTION_KEY: canaries.encryptionKey.text,
    POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8',
    POSTHORN_EXTRA_CA: caFile,
    // There is no more than this.
    POSTHORN_LOG_LEVEL: 'debug',
    POSTHORN_GRACE_MS: '3000',
  };
}

/** A receiver that hands back what it got: the URL and the body, but never the headers, which are secret even here. */
function echo(socket: Parameters<typeof write>[0], { head, body }: ReceivedRequest): void {
  const [, path = '', kind = ''] = /^POST (\/([^/?]*)\S*)/.exec(head) ?? [];
  if (kind === 'stall') return;
  if (kind === 'drop') {
    socket.destroy();
    return;
  }
  const status = /^\d{3}$/.test(kind) ? Number(kind) : 200;
  write(socket, response(status, body.toString('latin1'), [`location: ${path}`, `x-path: ${path}`]));
}

function write(socket: { write(text: string, encoding: 'latin1'): void; destroy(): void }, text: string): void {
  socket.write(text, 'latin1');
}

/** The problem document of an answer, if it is one. */
export function problemOf(answer: Answer): unknown {
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    return undefined;
  }
}

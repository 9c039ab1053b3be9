// The API on a real engine and a real store in memory, with a sender that answers as it is told. Every answer is checked
// against the OpenAPI document: what is not documented there, or not as documented, fails the test that met it.

import assert from 'node:assert/strict';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { Compile, type Validator } from 'typebox/compile';
import { systemClock } from '../../src/adapters/clock.ts';
import { systemRandom } from '../../src/adapters/random.ts';
import { type ApiParts, createApi } from '../../src/apps/api/server.ts';
import { measuredStore } from '../../src/apps/metrics/measured-store.ts';
import { Metrics } from '../../src/apps/metrics/metrics.ts';
import { hashApiKey } from '../../src/apps/settings/api-key.ts';
import { LiveStream } from '../../src/apps/stream/live.ts';
import type { Call } from '../../src/domain/call.ts';
import type { CallResult } from '../../src/domain/outcome.ts';
import { headerNamesOf } from '../../src/domain/profile.ts';
import { MIN_SECRET_BYTES } from '../../src/domain/secret.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Store } from '../../src/seams/store/index.ts';
import { createMemoryStore } from './memory-store.ts';

export const KEY = 'test-key-0123456789';
export const AUTHORIZED = { authorization: `Bearer ${KEY}` };
export const UNKNOWN_ID = '0190163d-8694-739b-aea5-966c26f8ad91';

export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

export interface LogLine {
  readonly level: string;
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The answer of a receiver that is content. */
export function delivered(overrides: Partial<Extract<CallResult, { outcome: 'succeeded' }>> = {}): CallResult {
  const response = {
    status: 200,
    headers: [['content-type', 'text/plain']] as const,
    body: Buffer.from('thanks'),
    truncated: false,
  };
  return { outcome: 'succeeded', connectMs: 3, durationMs: 9, repeated: false, response, error: null, ...overrides };
}

/** The result of a receiver that refuses connections. */
export const REFUSED: CallResult = {
  outcome: 'connect_refused',
  connectMs: null,
  durationMs: 2,
  repeated: false,
  response: null,
  error: 'Nothing listens at that port.',
};

export class ApiBench implements AsyncDisposable {
  readonly store: Store;
  readonly engine: Engine;
  readonly metrics: Metrics;
  readonly stream: LiveStream;
  readonly app: FastifyInstance;
  readonly log: LogLine[] = [];
  /** Calls that went out, in order. */
  readonly calls: Call[] = [];
  /** How receivers answer. */
  answer: (call: Call) => CallResult | Promise<CallResult> = () => delivered();
  #document: unknown;

  constructor(overrides: Partial<ApiParts> = {}, store = createMemoryStore()) {
    const clock = systemClock(0);
    const random = systemRandom();
    this.store = store;
    this.metrics = new Metrics({
      load: () => this.engine.load,
      store: this.store,
      clock,
      version: '0.0.0-test',
      withProcess: false,
    });
    this.stream = new LiveStream(clock, random);
    this.engine = new Engine({
      store: measuredStore(this.store, clock, (...call) => this.metrics.noteStoreCall(...call)),
      sender: {
        send: async (call) => {
          this.calls.push(call);
          return await this.answer(call);
        },
        close: async () => {},
      },
      clock,
      random,
      settings: {
        endpointConcurrency: 4,
        retentionDays: 30,
        senderProfile: { names: headerNamesOf('x-iadvize-'), userAgent: 'Posthorn/test' },
        encryptionKey: new Uint8Array(32).fill(1),
      },
      report: (report) => {
        this.metrics.note(report);
        this.stream.tell(report);
      },
    });
    this.app = createApi({
      engine: this.engine,
      metrics: this.metrics,
      stream: this.stream,
      store: this.store,
      sessionStore: this.store,
      clock,
      random,
      callbackUrls: { allowHttp: false, allowed: [], denied: [] },
      headerNames: headerNamesOf('x-iadvize-'),
      minSecretBytes: MIN_SECRET_BYTES,
      apiKeyHashes: [hashApiKey(KEY)],
      allowedHosts: undefined,
      version: '0.0.0-test',
      log: { write: (level, text, fields = {}) => void this.log.push({ level, text, fields }) },
      ...overrides,
    });
  }

  static async open(overrides: Partial<ApiParts> = {}, store = createMemoryStore()): Promise<ApiBench> {
    const bench = new ApiBench(overrides, store);
    await bench.engine.start();
    await bench.app.ready();
    return bench;
  }

  /** One request with a valid key. A text is sent as it is, anything else as JSON. */
  async call(method: Method, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    return await this.request({
      method,
      url: path,
      headers: { ...AUTHORIZED, ...(payload !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(payload !== undefined && { payload }),
    });
  }

  async request(options: InjectOptions & { readonly method: Method; readonly url: string }): Promise<Answer> {
    const response = await this.app.inject(options);
    const body: unknown = response.body === '' ? undefined : JSON.parse(response.body);
    this.#expectDocumented(options.method, options.url, response.statusCode, response.headers['content-type'], body);
    return { status: response.statusCode, headers: response.headers, body };
  }

  /** The status that an answer without end begins with. */
  async head(url: string): Promise<number> {
    const response = await this.app.inject({ method: 'GET', url, headers: AUTHORIZED, payloadAsStream: true });
    response.stream().destroy();
    return response.statusCode;
  }

  /** A new tenant. */
  async tenant(id: string): Promise<string> {
    const { status } = await this.call('PUT', `/v1/tenants/${id}`);
    assert.equal(status, 201);
    return id;
  }

  /** A new endpoint of a tenant; answers its id. */
  async endpoint(tenant: string, settings: object = {}): Promise<string> {
    const { status, body } = await this.call('POST', `/v1/tenants/${tenant}/endpoints`, {
      url: 'https://receiver.example/hook',
      ...settings,
    });
    assert.equal(status, 201, JSON.stringify(body));
    return text(body, 'id');
  }

  /** Waits until something holds that others bring about. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!(await holds())) {
      assert.ok(performance.now() < deadline, `waited 10 s in vain until ${what}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
    await this.engine.stop(0);
    await this.store.close();
  }

  #expectDocumented(method: Method, url: string, status: number, type: unknown, body: unknown): void {
    this.#document ??= JSON.parse(JSON.stringify(this.app.swagger()));
    const path = (url.split('?', 1)[0] ?? '').split('/');
    const paths = Object.entries(Object(member(this.#document, 'paths')));
    const operation = paths
      .filter(([pattern]) => fits(pattern.split('/'), path))
      .map(([, methods]) => member(methods, method.toLowerCase()))
      .find((found) => found !== undefined);
    if (operation === undefined) return;
    const response = member(operation, 'responses', String(status));
    assert.ok(response !== undefined, `${method} ${url} answered ${status}, which is not documented`);
    const [mediaType = ''] = String(type).split(';', 1);
    const schema = member(response, 'content', mediaType, 'schema');
    if (body === undefined) return;
    assert.ok(schema !== undefined, `${method} ${url} answered ${status} as ${mediaType}, which is not documented`);
    const validator = validatorOf(schema);
    assert.ok(
      validator.Check(body),
      `${method} ${url} answered ${status} not as documented: ${JSON.stringify(validator.Errors(body))}`,
    );
  }
}

const validators = new WeakMap<object, Validator>();

function validatorOf(schema: unknown): Validator {
  assert.ok(typeof schema === 'object' && schema !== null);
  const known = validators.get(schema) ?? Compile(schema);
  validators.set(schema, known);
  return known;
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((part, index) => part.startsWith('{') || part === path[index]);
}

/** The value found in a JSON value by going down a path. */
export function member(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inside, step) =>
      typeof inside === 'object' && inside !== null ? Object.getOwnPropertyDescriptor(inside, step)?.value : undefined,
    value,
  );
}

/** A text that must be there. */
export function text(value: unknown, ...path: readonly (string | number)[]): string {
  const found = member(value, ...path);
  assert.equal(typeof found, 'string', `${path.join('.')} of ${JSON.stringify(value)}`);
  return String(found);
}

/** A list that must be there. */
export function list(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = member(value, ...path);
  assert.ok(Array.isArray(found), `${path.join('.')} of ${JSON.stringify(value)}`);
  return found;
}

// The service is killed while it works for requests with idempotency keys: after it has claimed them, after it has done what
// was asked, and after it has kept the answers. The requests are sent again to the next process. Each effect is there once.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { list, member, text } from '../support/api-bench.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { ServiceProcess } from '../support/service-process.ts';
import { until } from '../support/waiting.ts';

const HALTING = { command: fileURLToPath(new URL('./halting-service.ts', import.meta.url)) };
const KEY = 'the-key-of-every-process';
const TENANT = '/v1/tenants/acme';
const LIMIT_MS = 40_000;

/** When the service dies, and whether the effect is there by then. */
const MOMENTS = [
  { moment: 'after claimKey', done: false, kept: false },
  { moment: 'before answerKey', done: true, kept: false },
  { moment: 'after answerKey', done: true, kept: true },
] as const;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A POST under a key. */
interface Sent {
  readonly path: string;
  readonly body?: unknown;
  readonly key: string;
}

/** A service on a store, a receiver, and the service that comes after it. */
class World {
  readonly #folder = mkdtempSync(join(tmpdir(), 'posthorn-kills-'));
  readonly #receiver: Server;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #calls = new Map<string, number>();
  #service: ServiceProcess | undefined;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = {
      POSTHORN_API_KEY: KEY,
      POSTHORN_DATA: join(this.#folder, 'data'),
      POSTHORN_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
      POSTHORN_ALLOW_HTTP: 'true',
      POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8',
      ...environment,
    };
    this.#receiver = createServer((request, response) => {
      const path = request.url ?? '';
      this.#calls.set(path, (this.#calls.get(path) ?? 0) + 1);
      request.resume().on('end', () => response.writeHead(204).end());
    });
  }

  async begin(): Promise<void> {
    await once(this.#receiver.listen(0, '127.0.0.1'), 'listening');
    await this.#start();
    await this.ask('PUT', '', {});
  }

  async end(): Promise<void> {
    await this.#service?.kill();
    this.#receiver.close();
    rmSync(this.#folder, { recursive: true });
  }

  urlOf(path: string): string {
    const { port } = this.#receiver.address() as AddressInfo;
    return `http://127.0.0.1:${port}${path}`;
  }

  /** How often the receiver was called at a path. */
  calls(path: string): number {
    return this.#calls.get(path) ?? 0;
  }

  async ask(method: string, path: string, body?: unknown, key?: string): Promise<Answer> {
    const answer = await fetch(`${this.#service?.url}${TENANT}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const said = await answer.text();
    return { status: answer.status, headers: answer.headers, body: said === '' ? null : JSON.parse(said) };
  }

  /** Sends requests, kills the service once all of them are at this moment, and starts the next one. */
  async killUnder(moment: string, requests: readonly Sent[]): Promise<void> {
    const [haltAt, halted] = [join(this.#folder, 'halt-at'), join(this.#folder, 'halted')];
    writeFileSync(haltAt, moment);
    writeFileSync(halted, '');
    const answers = requests.map(({ path, body, key }) => this.ask('POST', path, body, key));
    const lost = Promise.all(answers.map((answer) => assert.rejects(answer, TypeError, 'it gets no answer')));
    const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').length - 1;
    await until('all requests are there', LIMIT_MS, () => linesOf(halted) === requests.length);
    await this.#service?.kill();
    await lost;
    rmSync(haltAt);
    await this.#start();
  }

  async count(path: string): Promise<number> {
    return list((await this.ask('GET', `${path}${path.includes('?') ? '&' : '?'}limit=200`)).body, 'data').length;
  }

  async endpoint(name: string): Promise<string> {
    const url = this.urlOf(`/${name}`);
    const { status, body } = await this.ask('POST', '/endpoints', { url, eventTypes: [name] });
    assert.equal(status, 201, JSON.stringify(body));
    return text(body, 'id');
  }

  /** Posts events and waits until they are delivered. @returns the id of the first delivery */
  async delivered(type: string, count = 1): Promise<string> {
    const events = Array.from({ length: count }, () => ({ type, payload: {} }));
    const { body } = await this.ask('POST', '/events/batch', { events });
    await this.settled(type);
    return text(body, 'events', 0, 'deliveries', 0, 'id');
  }

  async settled(type: string): Promise<void> {
    const pending = `/deliveries?state=pending&eventType=${type}`;
    await until('nothing is pending', LIMIT_MS, async () => (await this.count(pending)) === 0);
  }

  async #start(): Promise<void> {
    this.#service = await ServiceProcess.start(HALTING, { folder: this.#folder, environment: this.#environment });
  }
}

/** A request that is prepared: how often its effect is there can be counted. */
interface Prepared extends Omit<Sent, 'key'> {
  readonly count: () => Promise<number>;
  /** A pattern that the answer must match besides. */
  readonly check?: (body: unknown) => Promise<void>;
}

interface Operation {
  readonly what: string;
  readonly status: number;
  /** Of an answer that is made again, if it differs. */
  readonly rebuilt?: number;
  /** How often the effect is there in the end; 1 if left out. */
  readonly times?: number;
  /** How often it is there if the service dies between the effect and the answer; as often as ever if left out. */
  readonly timesTorn?: number;
  /** @param name of a type and a receiver's path that nobody else uses */
  readonly prepare: (world: World, name: string) => Promise<Prepared>;
}

const OPERATIONS: readonly Operation[] = [
  {
    what: 'an event once',
    status: 202,
    prepare: async (world, name) => {
      await world.endpoint(name);
      return {
        path: '/events',
        body: { type: name, payload: { n: 1 } },
        count: () => world.count(`/deliveries?eventType=${name}`),
      };
    },
  },
  {
    what: 'an event with an id once',
    status: 202,
    rebuilt: 200,
    prepare: async (world, name) => ({
      path: '/events',
      body: { id: name, type: name, payload: {} },
      count: () => world.count(`/events?eventType=${name}`),
    }),
  },
  {
    what: 'a batch once',
    status: 202,
    times: 3,
    prepare: async (world, name) => {
      const event = { type: name, payload: {} };
      return {
        path: '/events/batch',
        body: { events: [event, { ...event, id: name }, event] },
        count: () => world.count(`/events?eventType=${name}`),
      };
    },
  },
  {
    what: 'an endpoint once',
    status: 201,
    prepare: async (world, name) => ({
      path: '/endpoints',
      body: { url: world.urlOf(`/${name}`), eventTypes: [name] },
      count: () => world.count(`/endpoints?search=127.0.0.1&url=${encodeURIComponent(world.urlOf(`/${name}`))}`),
      check: async (body) => {
        const kept = await world.ask('GET', `/endpoints/${text(body, 'id')}/secret`);
        assert.equal(text(body, 'secret'), text(kept.body, 'secret'));
      },
    }),
  },
  {
    what: 'the disabling of an endpoint once',
    status: 200,
    prepare: async (world, name) => {
      const path = `/endpoints/${await world.endpoint(name)}`;
      return {
        path: `${path}/disable`,
        count: async () => (member((await world.ask('GET', path)).body, 'enabled') === false ? 1 : 0),
      };
    },
  },
  {
    what: 'one more attempt once',
    status: 202,
    prepare: async (world, name) => {
      await world.endpoint(name);
      const path = `/deliveries/${await world.delivered(name)}`;
      return {
        path: `${path}/retry`,
        count: async () => {
          await world.settled(name);
          const attempts = list((await world.ask('GET', path)).body, 'attempts');
          return attempts.filter((one) => text(one, 'trigger') === 'manual' && text(one, 'outcome') !== 'interrupted')
            .length;
        },
        check: async (body) => assert.equal(text(body, 'retry'), 'due'),
      };
    },
  },
  {
    what: 'a replay once',
    status: 201,
    prepare: async (world, name) => {
      const endpointId = await world.endpoint(name);
      await world.delivered(name);
      const mine = (replay: unknown) => member(replay, 'endpointId') === endpointId;
      return {
        path: '/replays',
        body: { endpointId, states: ['succeeded'] },
        count: async () => list((await world.ask('GET', '/replays?limit=200')).body, 'data').filter(mine).length,
      };
    },
  },
  {
    what: 'the end of a replay once',
    status: 200,
    prepare: async (world, name) => {
      const endpointId = await world.endpoint(name);
      await world.delivered(name, 100);
      const wish = { endpointId, states: ['succeeded'], ratePerSecond: 1 };
      const path = `/replays/${text((await world.ask('POST', '/replays', wish)).body, 'id')}`;
      return {
        path: `${path}/cancel`,
        count: async () => (text((await world.ask('GET', path)).body, 'state') === 'cancelled' ? 1 : 0),
        check: async (body) => assert.equal(text(body, 'state'), 'cancelled'),
      };
    },
  },
  {
    what: 'a test call, twice only if the receiver was called and the answer not kept',
    status: 200,
    timesTorn: 2,
    prepare: async (world, name) => ({
      path: `/endpoints/${await world.endpoint(name)}/test`,
      count: async () => world.calls(`/${name}`),
    }),
  },
];

interface Begun extends Operation, Prepared {
  readonly key: string;
}

/**
 * Declares the tests for a store.
 * @param outlive lets two minutes pass for whoever has claimed a key and not answered; left out, nobody waits for the dead
 */
function kills(world: () => World, outlive?: () => Promise<void>): void {
  for (const { moment, done, kept } of MOMENTS) {
    describe(`killed ${moment}`, () => {
      const begun = new Map<string, Begun>();
      const send = ({ path, body, key }: Sent) => world().ask('POST', path, body, key);

      before(async () => {
        for (const operation of OPERATIONS) {
          const key = `t${randomUUID().slice(0, 8)}`;
          begun.set(operation.what, { ...operation, ...(await operation.prepare(world(), key)), key });
        }
        await world().killUnder(moment, [...begun.values()]);
        if (outlive === undefined || kept) return;
        for (const request of begun.values()) {
          const { status, headers } = await send(request);
          assert.equal(status, 409, request.what);
          assert.match(headers.get('retry-after') ?? '', /^[1-9]/);
        }
        await outlive();
      });

      for (const { what, status, rebuilt = status, times = 1, timesTorn = times } of OPERATIONS) {
        it(`does ${what}`, async () => {
          const request = begun.get(what);
          assert.ok(request !== undefined);
          const { count, check } = request;
          assert.equal(await count(), done ? times : 0, 'before it is sent again');
          const torn = done && !kept;

          const again = await send(request);
          assert.equal(again.status, torn ? rebuilt : status, JSON.stringify(again.body));
          assert.equal(again.headers.get('idempotency-replayed'), kept ? 'true' : null);
          assert.equal(await count(), torn ? timesTorn : times, 'after it was sent again');
          await check?.(again.body);

          const third = await send(request);
          assert.deepEqual([third.status, third.body], [again.status, again.body]);
          assert.equal(third.headers.get('idempotency-replayed'), 'true');
          assert.equal(await count(), torn ? timesTorn : times, 'after it was sent a third time');
        });
      }
    });
  }
}

describe('requests with idempotency keys at a service on SQLite', () => {
  const world = new World({});
  before(() => world.begin());
  after(() => world.end());
  kills(() => world);
});

describe('requests with idempotency keys at a service on Postgres', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let world: World;
  before(async () => {
    database = await createTestDatabase();
    world = new World({ POSTHORN_DATABASE_URL: database.url });
    await world.begin();
  });
  after(async () => {
    await world.end();
    await database.drop();
  });
  kills(
    () => world,
    async () => {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      await client.query('update posthorn.idempotency set at = at - 120001 where answer is null');
      await client.end();
    },
  );
});

// Things that all scenarios share: the program, a receiver that can behave badly, names that lead to it or nowhere, a dead host, and
// places for services to keep their work in.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createAuthority } from '../../posthorn/src/apps/receiver/certificates.ts';
import type { Store } from '../../posthorn/src/seams/store/index.ts';
import { type NameServer, preloadFor, startNameServer } from '../../posthorn/tests/support/name-server.ts';
import {
  createTestDatabase,
  type PostgresServer,
  SERVER_VARIABLE,
  startPostgres,
} from '../../posthorn/tests/support/postgres.ts';
import { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { onPostgres } from '../crash/stores.ts';
import { API_KEY, createEndpoint, type NewEndpoint } from '../support/api.ts';
import { type DeadHost, startDeadHost } from '../support/dead-host.ts';
import { copyProgram, type Edit, type Program } from '../support/program.ts';
import type { Behaviour } from './behaviours.ts';
import { Receiver } from './receiver-process.ts';

export type StoreKind = 'sqlite' | 'postgres';

/** An empty store of one service's own. */
export interface Place extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
}

/** Names are looked up again and again, as they are in the world. */
const TTL_S = 1;
const SECRET = 'isolation-suite-secret-of-all-endpoints';
/** Requests under way at once while endpoints are made. */
const TOGETHER = 16;

interface SceneParts {
  readonly program: Program;
  readonly folder: string;
  readonly caFile: string;
  readonly receiver: Receiver;
  readonly badReceiver: Receiver;
  readonly deadHost: DeadHost;
  readonly names: NameServer;
}

export class Scene implements AsyncDisposable {
  /** Of the endpoints in good order. */
  readonly receiver: Receiver;
  /** Of all others; a process of its own, so that what it has to do is nobody's delay. */
  readonly badReceiver: Receiver;
  /** Tells the person who waits. */
  readonly say: (text: string) => void;
  readonly #parts: SceneParts;
  #server: PostgresServer | undefined;
  #places = 0;

  private constructor(parts: SceneParts, say: (text: string) => void) {
    this.receiver = parts.receiver;
    this.badReceiver = parts.badReceiver;
    this.say = say;
    this.#parts = parts;
  }

  static async set(edits: readonly Edit[], say: (text: string) => void): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-isolation-'));
    const program = copyProgram(join(folder, 'program'), edits);
    const authority = await createAuthority();
    const caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, authority.caPem);
    const certificate = await authority.issue(['*.receiver.test']);
    const names = await startNameServer((name) =>
      name.endsWith('.dead.test') ? 'silence' : { addresses: ['127.0.0.1'], ttl: TTL_S },
    );
    const parts = {
      ...{ program, folder, caFile, names },
      receiver: await Receiver.start(certificate),
      badReceiver: await Receiver.start(certificate),
      deadHost: await startDeadHost(),
    };
    return new Scene(parts, say);
  }

  /** A callback URL with a host of its own, whose calls are met so. */
  url(host: string, behaviour: Behaviour): string {
    const { port } = behaviour === 'ok' ? this.receiver : this.badReceiver;
    return `https://${host}.receiver.test:${port}/${behaviour}`;
  }

  /** A callback URL on the host that does not answer. */
  deadUrl(host: string): string {
    return `https://${host}.receiver.test:${this.#parts.deadHost.port}/`;
  }

  async place(kind: StoreKind): Promise<Place> {
    if (kind === 'postgres') return await this.#database();
    const data = join(this.#parts.folder, `data-${++this.#places}`);
    return {
      environment: { POSTHORN_DATA: data },
      async [Symbol.asyncDispose]() {
        rmSync(data, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  }

  async start(place: Place): Promise<ServiceProcess> {
    const { program, folder, caFile, names } = this.#parts;
    const own = join(folder, 'services');
    mkdirSync(own, { recursive: true });
    return await ServiceProcess.start(program, {
      folder: own,
      environment: {
        POSTHORN_API_KEY: API_KEY,
        POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8',
        POSTHORN_EXTRA_CA: caFile,
        POSTHORN_GRACE_MS: '2000',
        ...place.environment,
      },
      preload: preloadFor(names),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { folder, receiver, badReceiver, deadHost, names } = this.#parts;
    for (const each of [receiver, badReceiver, deadHost, names]) await each[Symbol.asyncDispose]();
    await this.#server?.remove();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Sees to it that there is a server to make databases on. */
  async postgres(): Promise<void> {
    this.#server ??= await startPostgres();
    process.env[SERVER_VARIABLE] = this.#server.url;
  }

  /** Opens the program's store in this process. */
  async openPostgresStore(url: string): Promise<Store> {
    const module = join(dirname(this.#parts.program.command), '../dist/adapters/postgres/index.js');
    const { openPostgresStore }: typeof import('../../posthorn/src/adapters/postgres/index.ts') = await import(module);
    return await openPostgresStore({ url });
  }

  async #database(): Promise<Place> {
    await this.postgres();
    const { url, drop } = await createTestDatabase();
    return { environment: onPostgres(url), [Symbol.asyncDispose]: drop };
  }
}

/** Makes endpoints. */
export async function subscribe(
  service: ServiceProcess,
  endpoints: readonly Omit<NewEndpoint, 'secret'>[],
): Promise<void> {
  let next = 0;
  const maker = async () => {
    for (let endpoint = endpoints[next++]; endpoint !== undefined; endpoint = endpoints[next++]) {
      await createEndpoint(service, { ...endpoint, secret: SECRET });
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, maker));
}

// A running Posthorn with its endpoints, whatever it keeps its work in: SQLite, Postgres or nothing at all.
import { request } from 'undici';
import type { ServiceQuestion } from '../processes/storing-nothing.ts';
import { Child } from './child.ts';
import { SECRET } from './fill.ts';
import type { Place, StoreKind } from './places.ts';
import { API_KEY, serviceEnvironment } from './service.ts';
import type { World } from './world.ts';

export interface Running {
  readonly url: string;
  readonly pid: number;
  /** CPU time of a database server beside it, in microseconds. */
  serverCpu(): number;
}

export type Keeper = StoreKind | 'nothing';

/** Starts a service on an empty store. */
export async function run(world: World, keeper: Keeper): Promise<Running & AsyncDisposable> {
  if (keeper === 'nothing') return await runOnNothing(world);
  return await runOn(world, await world.places.make(keeper));
}

/** Starts a service on a place, which is removed with it. */
export async function runOn(world: World, place: Place, environment: Readonly<Record<string, string>> = {}) {
  const service = await world.services.start(place, environment);
  return {
    url: service.url,
    pid: service.pid,
    startMs: service.startMs,
    serverCpu: () => place.serverCpu(),
    async [Symbol.asyncDispose]() {
      await service.stop();
      await place[Symbol.asyncDispose]();
    },
  };
}

async function runOnNothing(world: World): Promise<Running & AsyncDisposable> {
  const child = new Child<ServiceQuestion>('storing-nothing.ts');
  const environment = { ...serviceEnvironment(world.caFile), POSTHORN_DATA: world.folder };
  const url = await child.ask<string>({ kind: 'start', environment });
  return {
    url,
    pid: child.pid,
    serverCpu: () => 0,
    async [Symbol.asyncDispose]() {
      await child.ask({ kind: 'stop' });
      await child.stop();
    },
  };
}

/**
 * One call of the API.
 * @throws when it is not answered with success
 */
export async function call(url: string, method: 'GET' | 'PUT' | 'POST', path: string, body?: object): Promise<unknown> {
  const answer = await request(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`);
  return JSON.parse(text);
}

/** Makes a tenant with these endpoints. */
export async function subscribe(url: string, tenant: string, callbacks: readonly string[]): Promise<void> {
  await call(url, 'PUT', `/v1/tenants/${tenant}`, {});
  for (const callback of callbacks) {
    await call(url, 'POST', `/v1/tenants/${tenant}/endpoints`, { url: callback, secret: SECRET });
  }
}

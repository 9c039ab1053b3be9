// One test's store: opened on an empty database, put into a state by short calls, closed at the end.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { EventContent, LeasedDelivery } from '../../src/domain/delivery.ts';
import type { EndpointState } from '../../src/domain/endpoint/endpoint.ts';
import type { DeliveryId, EndpointId, OwnerId, TenantId } from '../../src/domain/ids.ts';
import type { SteadyMs } from '../../src/domain/time.ts';
import type { DeliveryDetail, Listed } from '../../src/seams/store/history.ts';
import { type Store, StoreUnavailable } from '../../src/seams/store/index.ts';
import type { AcceptedEvent, AttemptRecord, NewDelivery, NewEvent } from '../../src/seams/store/queue.ts';
import type { Page, StoredEndpoint } from '../../src/seams/store/registry.ts';
import { fingerprintOf, newEndpoint, newEvent, newId, tenantId, WALL } from './makers.ts';

/** A database of its own, empty at first. */
export interface StoreUnderTest {
  /** Opens it. A store that others may share can be opened several times at once, any other one again after `close`. */
  open(): Promise<Store>;
  /** Removes it; whatever was opened is closed by then. */
  dispose(): Promise<void>;
}

export type MakeStore = () => Promise<StoreUnderTest>;

type Declare = (promise: string, body: (bench: Bench) => Promise<void>) => void;

/** Declares one test of the contract. */
export interface ContractIt extends Declare {
  /** One that proves more on a disk than in memory: that opens the database again, or has calls run at the same time. */
  readonly onDisk: Declare;
}

/** Tests that are declared for a store: those that need a disk alone, or all. */
export type Extent = 'on disk' | 'all';

/** An event that was accepted, and its deliveries as their holder knows them. */
export interface Accepted {
  readonly event: EventContent;
  readonly deliveries: readonly LeasedDelivery[];
}

export class Bench {
  readonly #database: StoreUnderTest;
  readonly #open: Store[] = [];
  #store: Store | undefined;

  constructor(database: StoreUnderTest) {
    this.#database = database;
  }

  get store(): Store {
    if (this.#store === undefined) throw new Error('the store is not open');
    return this.#store;
  }

  async open(): Promise<Store> {
    const store = await this.#database.open();
    this.#open.push(store);
    this.#store ??= store;
    return store;
  }

  /** Closes everything and opens the database again, as a restarted process does. */
  async reopen(): Promise<Store> {
    await this.close();
    return await this.open();
  }

  /** The store of a second process: another connection where the store can be shared, else the same one. */
  async another(): Promise<Store> {
    return this.store.exclusive ? this.store : await this.open();
  }

  async close(): Promise<void> {
    for (const store of this.#open.splice(0)) await store.close();
    this.#store = undefined;
  }

  async owner(): Promise<OwnerId> {
    const owner = newId<OwnerId>();
    await this.store.join(owner);
    return owner;
  }

  async tenant(name = 'acme'): Promise<TenantId> {
    const id = tenantId(name);
    await this.store.putTenant(id, undefined, WALL);
    return id;
  }

  async endpoint(tenant: TenantId, parts: Partial<StoredEndpoint> = {}): Promise<StoredEndpoint> {
    const endpoint = newEndpoint(tenant, parts);
    assert.equal(await this.store.createEndpoint(endpoint, 10_000), 'created');
    return endpoint;
  }

  async setState({ tenantId, id }: StoredEndpoint, state: EndpointState, now: SteadyMs): Promise<void> {
    assert.equal((await this.store.setEndpointState(tenantId, id, state, now, WALL))?.state, state);
  }

  /** A tenant with one endpoint and a process. */
  async start(name = 'acme'): Promise<{ tenant: TenantId; endpoint: StoredEndpoint; owner: OwnerId }> {
    const tenant = await this.tenant(name);
    return { tenant, endpoint: await this.endpoint(tenant), owner: await this.owner() };
  }

  async revision(tenant: TenantId): Promise<number> {
    const catalog = await this.store.catalog(tenant);
    if (catalog === undefined) throw new Error(`there is no tenant ${tenant}`);
    return catalog.revision;
  }

  /** Accepts a new event with one delivery to each of the endpoints. */
  async accept(
    owner: OwnerId,
    endpoints: readonly [StoredEndpoint, ...StoredEndpoint[]],
    place: NewDelivery['place'] = 'leased',
    parts: Partial<EventContent> = {},
  ): Promise<Accepted> {
    const tenant = endpoints[0].tenantId;
    const event = newEvent(tenant, parts);
    const made = eventFor(event, endpoints, place);
    const group = { tenantId: tenant, revision: await this.revision(tenant), events: [made] };
    const [result] = await this.store.accept(owner, [group]);
    assert.equal(result?.kind, 'accepted');
    return { event, deliveries: made.deliveries.map(({ id, endpointId }) => newlyLeased(id, endpointId, event)) };
  }

  /** Accepts a new event for one endpoint. */
  async acceptOne(
    owner: OwnerId,
    endpoint: StoredEndpoint,
    place: NewDelivery['place'] = 'leased',
    parts: Partial<EventContent> = {},
  ): Promise<LeasedDelivery> {
    const { deliveries } = await this.accept(owner, [endpoint], place, parts);
    return only(deliveries);
  }

  async record(owner: OwnerId, ...records: AttemptRecord[]): Promise<('recorded' | 'late')[]> {
    return await this.store.record(owner, records);
  }

  async claimDue(owner: OwnerId, now: SteadyMs, limit = 100): Promise<readonly LeasedDelivery[]> {
    return (await this.store.claimDue(owner, now, limit)).deliveries;
  }

  async claimBacklog(owner: OwnerId, endpointId: EndpointId, limit = 100): Promise<readonly LeasedDelivery[]> {
    return (await this.store.claimBacklog(owner, [{ endpointId, limit }])).deliveries;
  }

  async delivery(tenant: TenantId, id: DeliveryId): Promise<DeliveryDetail> {
    const delivery = await this.store.delivery(tenant, id);
    if (delivery === undefined) throw new Error(`there is no delivery ${id}`);
    return delivery;
  }
}

/** The event with one new delivery to each of the endpoints. */
export function eventFor(
  event: EventContent,
  endpoints: readonly Pick<StoredEndpoint, 'id'>[],
  place: NewDelivery['place'] = 'leased',
  seed = 1,
): NewEvent {
  const deliveries = endpoints.map(({ id }) => ({ id: newId<DeliveryId>(event.createdAt), endpointId: id, place }));
  return { event, fingerprint: fingerprintOf(seed), ownId: null, keys: [], deliveries };
}

export function newlyLeased(id: DeliveryId, endpointId: EndpointId, event: EventContent): LeasedDelivery {
  return { id, endpointId, event, attempts: 0, failures: 0, interruptions: 0, resume: null, suspect: false };
}

/** The answer of `accept` for an event that it has stored. */
export function answerFor({ event, ownId, deliveries }: NewEvent, existing = false): AcceptedEvent {
  const { id, type, createdAt } = event;
  return {
    id,
    ownId,
    type,
    createdAt,
    deliveries: deliveries.map((made) => ({ id: made.id, endpointId: made.endpointId })),
    existing,
  };
}

export function only<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`expected one, got ${items.length}`);
  return item;
}

/** Equal in every field; bytes by what they are, not by which class holds them. */
export function assertSame(actual: unknown, expected: unknown, message?: string): void {
  assert.deepEqual(readable(actual), readable(expected), message);
}

function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return value.map(readable);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, readable(item)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readable(item)]));
}

/** The call is refused because the owner is not registered. */
export async function assertUnregistered(call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => error instanceof StoreUnavailable && error.code === 'unregistered');
}

/** Reads a whole list page by page, as its readers have to: a search may end before the page is full. */
export async function allPages<Item, Key>(
  limit: number,
  list: (page: Page<Key>) => Promise<readonly Item[] | Listed<Item, Key>>,
  keyOf: (item: Item) => Key,
): Promise<Item[]> {
  const found: Item[] = [];
  for (let after: Key | null = null; ; ) {
    const answer: readonly Item[] | Listed<Item, Key> = await list({ limit, after });
    const { items, cutAt } = 'items' in answer ? answer : { items: answer, cutAt: null };
    found.push(...items);
    assert.ok(items.length <= limit);
    const last = items.at(-1);
    if (cutAt !== null) {
      assert.ok(items.length < limit, 'a page that is full is not cut');
      after = cutAt;
    } else if (last === undefined || items.length < limit) {
      return found;
    } else {
      after = keyOf(last);
    }
  }
}

export const ids = (items: readonly { readonly id: string }[]): string[] => items.map(({ id }) => id);

export function contractIt(makeStore: MakeStore, extent: Extent): ContractIt {
  const declare: Declare = (promise, body) => {
    it(promise, async () => {
      const database = await makeStore();
      const bench = new Bench(database);
      try {
        await bench.open();
        await body(bench);
      } finally {
        await bench.close();
        await database.dispose();
      }
    });
  };
  return Object.assign(extent === 'all' ? declare : () => {}, { onDisk: declare });
}

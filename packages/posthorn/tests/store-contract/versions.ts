// Versions of endpoints and sender profiles: what attempts name, so that history shows what was sent.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { DocumentPlace } from '../../src/domain/endpoint/documents.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import type { Store } from '../../src/seams/store/index.ts';
import type { PlacedVersion, StoredEndpoint } from '../../src/seams/store/registry.ts';
import { type Bench, type ContractIt, only } from './bench.ts';
import { attemptOf, DONE, newEndpoint, newId, SUCCEEDED, tenantId, utf8, WALL, wallLater } from './makers.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function versionsContract(it: ContractIt): void {
  describe('versions of an endpoint', () => {
    it('are all kept, oldest first, with who made them and when', async (bench) => {
      const { tenant, endpoint } = await bench.start();
      const second = await replaced(bench, endpoint, { settings: utf8('{"two":2}'), changedBy: 'dashboard' });
      const { id, changedBy, settings, sealed, codec } = endpoint;
      assert.deepEqual(plain(await bench.store.endpointVersions(tenant, id, null)), [
        plainOne({ number: 1, changedAt: endpoint.updatedAt, changedBy, settings, sealed, codec }),
        plainOne({ ...second, number: 2, changedAt: second.updatedAt }),
      ]);
    });

    it('are found by their numbers, in their endpoint and tenant only', async (bench) => {
      const { tenant, endpoint } = await bench.start();
      await replaced(bench, endpoint, {});
      const numbers = async (wanted: number[], of = tenant, id = endpoint.id) =>
        (await bench.store.endpointVersions(of, id, wanted)).map(({ number }) => number);
      assert.deepEqual(await numbers([2, 1, 7, 2]), [1, 2]);
      assert.deepEqual(await numbers([2]), [2]);
      assert.deepEqual(await numbers([]), []);
      assert.deepEqual(await numbers([1], await bench.tenant('other')), []);
      assert.deepEqual(await numbers([1], tenantId('nobody')), []);
      assert.deepEqual(await numbers([1], tenant, newEndpoint(tenant).id), []);
    });

    it('go with the endpoint and with the tenant', async (bench) => {
      const { tenant, endpoint } = await bench.start();
      const other = await bench.endpoint(tenant);
      await bench.store.deleteEndpoint(tenant, endpoint.id, WALL);
      assert.deepEqual(await bench.store.endpointVersions(tenant, endpoint.id, null), []);
      assert.equal((await outdated(bench.store, 99)).length, 1);
      await bench.store.deleteTenant(tenant, WALL);
      assert.deepEqual(await bench.store.endpointVersions(tenant, other.id, null), []);
      assert.deepEqual(await outdated(bench.store, 99), []);
    });

    it('stay as they were when a change is refused', async (bench) => {
      const { tenant, endpoint } = await bench.start();
      assert.equal(await bench.store.replaceEndpoint({ ...endpoint, version: 3 }), 'changed');
      assert.equal((await bench.store.endpointVersions(tenant, endpoint.id, null)).length, 1);
    });
  });

  describe('versions of an older form', () => {
    it('are listed once each, page by page, over all tenants', async (bench) => {
      const made: string[] = [];
      for (const name of ['acme', 'other']) {
        const tenant = await bench.tenant(name);
        const endpoint = await bench.endpoint(tenant, { codec: 1 });
        await replaced(bench, endpoint, { codec: 2 });
        await replaced(bench, { ...endpoint, version: 2 }, { codec: 3 });
        made.push(`${tenant} ${endpoint.id} 1`, `${tenant} ${endpoint.id} 2`);
      }
      const found = (await outdated(bench.store, 3)).map((one) => `${one.tenantId} ${one.endpointId} ${one.version}`);
      assert.deepEqual(found.toSorted(), made.toSorted());
      assert.deepEqual(await outdated(bench.store, 1), []);
    });

    it('get new documents in their places; the endpoint gets host and key of the version in force only', async (bench) => {
      const { tenant, endpoint } = await bench.start();
      await replaced(bench, endpoint, { codec: 1 });
      const place = { tenantId: tenant, endpointId: endpoint.id };
      const one = { codec: 9, settings: utf8('one'), sealed: utf8('1'), host: 'old.example', urlKey: utf8('old') };
      const two = { codec: 9, settings: utf8('two'), sealed: utf8('2'), host: 'new.example', urlKey: utf8('new') };
      await bench.store.rewriteVersions([
        { ...place, version: 1, ...one },
        { ...place, version: 2, ...two },
        { ...place, version: 3, ...one },
        { ...place, endpointId: newEndpoint(tenant).id, version: 1, ...one },
      ]);
      const stored = await bench.store.endpointVersions(tenant, endpoint.id, null);
      assert.deepEqual(
        stored.map(({ number, settings, sealed }) => [number, text(settings), text(sealed)]),
        [
          [1, 'one', '1'],
          [2, 'two', '2'],
        ],
      );
      const now = await bench.store.endpoint(tenant, endpoint.id);
      assert.deepEqual([now?.host, text(now?.urlKey ?? utf8('')), now?.version], ['new.example', 'new', 2]);
    });
  });

  describe('versions that no attempt names', () => {
    it('go some time after they were replaced, the one in force never', async (bench) => {
      const { tenant, endpoint } = await bench.start();
      await replaced(bench, endpoint, { updatedAt: wallLater(0) });
      await replaced(bench, { ...endpoint, version: 2 }, { updatedAt: wallLater(1_000) });
      assert.equal(await bench.store.pruneVersions(wallLater(0), 10), 0);
      assert.equal(await bench.store.pruneVersions(wallLater(1), 10), 1);
      assert.deepEqual(await kept(bench, endpoint), [2, 3]);
      assert.equal(await bench.store.pruneVersions(wallLater(DAY_MS), 10), 1);
      assert.equal(await bench.store.pruneVersions(wallLater(DAY_MS), 10), 0);
      assert.deepEqual(await kept(bench, endpoint), [3]);
      assert.equal((await bench.store.endpoint(tenant, endpoint.id))?.version, 3);
    });

    it('go a bounded number at a time', async (bench) => {
      const { endpoint } = await bench.start();
      for (let version = 1; version <= 5; version++) await replaced(bench, { ...endpoint, version }, {});
      assert.equal(await bench.store.pruneVersions(wallLater(DAY_MS), 3), 3);
      assert.equal(await bench.store.pruneVersions(wallLater(DAY_MS), 3), 2);
    });

    it('stay for as long as a delivery has attempts that may have been made with them', async (bench) => {
      const { endpoint, owner, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      await bench.record(owner, attemptOf(delivery, SUCCEEDED, DONE, { madeFrom: { version: 1, sender: 1 } }));
      await replaced(bench, endpoint, { updatedAt: wallLater(HOUR_MS) });
      assert.equal(await bench.store.pruneVersions(wallLater(DAY_MS), 10), 0);
      assert.deepEqual(await kept(bench, endpoint), [1, 2]);
      while ((await bench.store.prune(wallLater(DAY_MS), 100)) > 0);
      assert.equal(await bench.store.delivery(tenant, delivery.id), undefined);
      assert.equal(await bench.store.pruneVersions(wallLater(DAY_MS), 10), 1);
    });
  });

  describe('an attempt', () => {
    it('names what it was made from, and shows the body that was sent', async (bench) => {
      const { endpoint, owner, tenant } = await bench.start();
      const { event, deliveries } = await bench.accept(owner, [endpoint]);
      const delivery = only(deliveries);
      const named = attemptOf(delivery, SUCCEEDED, DONE, { madeFrom: { version: 70_000, sender: 80_000 } });
      const unnamed = { ...named, attemptId: newId<AttemptId>(), madeFrom: null };
      assert.deepEqual(await bench.record(owner, named, unnamed), ['recorded', 'late']);
      const shown = await bench.delivery(tenant, delivery.id);
      assert.deepEqual(
        new Map(shown.history.map(({ id, madeFrom }) => [id, madeFrom])),
        new Map([
          [named.attemptId, { version: 70_000, sender: 80_000 }],
          [unnamed.attemptId, null],
        ]),
      );
      assert.deepEqual(text(shown.body ?? utf8('')), text(event.body));
      await bench.store.eraseEvent(tenant, event.id, WALL);
      assert.equal((await bench.delivery(tenant, delivery.id)).body, null);
    });
  });

  describe('sender profiles', () => {
    it('have one number per text, for ever', async (bench) => {
      const facts = ['{"a":"ü’🦊"}', '{"a":2}'] as const;
      const [first, second] = [await bench.store.senderProfile(facts[0]), await bench.store.senderProfile(facts[1])];
      assert.notEqual(first, second);
      assert.equal(await bench.store.senderProfile(facts[0]), first);
      assert.deepEqual(
        await bench.store.senderProfiles([second, 999, first]),
        new Map([
          [first, facts[0]],
          [second, facts[1]],
        ]),
      );
      assert.deepEqual(await bench.store.senderProfiles([]), new Map());
    });

    it.onDisk('get one number also from processes that store the same text at once', async (bench) => {
      const others = [bench.store, await bench.another(), await bench.another()];
      const numbers = await Promise.all(others.map((store) => store.senderProfile('{"b":1}')));
      assert.equal(new Set(numbers).size, 1);
      await bench.reopen();
      assert.equal(await bench.store.senderProfile('{"b":1}'), numbers[0]);
    });
  });
}

async function replaced(
  bench: Bench,
  endpoint: StoredEndpoint,
  parts: Partial<StoredEndpoint>,
): Promise<StoredEndpoint> {
  const next = { ...endpoint, version: endpoint.version + 1, updatedAt: wallLater(5_000), ...parts };
  assert.equal(await bench.store.replaceEndpoint(next), 'replaced');
  return next;
}

async function outdated(store: Store, codec: number): Promise<PlacedVersion[]> {
  const found: PlacedVersion[] = [];
  for (let after: DocumentPlace | null = null; ; ) {
    const page: readonly PlacedVersion[] = await store.outdatedVersions(codec, { limit: 1, after });
    const last = page.at(-1);
    if (last === undefined) return found;
    assert.equal(page.length, 1);
    found.push(last);
    after = last;
  }
}

async function kept(bench: Bench, { tenantId: tenant, id }: StoredEndpoint): Promise<number[]> {
  return (await bench.store.endpointVersions(tenant, id, null)).map(({ number }) => number);
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

interface PlainVersion {
  readonly number: number;
  readonly changedAt: number;
  readonly changedBy: string;
  readonly settings: Uint8Array;
  readonly sealed: Uint8Array;
  readonly codec: number;
}

function plainOne({ number, changedAt, changedBy, settings, sealed, codec }: PlainVersion): object {
  return { number, changedAt, changedBy, codec, settings: text(settings), sealed: [...sealed] };
}

const plain = (versions: readonly PlainVersion[]) => versions.map(plainOne);

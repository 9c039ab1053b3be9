import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dice } from '../../../tests/support/dice.ts';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import { CODEC, UnreadableDocument } from '../../domain/endpoint/documents.ts';
import { DEFAULT_SETTINGS } from '../../domain/endpoint/settings.ts';
import { type EndpointId, makeId, type TenantId } from '../../domain/ids.ts';
import { wall } from '../../domain/time.ts';
import type { Catalog, StoredEndpoint } from '../../seams/store/registry.ts';
import { Catalogs, type Damage } from './catalog.ts';
import { EndpointDocuments } from './documents.ts';

const ACME = 'acme' as TenantId;
const RULES = { concurrency: 16 };

/** Catalogs on a store that answers with what it leased when it was asked, after as long as its way takes then. */
function catalogs() {
  const time = new SimulatedTime();
  const store = { revision: 6, wayMs: 0, asked: 0 };
  const load = async (): Promise<Catalog> => {
    const catalog = { revision: store.revision, endpoints: [] };
    store.asked += 1;
    await time.sleep(store.wayMs);
    return catalog;
  };
  const documents = new EndpointDocuments(new Uint8Array(32), new Dice(1).random());
  /** The copies that were told of. */
  const told: { revision: number; isLatest: boolean }[] = [];
  const copies = new Catalogs(load, documents, time.clock(), true, RULES, {
    damaged: ({ message }) => assert.fail(message),
    loaded: ({ revision }, isLatest) => told.push({ revision, isLatest }),
  });
  /** The copies that were read, as they came. */
  const get = () => {
    const got: { revision: number | undefined } = { revision: undefined };
    void copies.get(ACME).then((catalog) => {
      got.revision = catalog?.revision;
    });
    return got;
  };
  return { time, store, copies, told, get };
}

describe('a copy of a catalog', () => {
  it('is not replaced by an older one that took longer to come', async () => {
    const { time, store, copies, get } = catalogs();
    store.wayMs = 2_000;
    get();
    store.revision = 7;
    store.wayMs = 1;
    copies.forget(ACME);
    const fresh = get();
    await time.pass(3_000);
    assert.deepEqual([fresh.revision, copies.atHand(ACME)?.revision], [7, 7]);
  });

  it('is said not to be the latest if the tenant has changed while it was on its way', async () => {
    const { time, store, copies, told, get } = catalogs();
    store.wayMs = 2_000;
    const old = get();
    store.revision = 7;
    store.wayMs = 1;
    copies.forget(ACME);
    get();
    await time.pass(3_000);
    const [first, second] = [
      { revision: 7, isLatest: true },
      { revision: 6, isLatest: false },
    ];
    assert.deepEqual([old.revision, told], [6, [first, second]]);
  });

  it('that was on its way when a claim saw a newer one does not do for what was claimed', async () => {
    const { time, store, copies, get } = catalogs();
    store.wayMs = 1_000;
    get();
    store.revision = 7;
    copies.forgetOlderThan(new Map([[ACME, 7]]));
    const got = get();
    await time.pass(3_000);
    assert.deepEqual([got.revision, copies.atHand(ACME)?.revision], [7, 7]);
  });

  it('is kept though claims never cease while it is on its way', async () => {
    const { time, store, copies, get } = catalogs();
    store.wayMs = 1_000;
    get();
    for (let claims = 0; claims < 20; claims++) {
      await time.pass(100);
      copies.forgetOlderThan(new Map([[ACME, 6]]));
      get();
    }
    assert.deepEqual([store.asked, copies.atHand(ACME)?.revision], [1, 6]);
  });

  it('comes though the tenant never ceases to change', async () => {
    const { time, store, copies, get } = catalogs();
    store.wayMs = 1_000;
    const got = get();
    for (let changes = 0; changes < 20; changes++) {
      await time.pass(100);
      store.revision += 1;
      copies.forget(ACME);
    }
    assert.equal(got.revision, 6);
  });
});

describe('an endpoint whose settings are damaged', () => {
  const random = new Dice(1).random();
  const documents = new EndpointDocuments(new Uint8Array(32), random);
  const endpoint = (): StoredEndpoint => {
    const [id, at] = [makeId<EndpointId>(wall(1), random.bytes(10)), wall(1)];
    const settings = {
      ...DEFAULT_SETTINGS,
      url: 'https://receiver.example/',
      secrets: ['a secret of good length'] as const,
    };
    return {
      ...{ id, tenantId: ACME, uid: null, state: 'active', version: 1, createdAt: at, updatedAt: at, changedBy: 'key' },
      ...documents.write({ tenantId: ACME, endpointId: id, version: 1 }, settings),
    };
  };
  const copiesOf = (endpoints: readonly StoredEndpoint[]) => {
    const told: Damage[] = [];
    const load = async () => ({ revision: 1, endpoints });
    const clock = new SimulatedTime().clock();
    return {
      told,
      copies: new Catalogs(load, documents, clock, true, RULES, {
        damaged: (damage) => told.push(damage),
        loaded: () => {},
      }),
    };
  };

  it('gets no events, is told of once, and the others of its tenant go on', async () => {
    const [one, damaged, other] = [
      endpoint(),
      { ...endpoint(), settings: new TextEncoder().encode('{"event') },
      endpoint(),
    ];
    const { told, copies } = copiesOf([one, damaged, other]);
    for (let times = 0; times < 2; times++) {
      const catalog = await copies.get(ACME);
      assert.deepEqual(catalog?.matching('order.paid'), [one.id, other.id]);
      assert.equal(catalog.endpoint(other.id)?.url, 'https://receiver.example/');
      assert.throws(() => catalog.endpoint(damaged.id), UnreadableDocument);
      copies.forget(ACME);
    }
    assert.deepEqual(
      told.map(({ tenantId, endpointId }) => [tenantId, endpointId]),
      [[ACME, damaged.id]],
    );
    assert.match(told[0]?.message ?? '', /damaged/);
  });

  it('is not the one that a newer program wrote: no event of the tenant is accepted without it', async () => {
    const { told, copies } = copiesOf([endpoint(), { ...endpoint(), codec: CODEC + 1 }]);
    await assert.rejects(copies.get(ACME), UnreadableDocument);
    assert.deepEqual(told, []);
  });
});

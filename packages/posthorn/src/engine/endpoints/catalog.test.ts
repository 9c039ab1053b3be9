import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dice } from '../../../tests/support/dice.ts';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Catalog } from '../../seams/store/registry.ts';
import { Catalogs } from './catalog.ts';
import { EndpointDocuments } from './documents.ts';

const ACME = 'acme' as TenantId;

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
  const copies = new Catalogs(load, documents, time.clock(), true);
  /** The copies that were read, as they came. */
  const get = () => {
    const got: { revision: number | undefined } = { revision: undefined };
    void copies.get(ACME).then((catalog) => {
      got.revision = catalog?.revision;
    });
    return got;
  };
  return { time, store, copies, get };
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

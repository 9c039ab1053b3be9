import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openPostgresStore } from '../../packages/posthorn/src/adapters/postgres/index.ts';
import { openSqliteStore } from '../../packages/posthorn/src/adapters/sqlite/index.ts';
import { wall } from '../../packages/posthorn/src/domain/time.ts';
import type { Store } from '../../packages/posthorn/src/seams/store/index.ts';
import { createTestDatabase } from '../../packages/posthorn/tests/support/postgres.ts';
import { makeEndpoints, TENANT } from './fill.ts';
import { addPast, eventOf, PAST_TYPES, type Past, ROWS_PER_EVENT, USUAL_TYPE } from './past.ts';
import type { Place } from './places.ts';

const PAST: Past = { tenantId: TENANT, events: 2_000, from: 1_790_000_000_000, everyMs: 43.2, salt: 0x100 };

const END = wall(PAST.from + 1_000_000);

type Made = Pick<Place, 'kind' | 'where'> & { open(): Promise<Store>; remove(): Promise<void> };

async function sqlite(): Promise<Made> {
  const where = mkdtempSync(join(tmpdir(), 'posthorn-past-'));
  const open = () => openSqliteStore({ directory: where, onDeath: (error) => assert.fail(error) });
  return { kind: 'sqlite', where, open, remove: async () => rmSync(where, { recursive: true }) };
}

async function postgres(): Promise<Made> {
  const { url, drop } = await createTestDatabase();
  return { kind: 'postgres', where: url, open: () => openPostgresStore({ url }), remove: drop };
}

/** Opens it for as long as a test needs it, and removes it then. */
async function openFor(place: Made) {
  const store = await place.open();
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store.close();
      await place.remove();
    },
  };
}

describe('a made past', () => {
  for (const make of [sqlite, postgres]) {
    it(`is what the store would have kept of it (${make.name})`, async () => {
      const place = await make();
      const before = await place.open();
      const wishes = Array.from({ length: 4 }, (_, index) => ({
        ...{ url: `https://127.0.0.1/${index}`, eventTypes: [PAST_TYPES] },
      }));
      const endpoints = await makeEndpoints(before, wishes);
      await before.close();
      await addPast(place, PAST, () => undefined);
      await using store = await openFor(place);
      const everything = { limit: 10_000, after: null };

      assert.equal((await store.events(TENANT, {}, everything)).items.length, PAST.events);
      assert.equal((await store.events(TENANT, { eventType: USUAL_TYPE }, everything)).items.length, PAST.events / 20);
      const deliveries = (await store.deliveries(TENANT, {}, everything)).items;
      assert.equal(deliveries.length, 2 * PAST.events);
      const share = (state: string) => deliveries.filter((one) => one.state === state).length / deliveries.length;
      assert.deepEqual(['succeeded', 'exhausted', 'cancelled'].map(share), [0.96, 0.03, 0.01]);

      const exhausted = deliveries.filter(({ state }) => state === 'exhausted').at(-1);
      assert.ok(exhausted);
      const detail = await store.delivery(TENANT, exhausted.id);
      assert.deepEqual(
        detail?.history.map(({ number, response }) => [number, response?.status]),
        [
          [1, 503],
          [2, 503],
          [3, 503],
        ],
      );

      const { id, createdAt, deliveryId, attemptId } = eventOf(PAST, 1_234);
      const event = await store.event(TENANT, id);
      assert.equal(event?.createdAt, createdAt);
      assert.deepEqual(new Set(event?.deliveries.map(({ endpointId }) => endpointId)).size, 2);
      assert.ok(event?.deliveries.every(({ endpointId }) => endpoints.some((one) => one.id === endpointId)));
      assert.deepEqual(
        (await store.deliveries(TENANT, { attemptId }, everything)).items.map((one) => one.id),
        [deliveryId],
      );

      let removed = 0;
      for (let step = await store.prune(END, 5_000); step > 0; step = await store.prune(END, 5_000)) removed += step;
      assert.equal(removed, PAST.events * ROWS_PER_EVENT);
    });
  }
});

// Bytes of what was erased, or pruned, are not in the files any more.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { OwnerId } from '../../src/domain/ids.ts';
import { eventFor } from '../store-contract/bench.ts';
import {
  attemptOf,
  DONE,
  newEndpoint,
  newEvent,
  newId,
  RESPONSE,
  SUCCEEDED,
  tenantId,
  utf8,
  WALL,
  wallLater,
} from '../store-contract/makers.ts';
import { dataFolder, open } from './folder.ts';

const SECRET = 'ERASEME-7f3a';
const acme = tenantId('acme');

function secretsIn(directory: string): string[] {
  return readdirSync(directory).filter((file) => readFileSync(join(directory, file)).includes(SECRET));
}

describe('the files of a store', () => {
  for (const [how, what, padding] of [
    ['erased', 'a small payload', 0],
    ['erased', 'a payload of many pages', 200_000],
    ['overdue', 'a small payload', 0],
    ['overdue', 'a payload of many pages', 200_000],
    ['pruned', 'a small payload', 0],
    ['pruned', 'a payload of many pages', 200_000],
  ] as const) {
    it(`hold nothing of ${what}, its keys and responses once an event was ${how}`, async (test) => {
      const directory = dataFolder(test);
      const store = await open(directory);
      const owner = newId<OwnerId>();
      const endpoint = newEndpoint(acme);
      await store.putTenant(acme, undefined, WALL);
      await store.createEndpoint(endpoint, 10);
      await store.join(owner);
      const revision = (await store.catalog(acme))?.revision ?? 0;
      const events = Array.from({ length: 20 }, (_, index) => {
        const body = utf8(JSON.stringify({ a: `${SECRET} ${index}`, b: 'x'.repeat(padding), c: SECRET }));
        return { ...eventFor(newEvent(acme, { body }), [endpoint]), keys: [`${SECRET}-${index}`] };
      });
      for (const made of events) await store.accept(owner, [{ tenantId: acme, revision, events: [made] }]);
      const response = {
        ...RESPONSE,
        status: 200,
        headers: [['x-echo', SECRET]] as const,
        body: utf8(`${SECRET} ${'y'.repeat(padding / 4)}`),
      };
      const records = events.flatMap(({ deliveries }) =>
        deliveries.map(({ id }) => attemptOf({ id, attempts: 0, resume: null }, { ...SUCCEEDED, response }, DONE)),
      );
      await store.record(owner, records);
      assert.ok(secretsIn(directory).length > 0);
      if (how === 'erased') {
        for (const { event } of events) assert.equal(await store.eraseEvent(acme, event.id, WALL), true);
        assert.deepEqual(secretsIn(directory), []);
      } else if (how === 'overdue') {
        while ((await store.eraseOverdue(acme, wallLater(100_000), wallLater(100_001), 1_000)).looked > 0);
        assert.notEqual((await store.event(acme, events[0]?.event.id ?? newId()))?.erasedAt, null);
      } else {
        while ((await store.prune(wallLater(100_000), 1_000)) > 0);
        assert.equal((await store.events(acme, {}, { limit: 10, after: null })).items.length, 0);
      }
      await store.close();
      assert.deepEqual(secretsIn(directory), []);
    });
  }
});

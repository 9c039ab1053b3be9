// A process of its own that opens a data folder and accepts events as fast as it can, printing the id of each one whose
// acceptance was confirmed. Started by tests, killed by tests.
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts';
import type { OwnerId } from '../../src/domain/ids.ts';
import { StoreRefused } from '../../src/seams/store/index.ts';
import { eventFor } from '../store-contract/bench.ts';
import { newEndpoint, newEvent, newId, tenantId, WALL } from '../store-contract/makers.ts';

const [directory = ''] = process.argv.slice(2);
const BATCH = 20;

try {
  const store = await openSqliteStore({
    directory,
    onDeath: (error) => {
      throw error;
    },
  });
  process.stdout.write('open\n');
  const tenant = tenantId('acme');
  await store.putTenant(tenant, undefined, WALL);
  const endpoint = newEndpoint(tenant);
  await store.createEndpoint(endpoint, 10);
  const owner = newId<OwnerId>(Date.now());
  await store.join(owner);
  const revision = (await store.catalog(tenant))?.revision ?? 0;
  for (;;) {
    const events = Array.from({ length: BATCH }, () => newEvent(tenant, { id: newId(Date.now()) }));
    const groups = events.map((event) => ({ tenantId: tenant, revision, events: [eventFor(event, [endpoint])] }));
    await store.accept(owner, groups);
    process.stdout.write(`${events.map(({ id }) => id).join('\n')}\n`);
  }
} catch (error) {
  if (!(error instanceof StoreRefused)) throw error;
  process.stdout.write(`refused ${error.code}: ${error.message}\n`);
}

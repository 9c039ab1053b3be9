// B5: somebody else holds a snapshot of the database, a dump or a forgotten transaction, so that nothing that is finished can
// be cleared away. Claims must not wade through it: at the end they take as long as they do without.
import { Client } from 'pg';
import type { LeasedDelivery } from '../../posthorn/src/domain/delivery.ts';
import type { EndpointId, OwnerId, TenantId } from '../../posthorn/src/domain/ids.ts';
import { steady } from '../../posthorn/src/domain/time.ts';
import type { Store } from '../../posthorn/src/seams/store/index.ts';
import { eventFor } from '../../posthorn/tests/store-contract/bench.ts';
import {
  attemptOf,
  DONE,
  dueAgain,
  FAILED,
  newEndpoint,
  newEvent,
  newId,
  STEADY,
  SUCCEEDED,
  tenantId,
  WALL,
} from '../../posthorn/tests/store-contract/makers.ts';
import { createTestDatabase } from '../../posthorn/tests/support/postgres.ts';
import { now } from '../../posthorn/tests/support/waiting.ts';
import type { Scene } from './scene.ts';
import { type Spread, spreadOf } from './statistics.ts';

const BATCH = 500;
const SAY_EVERY = 50;

export interface SnapshotExtent {
  /** Each is claimed from a backlog, fails, is claimed when it is due again, and succeeds. */
  readonly deliveries: number;
  /** A claim may take this many times what it takes without the snapshot, by the median of the last quarter, … */
  readonly atMostTimes: number;
  /** … which counts as at least this much, in milliseconds. */
  readonly noiseMs: number;
}

export interface SnapshotFigures {
  readonly deliveries: number;
  /** Claims of the first and of the last quarter, each of 500 deliveries. */
  readonly without: Quarters;
  readonly beside: Quarters;
  readonly p50Times: number;
  readonly broken: readonly string[];
}

interface Quarters {
  readonly first: Spread;
  readonly last: Spread;
}

interface Side {
  readonly store: Store;
  readonly tenant: TenantId;
  readonly endpoint: EndpointId;
  readonly owner: OwnerId;
  readonly revision: number;
  readonly claims: number[];
}

export async function measureSnapshot(scene: Scene, extent: SnapshotExtent): Promise<SnapshotFigures> {
  const { deliveries, atMostTimes, noiseMs } = extent;
  await scene.postgres();
  await using open = new AsyncDisposableStack();
  const side = async (): Promise<{ side: Side; url: string }> => {
    const { url, drop } = await createTestDatabase();
    open.defer(drop);
    const store = await scene.openPostgresStore(url);
    open.defer(() => store.close());
    return { side: await furnished(store), url };
  };
  const without = await side();
  const beside = await side();
  const holder = new Client({ connectionString: beside.url });
  await holder.connect();
  open.defer(() => holder.end());
  await holder.query('begin isolation level repeatable read');
  await holder.query('select count(*) from posthorn.queue');

  const batches = Math.ceil(deliveries / BATCH);
  for (let batch = 1; batch <= batches; batch++) {
    for (const one of batch % 2 === 0 ? [without, beside] : [beside, without]) await work(one.side, batch);
    if (batch % SAY_EVERY === 0) scene.say(`a snapshot is held: ${batch * BATCH} of ${deliveries} deliveries`);
  }
  await holder.query('rollback');

  const figures = { without: quartersOf(without.side.claims), beside: quartersOf(beside.side.claims) };
  const limit = atMostTimes * Math.max(figures.without.last.p50, noiseMs);
  const holds = figures.beside.last.p50 <= limit;
  const [took, normal] = [figures.beside.last.p50, figures.without.last.p50];
  return {
    deliveries,
    ...figures,
    p50Times: Math.round((took / normal) * 100) / 100,
    broken: holds ? [] : [`claims beside a held snapshot take ${took} ms, ${normal} ms without`],
  };
}

async function furnished(store: Store): Promise<Side> {
  const tenant = tenantId('snapshot');
  await store.putTenant(tenant, undefined, WALL);
  const endpoint = newEndpoint(tenant);
  await store.createEndpoint(endpoint, 10);
  const owner = newId<OwnerId>();
  await store.join(owner);
  const revision = (await store.catalog(tenant))?.revision ?? 0;
  return { store, tenant, endpoint: endpoint.id, owner, revision, claims: [] };
}

async function work({ store, tenant, endpoint, owner, revision, claims }: Side, batch: number): Promise<void> {
  const events = Array.from({ length: BATCH }, () => eventFor(newEvent(tenant), [{ id: endpoint }], 'backlog'));
  await store.accept(owner, [{ tenantId: tenant, revision, events }]);
  const timed = async (claim: Promise<{ readonly deliveries: readonly LeasedDelivery[] }>) => {
    const began = now();
    const { deliveries } = await claim;
    claims.push(now() - began);
    if (deliveries.length !== BATCH) throw new Error(`${deliveries.length} deliveries were claimed of ${BATCH}`);
    return deliveries;
  };
  const due = steady(STEADY + batch * 1_000);
  const first = await timed(store.claimBacklog(owner, [{ endpointId: endpoint, limit: BATCH }]));
  await store.record(
    owner,
    first.map((delivery) => attemptOf(delivery, FAILED, dueAgain(due))),
  );
  const second = await timed(store.claimDue(owner, due, BATCH));
  await store.record(
    owner,
    second.map((delivery) => attemptOf(delivery, SUCCEEDED, DONE)),
  );
}

function quartersOf(claims: readonly number[]): Quarters {
  const quarter = Math.floor(claims.length / 4);
  return { first: spreadOf(claims.slice(0, quarter)), last: spreadOf(claims.slice(-quarter)) };
}

// A service with any number of deliveries of the last day behind it, put into its store before it is started on them, through
// the store's own calls: what is shown of them is what would have been there.
import { join } from 'node:path';
import { systemRandom } from '../../posthorn/src/adapters/random.ts';
import { openSqliteStore } from '../../posthorn/src/adapters/sqlite/index.ts';
import { fingerprint } from '../../posthorn/src/domain/fingerprint.ts';
import {
  type AttemptId,
  type DeliveryId,
  type EndpointId,
  makeId,
  type OwnerId,
  parseId,
  parseTenantId,
  type TenantId,
} from '../../posthorn/src/domain/ids.ts';
import type { CallResult } from '../../posthorn/src/domain/outcome.ts';
import { headerNamesOf, writeSenderProfile } from '../../posthorn/src/domain/profile.ts';
import { countAttempt, noCounts } from '../../posthorn/src/domain/tally.ts';
import { type WallMs, wall } from '../../posthorn/src/domain/time.ts';
import { writeEvent } from '../../posthorn/src/engine/accepting/intake.ts';
import type { Store } from '../../posthorn/src/seams/store/index.ts';
import type { AttemptRecord, NewEvent } from '../../posthorn/src/seams/store/queue.ts';
import { serve } from '../../posthorn/tests/cli/command.ts';
import { KEY } from './scene.ts';

export const STORED_TENANT = 'acme';
const ENDPOINTS = 12;
const TYPES = ['order.paid', 'order.shipped', 'user.created', 'user.updated', 'invoice.sent'];
const DAY_MS = 86_400_000;
/** Deliveries per transaction. */
const BATCH = 500;
/** One in so many is exhausted. */
const EXHAUSTED_EVERY = 40;

const random = systemRandom();

export interface Stored extends AsyncDisposable {
  readonly url: string;
  /** Of endpoints, the first one in the list. */
  readonly endpointId: string;
  /** Of the newest delivery. */
  readonly deliveryId: string;
}

/** @param root a folder for the service; made by the test file, which removes it at its end */
export async function openStored(root: string, count: number): Promise<Stored> {
  const environment = { POSTHORN_API_KEY: KEY, POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8' };
  const first = await serve(root, environment);
  const endpoints = await makeEndpoints(first.url);
  await first.service.stop();
  const deliveryId = await fill(join(root, 'data'), endpoints, count);
  const { service, url } = await serve(root, environment);
  return {
    url,
    endpointId: endpoints[0] ?? '',
    deliveryId,
    async [Symbol.asyncDispose]() {
      await service.stop();
    },
  };
}

async function makeEndpoints(url: string): Promise<EndpointId[]> {
  const ask = async (method: string, path: string, body: object): Promise<unknown> => {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v1/tenants/${STORED_TENANT}${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return await answer.json();
  };
  await ask('PUT', '', { name: 'Acme Ltd' });
  const made: EndpointId[] = [];
  for (let index = 0; index < ENDPOINTS; index++) {
    const settings = { url: `https://receiver-${index}.example/hooks`, description: `Receiver ${index}` };
    const id = parseId<EndpointId>(String(Object(await ask('POST', '/endpoints', settings)).id));
    if (id !== undefined) made.push(id);
  }
  return made;
}

async function fill(directory: string, endpoints: readonly EndpointId[], count: number): Promise<string> {
  const store = await openSqliteStore({
    directory,
    onDeath: (error) => {
      throw error;
    },
  });
  const owner = makeId<OwnerId>(Date.now(), random.bytes(10));
  await store.join(owner);
  const tenantId = parseTenantId(STORED_TENANT);
  if (tenantId === undefined) throw new Error('that is no tenant id');
  const revision = (await store.catalog(tenantId))?.revision ?? 0;
  const profile = { names: headerNamesOf('x-iadvize-'), userAgent: 'Posthorn/0.1.0' };
  const sender = await store.senderProfile(writeSenderProfile(profile));
  const now = Date.now();
  let last = '';
  for (let from = 0; from < count; from += BATCH) {
    const at = wall(Math.floor(now - DAY_MS + (DAY_MS * from) / count));
    const batch = Math.min(BATCH, count - from);
    last = await addBatch({ store, owner, tenantId, revision, endpoints, sender }, from, batch, at);
  }
  await store.leave(owner);
  await store.close();
  return last;
}

interface Filling {
  readonly store: Store;
  readonly owner: OwnerId;
  readonly tenantId: TenantId;
  readonly revision: number;
  readonly endpoints: readonly EndpointId[];
  /** Number of a sender profile. */
  readonly sender: number;
}

/** @returns the id of the last delivery */
async function addBatch(filling: Filling, from: number, count: number, at: WallMs): Promise<string> {
  const { store, owner, tenantId, revision, endpoints, sender } = filling;
  const events: NewEvent[] = [];
  const records: AttemptRecord[] = [];
  const counts = noCounts();
  for (let index = from; index < from + count; index++) {
    const endpointId = endpoints[index % endpoints.length];
    if (endpointId === undefined) throw new Error('there are no endpoints');
    const moment = wall(at + index - from);
    const type = TYPES[index % TYPES.length] ?? '';
    const payload = `{"orderId":"order-${index}","customer":{"name":"Zoë Müller","country":"AT"},"amount":300.20}`;
    const event = writeEvent(tenantId, { id: null, type, payload }, moment, random);
    const deliveryId = makeId<DeliveryId>(moment, random.bytes(10));
    const attemptId = makeId<AttemptId>(moment, random.bytes(10));
    const result = resultOf(index);
    const state = result.outcome === 'succeeded' ? ('succeeded' as const) : ('exhausted' as const);
    countAttempt(counts, result, state);
    counts.accepted += 1;
    events.push({
      event,
      fingerprint: fingerprint(type, payload),
      ownId: null,
      keys: [],
      deliveries: [{ id: deliveryId, endpointId, place: 'leased' }],
    });
    records.push({
      ...{ deliveryId, attemptId, number: 1, trigger: 'schedule', startedAt: moment, endedAt: moment, result },
      madeFrom: { version: 1, sender },
      next: { state, failures: state === 'exhausted' ? 1 : 0, interruptions: 0 },
    });
  }
  const [accepted] = await store.accept(owner, [{ tenantId, revision, events }]);
  if (accepted?.kind !== 'accepted') throw new Error('the events were not accepted');
  await store.record(owner, records);
  const tally = { scope: { kind: 'tenant', tenantId } as const, counts, lastFailedAt: at };
  await store.tally(owner, from + 1, { at, tallies: [tally], pending: null });
  return records.at(-1)?.deliveryId ?? '';
}

function resultOf(index: number): CallResult {
  const facts = { connectMs: null, durationMs: 5 + (index % 90), repeated: false };
  const response = { status: 200, headers: [['content-type', 'application/json']] as const, truncated: false };
  if (index % EXHAUSTED_EVERY !== 0) {
    const body = Buffer.from('{"received":true}');
    return { outcome: 'succeeded', ...facts, response: { ...response, body }, error: null };
  }
  const body = Buffer.from('{"error":"out of stock"}');
  const error = 'The receiver answered with status 500; 200 to 209 is success.';
  return { outcome: 'http_status', ...facts, response: { ...response, status: 500, body }, error };
}

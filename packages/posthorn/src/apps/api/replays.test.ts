import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiBench, delivered, list, member, REFUSED, text } from '../../../tests/support/api-bench.ts';
import { MAX_RUNNING_REPLAYS } from '../../engine/engine.ts';

const TENANT = '/v1/tenants/acme';
const REPLAYS = `${TENANT}/replays`;

/** Posts events of a type and waits until their deliveries are exhausted. */
async function exhausted(bench: ApiBench, type: string, count: number): Promise<string[]> {
  bench.answer = () => REFUSED;
  const events = Array.from({ length: count }, (_, n) => ({ type, payload: { n } }));
  const { body } = await bench.call('POST', `${TENANT}/events/batch`, { events });
  const ids = list(body, 'events').map((event) => text(event, 'deliveries', 0, 'id'));
  await bench.until('all are exhausted', async () => {
    const found = await bench.call('GET', `${TENANT}/deliveries?state=exhausted&eventType=${type}&limit=200`);
    return list(found.body, 'data').length === count;
  });
  return ids;
}

async function ended(bench: ApiBench, id: string): Promise<unknown> {
  let shown: unknown;
  await bench.until('the replay has ended', async () => {
    shown = (await bench.call('GET', `${REPLAYS}/${id}`)).body;
    return member(shown, 'state') !== 'running';
  });
  return shown;
}

describe('a replay', () => {
  let bench: ApiBench;
  before(async () => {
    bench = await ApiBench.open();
    await bench.tenant('acme');
  });
  after(async () => await bench[Symbol.asyncDispose]());

  it('is counted first by a dry run, which does nothing', async () => {
    await bench.endpoint('acme', { eventTypes: ['dry'], scheduleMs: [] });
    await exhausted(bench, 'dry', 3);
    const { status, body } = await bench.call('POST', REPLAYS, { eventTypes: ['dry'], dryRun: true });
    assert.deepEqual([status, body], [200, { dryRun: true, total: 3 }]);
    assert.deepEqual(member((await bench.call('GET', REPLAYS)).body, 'data'), []);
    const other = await bench.call('POST', REPLAYS, { eventTypes: ['dry'], states: ['succeeded'], dryRun: true });
    assert.equal(member(other.body, 'total'), 0);
    const all = await bench.call('POST', REPLAYS, { eventTypes: ['none', '*'], dryRun: true });
    assert.deepEqual(all.body, { dryRun: true, total: 3 });
  });

  it('makes one more attempt of each, with the same correlation id and body, and says how far it is', async () => {
    const endpoint = await bench.endpoint('acme', { eventTypes: ['sent.*'], scheduleMs: [] });
    const ids = await exhausted(bench, 'sent.again', 12);
    const before = bench.calls.slice(-12);
    bench.answer = () => delivered();
    const request = { endpointId: endpoint, eventTypes: ['sent.*'], ratePerSecond: 1_000 };
    const { status, body } = await bench.call('POST', REPLAYS, request);
    assert.equal(status, 201);
    assert.partialDeepStrictEqual(body, {
      ...request,
      state: 'running',
      states: ['exhausted'],
      since: null,
      total: 12,
      replayed: 0,
      skipped: 0,
      endedAt: null,
    });
    assert.equal(text(body, 'until'), text(body, 'createdAt'));
    const shown = await ended(bench, text(body, 'id'));
    assert.partialDeepStrictEqual(shown, { state: 'completed', total: 12, replayed: 12, skipped: 0 });
    assert.match(text(shown, 'endedAt'), /Z$/);
    await bench.until('all have succeeded', async () => {
      const found = await bench.call('GET', `${TENANT}/deliveries?state=succeeded&eventType=sent.again&limit=200`);
      return list(found.body, 'data').length === 12;
    });
    const fingerprint = ({ headers, body: bytes }: (typeof before)[number]) =>
      `${Object.fromEntries(headers)['x-iadvize-correlationid']} ${Buffer.from(bytes).toString()}`;
    assert.deepEqual(new Set(bench.calls.slice(-12).map(fingerprint)), new Set(before.map(fingerprint)));
    const detail = (await bench.call('GET', `${TENANT}/deliveries/${ids[0]}`)).body;
    assert.deepEqual(
      list(detail, 'attempts').map((attempt) => member(attempt, 'trigger')),
      ['schedule', 'manual'],
    );
  });

  it('that is about nothing is completed at once', async () => {
    const { status, body } = await bench.call('POST', REPLAYS, { eventTypes: ['nothing'] });
    assert.equal(status, 201);
    assert.partialDeepStrictEqual(body, { state: 'completed', total: 0, replayed: 0, skipped: 0 });
    assert.equal(text(body, 'endedAt'), text(body, 'createdAt'));
  });

  it('may be wanted without a body, and is then about everything that is exhausted', async () => {
    const { status, body } = await bench.call('POST', REPLAYS);
    assert.equal(status, 201);
    assert.partialDeepStrictEqual(body, {
      endpointId: null,
      eventTypes: null,
      states: ['exhausted'],
      ratePerSecond: 50,
    });
    await ended(bench, text(body, 'id'));
  });

  it('can be cancelled once, and then stays as it is', async () => {
    await bench.endpoint('acme', { eventTypes: ['slow'], scheduleMs: [] });
    await exhausted(bench, 'slow', 30);
    const { body } = await bench.call('POST', REPLAYS, { eventTypes: ['slow'], ratePerSecond: 1 });
    const path = `${REPLAYS}/${text(body, 'id')}`;
    const cancelled = await bench.call('POST', `${path}/cancel`);
    assert.equal(cancelled.status, 200);
    assert.partialDeepStrictEqual(cancelled.body, { state: 'cancelled', total: 30 });
    assert.ok(Number(member(cancelled.body, 'replayed')) < 30);
    const again = await bench.call('POST', `${path}/cancel`);
    assert.equal(again.status, 409);
    assert.match(text(again.body, 'detail'), /has ended: it is cancelled/);
    assert.deepEqual((await bench.call('GET', path)).body, cancelled.body);
  });

  it('is refused to a disabled endpoint, dry or not', async () => {
    const endpoint = await bench.endpoint('acme', { eventTypes: ['off'] });
    await bench.call('POST', `${TENANT}/endpoints/${endpoint}/disable`);
    for (const dryRun of [true, false]) {
      const { status, body } = await bench.call('POST', REPLAYS, { endpointId: endpoint, dryRun });
      assert.equal(status, 409);
      assert.match(text(body, 'detail'), /enable it/);
    }
  });

  it('never finds another tenant’s endpoint', async () => {
    await bench.tenant('other');
    const endpoint = await bench.endpoint('other');
    const { status, body } = await bench.call('POST', REPLAYS, { endpointId: endpoint });
    assert.equal(status, 422);
    assert.equal(text(body, 'errors', 0, 'field'), 'endpointId');
  });

  it('is refused while as many are running as a tenant may have', async () => {
    await bench.endpoint('acme', { eventTypes: ['many'], scheduleMs: [] });
    await exhausted(bench, 'many', 20);
    const request = { eventTypes: ['many'], ratePerSecond: 1 };
    const begun: string[] = [];
    for (let index = 0; index < MAX_RUNNING_REPLAYS; index++) {
      const { status, body } = await bench.call('POST', REPLAYS, request);
      assert.equal(status, 201);
      begun.push(text(body, 'id'));
    }
    const { status, body } = await bench.call('POST', REPLAYS, request);
    assert.equal(status, 409);
    assert.match(text(body, 'detail'), /10 running replays/);
    for (const id of begun) await bench.call('POST', `${REPLAYS}/${id}/cancel`);
  });
});

describe('the list of replays', () => {
  it('is newest first, and goes on by cursor', async () => {
    await using bench = await ApiBench.open();
    await bench.tenant('acme');
    assert.equal((await bench.call('GET', REPLAYS.replace('acme', 'nobody'))).status, 404);
    const made: string[] = [];
    for (let index = 0; index < 5; index++) made.push(text((await bench.call('POST', REPLAYS)).body, 'id'));
    const found: string[] = [];
    for (let cursor: unknown = ''; cursor !== null; ) {
      const { body } = await bench.call('GET', `${REPLAYS}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      found.push(...list(body, 'data').map((replay) => text(replay, 'id')));
      cursor = member(body, 'nextCursor');
    }
    assert.deepEqual(found, made.toSorted().toReversed());
  });
});

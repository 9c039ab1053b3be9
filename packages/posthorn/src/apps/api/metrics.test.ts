// The text for Prometheus: counts and durations, and nothing about whose they are.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiBench, delivered, REFUSED } from '../../../tests/support/api-bench.ts';
import { createMemoryStore } from '../../../tests/support/memory-store.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';

async function figures(bench: ApiBench): Promise<ReadonlyMap<string, number>> {
  const { statusCode, body } = await bench.app.inject({ url: '/metrics' });
  assert.equal(statusCode, 200);
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

const EVENT = { type: 'order.paid', payload: {} };

describe('/metrics', () => {
  it('needs no key and is Prometheus text', async () => {
    await using bench = await ApiBench.open();
    const { headers, body } = await bench.app.inject({ url: '/metrics' });
    assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
    assert.match(body, /^# HELP posthorn_events_accepted_total /m);
    assert.match(body, /^# TYPE posthorn_attempts_total counter$/m);
  });

  it('shows everything at zero before anything happened, so that rates start with the first event', async () => {
    await using bench = await ApiBench.open();
    const at = await figures(bench);
    assert.equal(at.get('posthorn_events_accepted_total'), 0);
    assert.equal(at.get('posthorn_attempts_total{outcome="reply_timeout"}'), 0);
    assert.equal(at.get('posthorn_deliveries_ended_total{state="exhausted"}'), 0);
    assert.equal(at.get('posthorn_store_up'), 1);
    assert.equal(at.get('posthorn_oldest_pending_seconds'), 0);
    assert.equal(at.get('posthorn_info{version="0.0.0-test"}'), 1);
  });

  it('counts events, attempts, ends and durations', async () => {
    await using bench = await ApiBench.open();
    await bench.tenant('acme');
    await bench.endpoint('acme');
    bench.answer = () => (bench.calls.length === 1 ? REFUSED : delivered());
    await bench.call('POST', '/v1/tenants/acme/events/batch', { events: [EVENT, EVENT] });
    await bench.until('both are attempted', async () => {
      const at = await figures(bench);
      return at.get('posthorn_store_batch_size_sum{call="record"}') === 2;
    });
    const at = await figures(bench);
    assert.equal(at.get('posthorn_events_accepted_total'), 2);
    assert.equal(at.get('posthorn_attempts_total{outcome="succeeded"}'), 1);
    assert.equal(at.get('posthorn_attempts_total{outcome="connect_refused"}'), 1);
    assert.equal(at.get('posthorn_deliveries_ended_total{state="succeeded"}'), 1);
    assert.equal(at.get('posthorn_deliveries_ended_total{state="exhausted"}'), 0);
    assert.equal(at.get('posthorn_accept_seconds_count'), 2);
    assert.equal(at.get('posthorn_queue_wait_seconds_count{since="accepted"}'), 2);
    assert.equal(at.get('posthorn_retry_lateness_seconds_count'), 0);
    // The bench's answer: 3 ms to connect, 9 ms together.
    assert.equal(at.get('posthorn_connect_seconds_sum'), 0.003);
    assert.ok(Math.abs((at.get('posthorn_reply_seconds_sum') ?? 0) - 0.006) < 1e-9);
    assert.equal(at.get('posthorn_store_batch_size_sum{call="accept"}'), 2);
    assert.equal(at.get('posthorn_store_call_seconds_count{call="accept"}'), 1);
  });

  it('shows what is under way and what waits, with its age', async () => {
    await using bench = await ApiBench.open();
    const { promise: hanging, resolve: answer } = Promise.withResolvers<void>();
    bench.answer = async () => {
      await hanging;
      return delivered();
    };
    await bench.tenant('acme');
    await bench.endpoint('acme');
    await bench.call('POST', '/v1/tenants/acme/events/batch', { events: Array(6).fill(EVENT) });
    await bench.until('four are called', async () => bench.calls.length === 4);
    const at = await figures(bench);
    assert.equal(at.get('posthorn_leased_deliveries'), 6);
    assert.equal(at.get('posthorn_calls_under_way'), 4);
    assert.equal(at.get('posthorn_lanes_open'), 1);
    assert.equal(at.get('posthorn_pending_deliveries{place="backlog"}'), 0);
    assert.ok((at.get('posthorn_oldest_pending_seconds') ?? -1) >= 0);
    answer();
  });

  it('shows waits as they were after a busy endpoint was disabled and enabled again', async () => {
    const store = createMemoryStore();
    const enabled = Promise.withResolvers<void>();
    let paused = 0;
    const release: typeof store.release = async (owner, releases) => {
      paused += releases.filter(({ to }) => to === 'paused').length;
      // Deliveries released as paused reach the store after the endpoint was enabled again.
      await enabled.promise;
      await store.release(owner, releases);
    };
    await using bench = await ApiBench.open({}, { ...store, release });
    const disabled = Promise.withResolvers<void>();
    bench.answer = async () => {
      await disabled.promise;
      return REFUSED;
    };
    await bench.tenant('acme');
    const endpoint = await bench.endpoint('acme', { scheduleMs: [1] });
    await bench.call('POST', '/v1/tenants/acme/events/batch', { events: Array(50).fill(EVENT) });
    await bench.call('POST', `/v1/tenants/acme/endpoints/${endpoint}/disable`);
    disabled.resolve();
    await bench.until('some are given back as paused', async () => paused > 0);
    await bench.call('POST', `/v1/tenants/acme/endpoints/${endpoint}/enable`);
    enabled.resolve();
    await bench.until('all are exhausted', async () => {
      return (await figures(bench)).get('posthorn_deliveries_ended_total{state="exhausted"}') === 50;
    });
    const at = await figures(bench);
    assert.ok((at.get('posthorn_queue_wait_seconds_count{since="due"}') ?? 0) >= paused);
    assert.ok((at.get('posthorn_queue_wait_seconds_sum{since="due"}') ?? Number.NaN) < 50 * 10);
    assert.equal(at.get('posthorn_retry_lateness_seconds_count'), 50);
    assert.ok((at.get('posthorn_retry_lateness_seconds_sum') ?? Number.NaN) < 50 * 10);
  });

  it('asks the store once, however many look at the same time or soon after', async () => {
    await using bench = await ApiBench.open();
    let asked = 0;
    const { pending } = bench.store;
    Object.assign(bench.store, {
      pending: (limit: number) => {
        asked += 1;
        return pending(limit);
      },
    });
    await Promise.all([figures(bench), figures(bench), figures(bench)]);
    await figures(bench);
    assert.equal(asked, 1);
  });

  it('leaves out what the store does not tell, and shows the rest', async () => {
    await using bench = await ApiBench.open();
    Object.assign(bench.store, { pending: () => Promise.reject(new StoreUnavailable('unreachable', 'away')) });
    const at = await figures(bench);
    assert.equal(at.has('posthorn_oldest_pending_seconds'), false);
    assert.equal(at.has('posthorn_pending_deliveries{place="due"}'), false);
    assert.equal(at.get('posthorn_events_accepted_total'), 0);
  });

  it('says while the store does not answer', async () => {
    await using bench = await ApiBench.open();
    bench.metrics.note({ kind: 'store_unavailable', message: 'away' });
    assert.equal((await figures(bench)).get('posthorn_store_up'), 0);
    bench.metrics.note({ kind: 'store_available' });
    assert.equal((await figures(bench)).get('posthorn_store_up'), 1);
  });

  it('counts rounds of pruning that failed', async () => {
    await using bench = await ApiBench.open();
    assert.equal((await figures(bench)).get('posthorn_pruning_failures_total'), 0);
    bench.metrics.note({ kind: 'pruning_failed', message: 'too slow' });
    assert.equal((await figures(bench)).get('posthorn_pruning_failures_total'), 1);
  });

  it('names no tenant, endpoint, URL, event type or id', async () => {
    await using bench = await ApiBench.open();
    await bench.tenant('canary-tenant');
    const endpoint = await bench.endpoint('canary-tenant', { url: 'https://canary.example/canary-path' });
    await bench.call('POST', '/v1/tenants/canary-tenant/events', { type: 'canary.type', payload: { canary: 1 } });
    await bench.until('it is attempted', async () => {
      return (await figures(bench)).get('posthorn_attempts_total{outcome="succeeded"}') === 1;
    });
    const { body } = await bench.app.inject({ url: '/metrics' });
    assert.doesNotMatch(body, /canary|example|https?:/);
    assert.equal(body.includes(endpoint), false);
    assert.doesNotMatch(body, /[0-9a-f]{8}-[0-9a-f]{4}-/);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiBench, delivered, list, member, REFUSED, text, UNKNOWN_ID } from '../../../tests/support/api-bench.ts';
import { OUTCOMES } from '../../domain/outcome.ts';

const NONE = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]));

describe('statistics', () => {
  let bench: ApiBench;
  let good: string;
  let bad: string;

  before(async () => {
    bench = await ApiBench.open();
    await bench.tenant('acme');
    await bench.tenant('other');
    good = await bench.endpoint('acme', { eventTypes: ['good'] });
    bad = await bench.endpoint('acme', { eventTypes: ['bad'], scheduleMs: [] });
    await bench.endpoint('other', { eventTypes: ['bad'], scheduleMs: [] });
    bench.answer = () => delivered({ durationMs: 12 });
    for (let n = 0; n < 3; n++) await bench.call('POST', '/v1/tenants/acme/events', { type: 'good', payload: {} });
    await attempts('/v1/stats', 3);
    bench.answer = () => REFUSED;
    for (const tenant of ['acme', 'other'])
      await bench.call('POST', `/v1/tenants/${tenant}/events`, { type: 'bad', payload: {} });
    await attempts('/v1/stats', 5);
  });
  after(async () => await bench[Symbol.asyncDispose]());

  /** Waits until so many attempts are shown; answers with what is shown then. */
  async function attempts(path: string, count: number): Promise<unknown> {
    let shown: unknown;
    await bench.until(`${count} attempts are shown`, async () => {
      shown = (await bench.call('GET', path)).body;
      return member(shown, 'attempts') === count;
    });
    return shown;
  }

  it('of all tenants have totals, rates, percentiles and steps', async () => {
    const shown = await attempts('/v1/stats', 5);
    assert.partialDeepStrictEqual(shown, {
      span: 'hour',
      stepMs: 60_000,
      accepted: 5,
      attempts: 5,
      failedAttempts: 2,
      succeeded: 3,
      exhausted: 2,
      successRate: 0.6,
      outcomes: { ...NONE, succeeded: 3, connect_refused: 2 },
      pending: { count: 0, capped: false, oldestAt: null },
    });
    const { p50, p90, p99 } = Object(member(shown, 'durationMs'));
    assert.ok(p50 > 8 && p50 < p90 && p90 < p99 && p99 <= 16, JSON.stringify({ p50, p90, p99 }));
    const steps = list(shown, 'steps');
    assert.equal(steps.length, 60);
    assert.equal(text(steps[0], 'at'), text(shown, 'since'));
    const sum = (figure: string) => steps.reduce<number>((total, step) => total + Number(member(step, figure)), 0);
    assert.deepEqual(['accepted', 'attempts', 'failedAttempts', 'succeeded', 'exhausted'].map(sum), [5, 5, 2, 3, 2]);
    assert.partialDeepStrictEqual(steps[0], { attempts: 0, p50Ms: null, p99Ms: null });
  });

  it('of all tenants name the endpoints with most trouble', async () => {
    const { body } = await bench.call('GET', '/v1/stats');
    const worst = list(body, 'worst');
    assert.deepEqual(new Set(worst.map((one) => text(one, 'tenant'))), new Set(['acme', 'other']));
    assert.partialDeepStrictEqual(
      worst.find((one) => text(one, 'endpointId') === bad),
      {
        tenant: 'acme',
        attempts: 1,
        failedAttempts: 1,
        succeeded: 0,
        exhausted: 1,
      },
    );
    assert.ok(Math.abs(Date.parse(text(worst[0], 'lastFailedAt')) - Date.now()) < 60_000);
  });

  it('of one tenant are its own', async () => {
    const { body } = await bench.call('GET', '/v1/stats?tenant=other&span=day');
    assert.partialDeepStrictEqual(body, { span: 'day', accepted: 1, attempts: 1, exhausted: 1, successRate: 0 });
    assert.equal(list(body, 'steps').length, 24);
    assert.deepEqual(
      list(body, 'worst').map((one) => text(one, 'tenant')),
      ['other'],
    );
  });

  it('of an endpoint count no events and name no others', async () => {
    const { body } = await bench.call('GET', `/v1/tenants/acme/endpoints/${good}/stats?span=month`);
    assert.partialDeepStrictEqual(body, { accepted: null, attempts: 3, succeeded: 3, successRate: 1 });
    assert.equal(list(body, 'steps').length, 30);
    assert.equal(member(body, 'worst'), undefined);
    assert.partialDeepStrictEqual(list(body, 'steps').at(-1), { accepted: null, attempts: 3, pending: null });
  });

  it('of nothing are zeros, and rates are unknown', async () => {
    const idle = await bench.endpoint('acme', { eventTypes: ['nothing'] });
    const { body } = await bench.call('GET', `/v1/tenants/acme/endpoints/${idle}/stats`);
    assert.partialDeepStrictEqual(body, {
      attempts: 0,
      successRate: null,
      outcomes: NONE,
      durationMs: { p50: null, p90: null, p99: null },
    });
  });

  it('count failed answers by status, the most frequent first', async () => {
    await bench.tenant('answering');
    const endpoint = await bench.endpoint('answering', { eventTypes: ['answered'], scheduleMs: [] });
    const statuses = [404, 503, 503, 404, 429, 503];
    for (const [index, status] of statuses.entries()) {
      const response = { status, headers: [], body: new Uint8Array(0), truncated: false };
      bench.answer = () => ({ ...REFUSED, outcome: 'http_status', response, error: `Answered ${status}.` });
      await bench.call('POST', '/v1/tenants/answering/events', { type: 'answered', payload: {} });
      await attempts(`/v1/tenants/answering/endpoints/${endpoint}/stats`, index + 1);
    }
    const shown = [
      { status: 503, attempts: 3 },
      { status: 404, attempts: 2 },
      { status: 429, attempts: 1 },
    ];
    for (const path of [
      '/v1/stats',
      '/v1/stats?tenant=answering',
      `/v1/tenants/answering/endpoints/${endpoint}/stats`,
    ]) {
      const { body } = await bench.call('GET', path);
      assert.partialDeepStrictEqual(body, { outcomes: { http_status: 6 }, statuses: shown });
    }
    assert.deepEqual(list((await bench.call('GET', '/v1/stats?tenant=other')).body, 'statuses'), []);
  });

  it('say how many deliveries wait, and since when', async () => {
    const slow = await bench.endpoint('acme', { eventTypes: ['slow'] });
    const { promise, resolve } = Promise.withResolvers<void>();
    bench.answer = async () => {
      await promise;
      return delivered();
    };
    const before = Date.now();
    for (let n = 0; n < 6; n++) await bench.call('POST', '/v1/tenants/acme/events', { type: 'slow', payload: {} });
    for (const path of ['/v1/stats', '/v1/stats?tenant=acme', `/v1/tenants/acme/endpoints/${slow}/stats`]) {
      const { body } = await bench.call('GET', path);
      assert.partialDeepStrictEqual(member(body, 'pending'), { count: 6, capped: false });
      assert.ok(Date.parse(text(body, 'pending', 'oldestAt')) >= before);
    }
    const { body: other } = await bench.call('GET', '/v1/stats?tenant=other');
    assert.deepEqual(member(other, 'pending'), { count: 0, capped: false, oldestAt: null });
    resolve();
    await attempts('/v1/stats', 11);
  });

  it('of what does not exist are not found', async () => {
    for (const path of [
      '/v1/stats?tenant=nobody',
      `/v1/tenants/acme/endpoints/${UNKNOWN_ID}/stats`,
      `/v1/tenants/other/endpoints/${good}/stats`,
    ]) {
      assert.equal((await bench.call('GET', path)).status, 404, path);
    }
  });

  it('refuse other spans and questions by name', async () => {
    for (const [path, field] of [
      ['/v1/stats?span=week', 'query.span'],
      ['/v1/stats?tenant=a%20b', 'query.tenant'],
      ['/v1/stats?since=2026-01-01T00:00:00Z', 'query.since'],
      [`/v1/tenants/acme/endpoints/${good}/stats?tenant=acme`, 'query.tenant'],
    ] as const) {
      const { status, body } = await bench.call('GET', path);
      assert.equal(status, 422, path);
      assert.equal(text(body, 'errors', 0, 'field'), field);
    }
  });
});

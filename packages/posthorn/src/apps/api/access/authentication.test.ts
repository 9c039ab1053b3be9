import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiBench, KEY, text } from '../../../../tests/support/api-bench.ts';
import { systemClock } from '../../../adapters/clock.ts';
import { hashApiKey } from '../../settings/api-key.ts';
import { MAX_WRONG_KEYS } from '../limits.ts';
import { ApiKeys } from './api-keys.ts';

const get = (bench: ApiBench, authorization: string) =>
  bench.request({ method: 'GET', url: '/v1/tenants', headers: { authorization } });

describe('API keys', () => {
  it('let in whoever shows one of them', async () => {
    await using bench = await ApiBench.open({ apiKeyHashes: [hashApiKey('first-key-0123456789'), hashApiKey(KEY)] });
    assert.equal((await get(bench, `Bearer ${KEY}`)).status, 200);
    assert.equal((await get(bench, `bearer ${KEY}`)).status, 200);
    assert.equal((await get(bench, 'Bearer first-key-0123456789')).status, 200);
  });

  it('let nobody in when there are none', async () => {
    await using bench = await ApiBench.open({ apiKeyHashes: [] });
    assert.equal((await get(bench, `Bearer ${KEY}`)).status, 401);
    assert.equal((await get(bench, '')).status, 401);
  });

  it('let nobody in with a part, an addition, or another place', async () => {
    await using bench = await ApiBench.open();
    for (const wrong of [
      KEY,
      `Basic ${KEY}`,
      `Bearer ${KEY}x`,
      `Bearer ${KEY.slice(1)}`,
      `Bearer ${KEY} ${KEY}`,
      'Bearer ',
      'Bearer',
    ]) {
      assert.equal((await get(bench, wrong)).status, 401, wrong);
    }
    const inQuery = await bench.app.inject({ url: `/v1/tenants?key=${KEY}&access_token=${KEY}` });
    assert.equal(inQuery.statusCode, 401);
  });

  it('that are wrong too often are told to wait; right ones never are', async () => {
    await using bench = await ApiBench.open();
    for (let i = 0; i < MAX_WRONG_KEYS; i++) assert.equal((await get(bench, `Bearer wrong${i}`)).status, 401);
    const { status, headers, body } = await get(bench, 'Bearer wrong');
    assert.equal(status, 429);
    assert.match(String(headers['retry-after']), /^\d+$/);
    assert.doesNotMatch(text(body, 'detail'), /wrong0/);
    assert.equal((await get(bench, `Bearer ${KEY}`)).status, 200);
  });

  it('must be given by their digests', () => {
    assert.throws(() => new ApiKeys([new Uint8Array(31)], systemClock(0)), /32 bytes/);
  });

  it('are not asked for where nothing is told', async () => {
    await using bench = await ApiBench.open();
    for (const url of ['/healthz', '/readyz', '/openapi.json', '/docs', '/docs/']) {
      assert.equal((await bench.app.inject({ url })).statusCode, 200, url);
    }
  });
});

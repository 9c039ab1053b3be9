import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiBench, list, member, text } from '../../../tests/support/api-bench.ts';

describe('searching', () => {
  it('finds tenants by id and name, and endpoints by id, description and host, page by page', async () => {
    await using bench = await ApiBench.open();
    for (const id of ['acme', 'hooli']) await bench.call('PUT', `/v1/tenants/${id}`, { name: `${id} & Sons` });
    const found = async (path: string) => {
      const names: unknown[] = [];
      for (let cursor = ''; ; ) {
        const { status, body } = await bench.call('GET', path + cursor);
        assert.equal(status, 200);
        names.push(...list(body, 'data').map((item) => member(item, 'description') ?? member(item, 'id')));
        const next = member(body, 'nextCursor');
        if (next === null) return names;
        cursor = `&cursor=${next}`;
      }
    };
    assert.deepEqual(await found('/v1/tenants?search=HOOL'), ['hooli']);
    assert.deepEqual(await found('/v1/tenants?search=%26%20sons&limit=1'), ['acme', 'hooli']);
    assert.deepEqual(await found('/v1/tenants?search=nobody'), []);
    const one = await bench.endpoint('acme', { description: 'Fraud checks', url: 'https://fraud.example/secret-path' });
    for (const n of [2, 3])
      await bench.endpoint('acme', { description: `Fraud checks ${n}`, url: `https://eu${n}.example/` });
    const base = '/v1/tenants/acme/endpoints?search=';
    assert.deepEqual(await found(`${base}fraud&limit=2`), ['Fraud checks 3', 'Fraud checks 2', 'Fraud checks']);
    assert.deepEqual(await found(`${base}EU3.example`), ['Fraud checks 3']);
    assert.deepEqual(await found(base + one.slice(-12)), ['Fraud checks']);
    assert.deepEqual(await found(`${base}secret-path`), []);
    for (const bad of ['', 'x'.repeat(129)]) {
      assert.equal((await bench.call('GET', `/v1/tenants?search=${bad}`)).status, 422);
    }
  });
});

describe('tenants', () => {
  let bench: ApiBench;
  before(async () => {
    bench = await ApiBench.open();
  });
  after(async () => await bench[Symbol.asyncDispose]());

  it('are created with 201, and named by their id unless told otherwise', async () => {
    const plain = await bench.call('PUT', '/v1/tenants/plain');
    assert.equal(plain.status, 201);
    assert.equal(text(plain.body, 'name'), 'plain');
    const named = await bench.call('PUT', '/v1/tenants/named', { name: 'Näme 😀' });
    assert.equal(named.status, 201);
    assert.equal(text(named.body, 'name'), 'Näme 😀');
    assert.match(text(named.body, 'createdAt'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('are renamed with 200, and keep their name when none is given', async () => {
    await bench.tenant('renamed');
    assert.equal((await bench.call('PUT', '/v1/tenants/renamed', { name: 'New' })).status, 200);
    const again = await bench.call('PUT', '/v1/tenants/renamed', {});
    assert.equal(again.status, 200);
    assert.equal(text(again.body, 'name'), 'New');
  });

  it('keep their events for as long as the installation does, or for fewer days of their own', async () => {
    await bench.tenant('short');
    const days = async () => member((await bench.call('GET', '/v1/tenants/short')).body, 'retentionDays');
    assert.equal(await days(), null);
    for (const retentionDays of [1, 30, 7]) {
      const { status, body } = await bench.call('PUT', '/v1/tenants/short', { retentionDays });
      assert.deepEqual([status, member(body, 'retentionDays')], [200, retentionDays]);
    }
    await bench.call('PUT', '/v1/tenants/short', { name: 'Short' });
    assert.equal(await days(), 7);
    const listed = list((await bench.call('GET', '/v1/tenants?search=short')).body, 'data');
    assert.deepEqual(
      listed.map((tenant) => member(tenant, 'retentionDays')),
      [7],
    );
    const { status, body } = await bench.call('PUT', '/v1/tenants/short', { retentionDays: 31 });
    assert.equal(status, 422);
    assert.match(text(body, 'detail'), /^retentionDays: must be from 1 to 30, .*POSTHORN_RETENTION_DAYS/);
    assert.equal(await days(), 7);
    await bench.call('PUT', '/v1/tenants/short', { retentionDays: null });
    assert.equal(await days(), null);
    const created = await bench.call('PUT', '/v1/tenants/short-from-the-start', { retentionDays: 3 });
    assert.deepEqual([created.status, member(created.body, 'retentionDays')], [201, 3]);
    assert.equal((await bench.call('PUT', '/v1/tenants/never-made', { retentionDays: 31 })).status, 422);
    assert.equal((await bench.call('GET', '/v1/tenants/never-made')).status, 404);
  });

  it('may have any id of 1 to 64 of the characters that are allowed', async () => {
    for (const id of ['a', 'A-Z_0.9', '...', 'x'.repeat(64)]) {
      assert.equal((await bench.call('PUT', `/v1/tenants/${id}`)).status, 201, id);
      assert.equal(text((await bench.call('GET', `/v1/tenants/${id}`)).body, 'id'), id);
    }
  });

  it('are listed by id, page by page, each once', async () => {
    await using own = await ApiBench.open();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids.toReversed()) await own.tenant(id);
    const seen: string[] = [];
    let cursor: unknown = '';
    let pages = 0;
    do {
      const path: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { status, body } = await own.call('GET', `/v1/tenants?limit=2${path}`);
      assert.equal(status, 200);
      for (const tenant of list(body, 'data')) seen.push(text(tenant, 'id'));
      cursor = member(body, 'nextCursor');
      pages += 1;
    } while (cursor !== null);
    assert.deepEqual(seen, ids);
    assert.equal(pages, 3);
  });

  it('are gone with all that they own once deleted, and their id is free again', async () => {
    await bench.tenant('gone');
    const endpoint = await bench.endpoint('gone');
    assert.equal((await bench.call('DELETE', '/v1/tenants/gone')).status, 204);
    assert.equal((await bench.call('GET', '/v1/tenants/gone')).status, 404);
    assert.equal((await bench.call('DELETE', '/v1/tenants/gone')).status, 404);
    await bench.tenant('gone');
    assert.equal((await bench.call('GET', `/v1/tenants/gone/endpoints/${endpoint}`)).status, 404);
    assert.deepEqual(list((await bench.call('GET', '/v1/tenants/gone/endpoints')).body, 'data'), []);
  });
});

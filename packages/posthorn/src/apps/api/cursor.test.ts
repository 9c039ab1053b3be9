import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseTenantId, type TenantId } from '../../domain/ids.ts';
import { makeCursor, pageOf, readCursor } from './cursor.ts';
import { Problem } from './problems.ts';

const refused = (run: () => unknown) =>
  assert.throws(
    run,
    (error) => error instanceof Problem && error.kind === 'invalid' && error.message.startsWith('query.cursor'),
  );

describe('cursors', () => {
  it('give back the key they were made of', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9-][A-Za-z0-9_-]{0,63}$/), (id) => {
        assert.equal(readCursor('tenants', makeCursor('tenants', id), parseTenantId), id);
      }),
    );
  });

  it('begin a list when there is none', () => {
    assert.equal(readCursor('tenants', undefined, parseTenantId), null);
  });

  it('are refused by another list', () => {
    refused(() => readCursor('tenants', makeCursor('endpoints', 'acme'), parseTenantId));
  });

  it('are refused when forged, whatever is put in', () => {
    refused(() => readCursor('tenants', makeCursor('tenants', "'; drop table"), parseTenantId));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        refused(() => readCursor('tenants', text, parseTenantId));
      }),
    );
  });

  it('are refused in another spelling of the same bytes', () => {
    const cursor = makeCursor('tenants', 'acme');
    for (const other of [`${cursor}=`, `${cursor} `, ` ${cursor}`, `${cursor}\n`, `${cursor}AA`]) {
      refused(() => readCursor('tenants', other, parseTenantId));
    }
  });
});

describe('pages', () => {
  const key = (id: TenantId) => id;
  const ids = ['a', 'b', 'c'].flatMap((text) => parseTenantId(text) ?? []);

  it('go on when there is one item more than asked for', () => {
    const page = pageOf('tenants', { items: ids, cutAt: null }, 2, key, key);
    assert.deepEqual(page.data, ['a', 'b']);
    assert.equal(readCursor('tenants', page.nextCursor ?? '', parseTenantId), 'b');
  });

  it('end when there is none more', () => {
    assert.deepEqual(pageOf('tenants', { items: ids, cutAt: null }, 3, key, key), {
      data: ['a', 'b', 'c'],
      nextCursor: null,
    });
    assert.deepEqual(pageOf('tenants', { items: [], cutAt: null }, 3, key, key), { data: [], nextCursor: null });
    // The search ended before the page was full.
    const cut = pageOf('tenants', { items: ids.slice(0, 1), cutAt: 'k' }, 3, key, key);
    assert.deepEqual(cut, { data: ['a'], nextCursor: makeCursor('tenants', 'k') });
  });
});

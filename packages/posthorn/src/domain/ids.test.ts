import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type DeliveryId, idFloor, idTime, isUuid, makeId, parseId, parseTenantId, readEventId } from './ids.ts';

const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
const moment = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe('ids', () => {
  it('are UUIDs of version 7 and variant 10 that carry their moment', () => {
    fc.assert(
      fc.property(moment, random, (ms, bytes) => {
        const id = makeId<DeliveryId>(ms, bytes);
        assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.equal(idTime(id), ms);
        assert.ok(isUuid(id));
      }),
    );
  });

  it('sort by their moment, and their floor separates before from after', () => {
    fc.assert(
      fc.property(moment, moment, random, random, (a, b, one, other) => {
        if (a === b) return;
        const [early, late] = [makeId(Math.min(a, b), one), makeId(Math.max(a, b), other)];
        assert.ok(early < late);
        assert.ok(early < idFloor(Math.max(a, b)) && idFloor(Math.max(a, b)) <= late);
      }),
    );
  });

  it('use every random byte', () => {
    const zero = makeId(0, new Uint8Array(10));
    for (let i = 0; i < 10; i++) {
      const bytes = new Uint8Array(10);
      bytes[i] = 0x0f;
      assert.notEqual(makeId(0, bytes), zero, `byte ${i}`);
    }
  });

  it('have one spelling: lower case with dashes', () => {
    const id = '018f4e3a-9c1e-7abc-8def-0123456789ab';
    assert.equal(parseId(id), id);
    for (const other of [id.toUpperCase(), id.replaceAll('-', ''), `{${id}}`, `${id} `, '', 'x'.repeat(36)]) {
      assert.equal(parseId(other), undefined, other);
    }
  });
});

describe('tenant ids', () => {
  it('are 1–64 of letters, digits, dot, underscore and dash', () => {
    for (const id of ['a', 'ACME-1', 'a.b_c', '...', 'x'.repeat(64)]) assert.equal(parseTenantId(id), id);
    for (const id of ['', '.', '..', 'x'.repeat(65), 'a/b', 'a b', 'é', 'a\n', '%2e', 'a\u0000']) {
      assert.equal(parseTenantId(id), undefined, JSON.stringify(id));
    }
  });
});

describe('event ids that a producer gives', () => {
  const acme = parseTenantId('acme') ?? assert.fail();
  const globex = parseTenantId('globex') ?? assert.fail();

  it('are taken as they are if they are UUIDs in lower case', () => {
    const id = '018f4e3a-9c1e-7abc-8def-0123456789ab';
    assert.deepEqual(readEventId(acme, id), { id, ownId: null });
  });

  // Expected values are from Python: uuid5(uuid5(UUID('6fd2a4f3-35b2-4b9e-9f0c-5d1c7f0e8a41'), tenant), text).
  for (const [tenant, ownId, id] of [
    [acme, 'order-20417', 'ee6899bf-e11e-5257-aaa8-c95c29004302'],
    [globex, 'order-20417', '0836a900-cacd-56da-86b6-7a68e3edd1fa'],
    [acme, 'Order-20417', '0db2313a-abc4-5c79-a669-2f84d00acd09'],
    [acme, '0190163D-8694-739B-AEA5-966C26F8AD91', '9c9ee653-62d3-5c65-b5ec-5bef2e4163c0'],
    [acme, 'é/😀#%', '224aae5a-41f6-5eff-a389-78832644e0e1'],
    [acme, 'x'.repeat(255), '14143e17-0056-59f9-8c77-49147a7bae00'],
  ] as const) {
    it(`are mapped if they are another text: ${ownId.slice(0, 40)} of ${tenant}`, () => {
      assert.deepEqual(readEventId(tenant, ownId), { id, ownId });
    });
  }

  it('may have 255 characters, however many bytes those are', () => {
    assert.ok(readEventId(acme, '😀'.repeat(255)));
    assert.equal(readEventId(acme, '😀'.repeat(256)), undefined);
  });

  it('have only visible characters', () => {
    for (const text of [
      '',
      ' ',
      'a b',
      'a\n',
      '\ta',
      'a\u00a0',
      'a\u2028',
      'a\0',
      'a\u200b',
      'a\ufeff',
      'a\u202e',
      'a\ud800',
    ]) {
      assert.equal(readEventId(acme, text), undefined, JSON.stringify(text));
    }
  });

  it('are UUIDs of version 5 and variant 10, and differ where texts or tenants do', () => {
    const text = fc.stringMatching(/^[!-~]{1,40}$/);
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [a, b, elsewhere] = [readEventId(acme, one), readEventId(acme, other), readEventId(globex, one)];
        assert.match(a?.id ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.equal(a?.id === b?.id, one === other);
        assert.notEqual(a?.id, elsewhere?.id);
      }),
    );
  });
});

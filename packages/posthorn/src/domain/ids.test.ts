import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type DeliveryId, idFloor, idTime, isUuid, makeId, parseId, parseTenantId } from './ids.ts';

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

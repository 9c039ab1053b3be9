import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DatabaseError } from 'pg';
import { StoreUnavailable } from '../../seams/store/index.ts';
import { asStoreError, isCollision, isRefusal } from './errors.ts';

function refusal(code: string, severity = 'ERROR'): DatabaseError {
  return Object.assign(new DatabaseError('what Postgres says', 20, 'error'), { code, severity });
}

describe('what a failure of Postgres means', () => {
  for (const [code, meaning, advice] of [
    ['08006', 'unreachable', /connection broke/],
    ['08P01', 'refused', /a pooler or proxy/],
    ['0A000', 'refused', /prepares its statements anew/],
    ['0A123', 'refused', /15 or newer/],
    ['25006', 'read_only', /Point Posthorn at the primary/],
    ['25P03', 'busy', /long transactions/],
    ['25P02', 'unreachable', /takes a new one/],
    ['26000', 'refused', /PgBouncer does in transaction mode/],
    ['28000', 'refused', /pg_hba\.conf/],
    ['28P01', 'refused', /Correct the user and the password/],
    ['3D000', 'refused', /Create the database/],
    ['3F000', 'refused', /schema posthorn/],
    ['40001', 'busy', /long transactions/],
    ['40P01', 'busy', /long transactions/],
    ['42501', 'refused', /lacks a right: let it own the schema posthorn/],
    ['42P01', 'refused', /schema posthorn/],
    ['42703', 'refused', /schema posthorn/],
    ['42883', 'refused', /schema posthorn/],
    ['42P05', 'refused', /PgBouncer does in transaction mode/],
    ['42601', 'refused', /do not fit together/],
    ['53100', 'disk_full', /Free space/],
    ['53200', 'busy', /no memory left/],
    ['53300', 'busy', /max_connections/],
    ['53000', 'busy', /lacks memory, disk or another/],
    ['55P03', 'busy', /long transactions/],
    ['57014', 'busy', /long transactions/],
    ['57P01', 'unreachable', /told to stop/],
    ['57P02', 'unreachable', /crashed/],
    ['57P03', 'unreachable', /starting, stopping or recovering/],
    ['57P04', 'unreachable', /dropped the database/],
    ['57P05', 'unreachable', /end this session/],
    ['58030', 'unreachable', /its disk fails/],
    ['F0000', 'unreachable', /server's log/],
    ['XX000', 'unreachable', /server's log/],
    ['XX001', 'refused', /damaged/],
  ] as const) {
    it(`${code}: the store is ${meaning}, and what to do`, () => {
      const met = asStoreError(refusal(code), 'db.example/posthorn');
      assert.ok(met instanceof StoreUnavailable);
      assert.equal(met.code, meaning);
      assert.match(met.message, /^Postgres at db\.example\/posthorn says: what Postgres says \(.{5}\)\. [A-Z].*\.$/);
      assert.match(met.message, advice);
    });
  }

  it('is never the end of the process for a name, a right or a syntax: all of class 42', () => {
    for (let number = 0; number < 36 ** 3; number += 37) {
      const code = `42${number.toString(36).padStart(3, '0').toUpperCase()}`;
      assert.ok(asStoreError(refusal(code), 'x') instanceof StoreUnavailable, code);
    }
  });

  it('an error of the connection: the store cannot be reached', () => {
    const met = asStoreError(
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      'db.example/x',
    );
    assert.ok(met instanceof StoreUnavailable);
    assert.equal(met.code, 'unreachable');
    assert.match(met.message, /db\.example\/x does not answer \(connect ECONNREFUSED\)/);
  });

  it('values that can never be right are a defect, which passes as it is', () => {
    for (const code of ['23505', '23503', '22P02', '22021']) {
      const error = refusal(code);
      assert.equal(asStoreError(error, 'x'), error);
    }
  });

  it('a collision is known as one before and after it was translated', () => {
    for (const code of ['40001', '40P01']) {
      assert.ok(isCollision(refusal(code)));
      assert.ok(isCollision(asStoreError(refusal(code), 'x')));
    }
    assert.ok(!isCollision(asStoreError(refusal('57014'), 'x')));
  });

  it('a session goes on after an error, not after its end', () => {
    assert.ok(isRefusal(refusal('42P01')));
    for (const code of ['0A000', '25006', '26000', '42P05']) assert.ok(!isRefusal(refusal(code)), code);
    assert.ok(!isRefusal(refusal('57P01', 'FATAL')));
    assert.ok(!isRefusal(new Error('Connection terminated unexpectedly')));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DatabaseError } from 'pg';
import { StoreUnavailable } from '../../seams/store/index.ts';
import { isCollision, isRefusal, troubleOf } from './trouble.ts';

function refusal(code: string, severity = 'ERROR'): DatabaseError {
  return Object.assign(new DatabaseError('what Postgres says', 20, 'error'), { code, severity });
}

describe('what a failure of Postgres means', () => {
  for (const [code, meaning] of [
    ['53100', 'disk_full'],
    ['25006', 'read_only'],
    ['53300', 'busy'],
    ['57014', 'busy'],
    ['55P03', 'busy'],
    ['40001', 'busy'],
    ['40P01', 'busy'],
    ['57P01', 'unreachable'],
    ['57P03', 'unreachable'],
    ['XX000', 'unreachable'],
  ] as const) {
    it(`${code}: the store is ${meaning}`, () => {
      const trouble = troubleOf(refusal(code), 'db.example/posthorn');
      assert.ok(trouble instanceof StoreUnavailable);
      assert.equal(trouble.code, meaning);
      assert.match(
        trouble.message,
        /^Postgres at db\.example\/posthorn says: what Postgres says \(.{5}\)\. [A-Z].*\.$/,
      );
    });
  }

  it('an error of the connection: the store cannot be reached', () => {
    const trouble = troubleOf(
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      'db.example/x',
    );
    assert.ok(trouble instanceof StoreUnavailable);
    assert.equal(trouble.code, 'unreachable');
    assert.match(trouble.message, /db\.example\/x does not answer \(connect ECONNREFUSED\)/);
  });

  it('a wrong statement is a defect and passes as it is', () => {
    for (const code of ['42P01', '23505', '22P02', '0A000']) {
      const error = refusal(code);
      assert.equal(troubleOf(error, 'x'), error);
    }
  });

  it('a collision is known as one before and after it was translated', () => {
    for (const code of ['40001', '40P01']) {
      assert.ok(isCollision(refusal(code)));
      assert.ok(isCollision(troubleOf(refusal(code), 'x')));
    }
    assert.ok(!isCollision(troubleOf(refusal('57014'), 'x')));
  });

  it('a session goes on after an error, not after its end', () => {
    assert.ok(isRefusal(refusal('42P01')));
    assert.ok(!isRefusal(refusal('57P01', 'FATAL')));
    assert.ok(!isRefusal(new Error('Connection terminated unexpectedly')));
  });
});

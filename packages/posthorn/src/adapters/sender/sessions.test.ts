import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Sessions } from './sessions.ts';

const ticket = Buffer.from('ticket');

describe('cached TLS sessions', () => {
  it('are offered for an hour after the certificate was checked, however often they were renewed', () => {
    const sessions = new Sessions();
    const now = performance.now();
    sessions.set('a:443', { ticket, verifiedAt: now - 3_590_000 });
    assert.equal(sessions.get('a:443')?.ticket, ticket);
    sessions.set('a:443', { ticket, verifiedAt: now - 3_600_000 });
    assert.equal(sessions.get('a:443'), undefined);
  });

  it('belong to one host and port', () => {
    const sessions = new Sessions();
    sessions.set('a:443', { ticket, verifiedAt: performance.now() });
    assert.equal(sessions.get('a:444'), undefined);
    assert.equal(sessions.get('b:443'), undefined);
  });

  it('are bounded in number, the oldest going first', () => {
    const sessions = new Sessions();
    for (let peer = 0; peer <= 10_000; peer++) sessions.set(`${peer}`, { ticket, verifiedAt: performance.now() });
    assert.equal(sessions.get('0'), undefined);
    assert.ok(sessions.get('1'));
    assert.ok(sessions.get('10000'));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACME, Installation } from '../../../tests/engine/installation.ts';

describe('accepting', () => {
  it('answers a repeated event with its first result and delivers it once', async () => {
    const here = await new Installation().start();
    await here.endpoint();
    const [first] = await here.post();
    assert.ok(first !== undefined);
    const again = await here.wait(
      here.engine.accept(ACME, [{ id: first.id, type: 'order.created', payload: '{"n":0}' }]),
    );
    assert.ok(again.kind === 'accepted');
    assert.deepEqual(again.events[0]?.deliveries, first.deliveries);
    assert.equal(again.events[0]?.existing, true);
    const other = await here.wait(
      here.engine.accept(ACME, [{ id: first.id, type: 'order.created', payload: '{"n":1}' }]),
    );
    assert.deepEqual(other, { kind: 'conflict', index: 0 });
    await here.time.pass(60_000);
    assert.equal(here.calls.length, 1);
    assert.deepEqual(here.engine.load, { leased: 0, active: 0, lanes: 0 });
  });

  it('refuses an unknown tenant', async () => {
    const here = await new Installation().start();
    await here.wait(here.engine.deleteTenant(ACME));
    const answer = await here.wait(here.engine.accept(ACME, [{ id: null, type: 'a', payload: '{}' }]));
    assert.deepEqual(answer, { kind: 'unknown_tenant' });
  });
});

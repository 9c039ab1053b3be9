import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Gate } from './gate.ts';

function waiters(gate: Gate, count: number, begins: (index: number) => boolean = () => true) {
  const admitted: number[] = [];
  const all = Array.from({ length: count }, (_, index) => ({
    turn() {
      admitted.push(index);
      return begins(index);
    },
  }));
  for (const waiter of all) gate.enter(waiter);
  return { admitted, all };
}

describe('the gate of new connections', () => {
  it('does not hold up the first ones', () => {
    const { admitted } = waiters(new Gate(), 4);
    assert.deepEqual(admitted, [0, 1, 2, 3]);
  });

  it('lets a few through per turn of the loop, in the order they came', async () => {
    const { admitted } = waiters(new Gate(), 10);
    for (const expected of [4, 8, 10, 10]) {
      assert.equal(admitted.length, expected);
      await turn();
    }
    assert.deepEqual(admitted, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('lets those through besides that need no new connection', async () => {
    const { admitted } = waiters(new Gate(), 12, (index) => index % 3 === 0);
    assert.equal(admitted.length, 10);
    await turn();
    assert.equal(admitted.length, 12);
  });

  it('passes over those that have left', async () => {
    const gate = new Gate();
    const { admitted, all } = waiters(gate, 6);
    for (const waiter of all) gate.leave(waiter);
    await turn();
    await turn();
    assert.equal(admitted.length, 4);
  });

  it('is open again after a quiet moment', async () => {
    const gate = new Gate();
    waiters(gate, 4);
    await turn();
    await turn();
    assert.equal(waiters(gate, 4).admitted.length, 4);
  });
});

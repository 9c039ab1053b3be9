import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import { StartLimit } from './start-limit.ts';

function limit(perStep: number, stepMs: number) {
  const time = new SimulatedTime();
  let steps = 0;
  const starts = new StartLimit(time.clock(), perStep, stepMs, () => {
    steps += 1;
  });
  /** Takes as many as may begin now. */
  const takeAll = () => {
    let taken = 0;
    for (; starts.ready; taken++) starts.take();
    return taken;
  };
  return { time, starts, takeAll, steps: () => steps };
}

describe('a limit on starts', () => {
  it('lets so many begin at once, and the next few when the step is over', async () => {
    const { time, takeAll, steps } = limit(5, 10);
    assert.equal(takeAll(), 5);
    await time.pass(9);
    assert.deepEqual([takeAll(), steps()], [0, 0]);
    await time.pass(1);
    assert.deepEqual([takeAll(), steps()], [5, 1]);
  });

  it('lets one more begin for each that is granted, but never more than a step at once', async () => {
    const { starts, takeAll } = limit(5, 10);
    for (let granted = 0; granted < 3; granted++) starts.grant();
    assert.equal(takeAll(), 5);
    starts.grant();
    starts.grant();
    assert.equal(takeAll(), 2);
  });

  it('sets no timer while nothing begins', () => {
    const { time } = limit(5, 10);
    assert.equal(time.next, undefined);
  });
});

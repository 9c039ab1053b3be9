import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Throttle } from './throttle.ts';

const GAP_MS = 500;

/** Work that is finished by hand, on a clock that is moved by hand. */
function stage({ mock }: TestContext) {
  mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  mock.method(performance, 'now', () => now);
  let begun = 0;
  let finish = () => {};
  const throttle = new Throttle(GAP_MS, () => {
    begun += 1;
    return new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  const pass = (ms: number) => {
    now += ms;
    mock.timers.tick(ms);
  };
  const end = async () => {
    finish();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { throttle, pass, end, begun: () => begun };
}

describe('throttled work', () => {
  it('is begun at once, and once more for everything that was asked for meanwhile', async (t) => {
    const { throttle, pass, end, begun } = stage(t);
    for (let asks = 0; asks < 100; asks++) throttle.ask();
    assert.equal(begun(), 1);
    await end();
    pass(GAP_MS - 1);
    assert.equal(begun(), 1);
    pass(1);
    assert.equal(begun(), 2);
    await end();
    pass(10 * GAP_MS);
    assert.equal(begun(), 2);
  });

  it('is never done twice at a time, and more rarely the longer it takes', async (t) => {
    const { throttle, pass, end, begun } = stage(t);
    throttle.ask();
    pass(2_000);
    throttle.ask();
    assert.equal(begun(), 1);
    await end();
    pass(7_999);
    assert.equal(begun(), 1);
    pass(1);
    assert.equal(begun(), 2);
  });

  it('is not begun any more once it is stopped', async (t) => {
    const { throttle, pass, end, begun } = stage(t);
    throttle.ask();
    throttle.ask();
    await end();
    throttle.stop();
    pass(10 * GAP_MS);
    throttle.ask();
    assert.equal(begun(), 1);
  });
});

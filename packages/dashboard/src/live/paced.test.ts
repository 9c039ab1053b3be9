import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Paced } from './paced.ts';

const GAP_MS = 500;

/** Work that is finished by hand, on a clock that is moved by hand. */
function stage({ mock }: TestContext) {
  mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  mock.method(performance, 'now', () => now);
  let begun = 0;
  let finish = () => {};
  const paced = new Paced(GAP_MS, () => {
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
  return { paced, pass, end, begun: () => begun };
}

describe('paced work', () => {
  it('is begun at once, and once more for everything that was wished meanwhile', async (t) => {
    const { paced, pass, end, begun } = stage(t);
    for (let wishes = 0; wishes < 100; wishes++) paced.wish();
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
    const { paced, pass, end, begun } = stage(t);
    paced.wish();
    pass(2_000);
    paced.wish();
    assert.equal(begun(), 1);
    await end();
    pass(7_999);
    assert.equal(begun(), 1);
    pass(1);
    assert.equal(begun(), 2);
  });

  it('is not begun any more once it is stopped', async (t) => {
    const { paced, pass, end, begun } = stage(t);
    paced.wish();
    paced.wish();
    await end();
    paced.stop();
    pass(10 * GAP_MS);
    paced.wish();
    assert.equal(begun(), 1);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_INTERRUPTIONS } from '../../src/domain/delivery.ts';
import type { Store } from '../../src/seams/store/index.ts';
import { ACME, Installation } from './installation.ts';

/** The store as a process sees it that may die: from then on nothing is answered any more. */
function mortal(store: Store): { readonly store: Store; die(): void } {
  let dead = false;
  const seen = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => (dead ? new Promise(() => {}) : Reflect.apply(value, target, args));
    },
  });
  return {
    store: seen,
    die() {
      dead = true;
    },
  };
}

describe('a delivery whose attempts kill the process', () => {
  it('is parked as exhausted after five deaths in a row, besides the first, which only made it suspect', async () => {
    const here = await new Installation().start();
    await here.endpoint();
    await here.wait(here.engine.stop(1_000));
    here.behave = () => ({ kind: 'hang' });

    let life = mortal(here.store);
    here.engine = here.newEngine(life.store);
    await here.wait(here.engine.start());
    await here.post();
    for (let deaths = 1; deaths <= MAX_INTERRUPTIONS + 1; deaths++) {
      await here.time.pass(100);
      assert.equal(here.calls.length, deaths, `attempted again after ${deaths - 1} deaths`);
      life.die();
      life = mortal(here.store);
      here.engine = here.newEngine(life.store);
      await here.wait(here.engine.start());
    }
    await here.time.pass(60_000);
    assert.equal(here.calls.length, MAX_INTERRUPTIONS + 1);
    assert.deepEqual(await here.states(), ['exhausted']);
  });

  it('is parked alone: what was under way at each of its deaths is delivered', async () => {
    const here = await new Installation().start();
    await here.endpoint({ url: 'https://receiver.example/poison', eventTypes: ['poison'] });
    await here.endpoint({ url: 'https://receiver.example/slow', eventTypes: ['slow'] });
    await here.wait(here.engine.stop(1_000));
    here.behave = (url) => (url.endsWith('/slow') ? { kind: 'answer', status: 204, afterMs: 5_000 } : { kind: 'hang' });
    const poisoned = () => here.calls.filter(({ url }) => url.endsWith('/poison')).length;

    let life = mortal(here.store);
    here.engine = here.newEngine(life.store);
    await here.wait(here.engine.start());
    await here.post(6, 'slow');
    const [event] = await here.post(1, 'poison');
    for (let deaths = 1; deaths <= MAX_INTERRUPTIONS + 1; deaths++) {
      await here.time.run(here.time.now + 60_000, () => poisoned() === deaths);
      assert.equal(poisoned(), deaths, `attempted again after ${deaths - 1} deaths`);
      await here.time.pass(100);
      life.die();
      life = mortal(here.store);
      here.engine = here.newEngine(life.store);
      await here.wait(here.engine.start());
    }
    await here.time.pass(60_000);
    const deliveries = (await here.store.deliveries(ACME, {}, { limit: 100, after: null })).items;
    assert.equal(deliveries.length, 7);
    for (const { eventId, state } of deliveries) {
      assert.equal(state, eventId === event?.id ? 'exhausted' : 'succeeded');
    }
  });
});

// A10: a delivery that kills the process whenever it is attempted. The harness plays the poison: it kills the service as soon
// as the receiver has the call.
import { deliveryDetail } from './api.ts';
import { Scene } from './scene.ts';
import { onSqlite } from './stores.ts';
import type { Suite } from './suite.ts';
import { now, until } from './waiting.ts';

const POISON = 'poison.one';
/**
 * The contract of the engine: parked after five deaths during its attempts. The first death only makes it suspect, since
 * starts are not written for deliveries that are not.
 */
const MOST_DEATHS = 6;
const NEXT_LIMIT_MS = 20_000;
const SETTLE_LIMIT_MS = 30_000;

export const poison: Suite = {
  name: 'poison',
  promise: 'A delivery that kills the process each time is parked, visible as exhausted; all others are delivered.',
  async run(stage) {
    const { judgement } = stage;
    await using scene = await Scene.set(stage, { environment: onSqlite(stage), posters: 16 });
    let service = await scene.start();
    let arrivals = 0;
    scene.receiver.onArrival = () => {
      arrivals++;
    };
    await scene.addEndpoint(service, { name: 'poison', delayMs: [0, 0], failFirst: 0, silent: true }, POISON);
    scene.producer.start();
    const { deliveries } = await scene.producer.postAside(POISON);
    const id = deliveries[0]?.id ?? '';
    let deaths = 0;
    let state = 'pending';
    while (state === 'pending' && deaths <= MOST_DEATHS) {
      await until('the poison is attempted or parked', NEXT_LIMIT_MS, async () => {
        state = (await deliveryDetail(service, id)).state;
        return arrivals > deaths || state !== 'pending';
      });
      if (state !== 'pending') break;
      await scene.kill(service, 'poison');
      deaths++;
      const began = now();
      service = await scene.start();
      await scene.recovered(began, NEXT_LIMIT_MS);
      stage.say(`death ${deaths}: ${scene.producer.accepted.length} accepted`);
    }
    scene.facts['deathsUntilParked'] = deaths;
    judgement.expect(state === 'exhausted', `after ${deaths} deaths the delivery is ${state}`);
    judgement.expect(deaths <= MOST_DEATHS, `it took ${deaths} deaths to park it`);
    await scene.settle(SETTLE_LIMIT_MS);
    const figures = await scene.judge(judgement, new Set([id]));
    return figures;
  },
};

// A10: a delivery that kills the process whenever it is attempted. The harness plays the poison: it kills the service as soon
// as the receiver has the call.

import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { now, until } from '../../posthorn/tests/support/waiting.ts';
import { deliveryDetail } from '../support/api.ts';
import type { Accepted } from './producer.ts';
import { Scene } from './scene.ts';
import { onSqlite } from './stores.ts';
import type { Judgement, Suite } from './suite.ts';

const POISON = 'poison.one';
/**
 * The contract of the engine: parked after five deaths during its attempts. The first death only makes it suspect, since
 * starts are not written for deliveries that are not.
 */
const MOST_DEATHS = 6;
/**
 * Deliveries that are under way at each of its deaths and have nothing to do with them: their receiver takes longer than the
 * time between two. On probation they are attempted one after the other, and the poison when its turn has come.
 */
const BYSTANDERS = 2;
/** Deaths after which the engine attempts a delivery apart from others that may be the cause. */
const BEFORE_PROBATION = 3;
const BYSTANDER = 'slow.one';
const BYSTANDER_MS = [10_000, 10_000] as const;
const NEXT_LIMIT_MS = 20_000 + BYSTANDERS * BYSTANDER_MS[1];
const SETTLE_LIMIT_MS = 30_000;

export const poison: Suite = {
  name: 'poison',
  promise:
    'A delivery that kills the process each time is parked, visible as exhausted; all others are delivered, whatever was under way beside it.',
  async run(stage) {
    const { judgement } = stage;
    await using scene = await Scene.set(stage, { environment: onSqlite(stage), posters: 16 });
    let service = await scene.start();
    let arrivals = 0;
    scene.receiver.onArrival = () => {
      arrivals++;
    };
    await scene.addEndpoint(service, { name: 'poison', delayMs: [0, 0], failFirst: 0, silent: true }, POISON);
    await scene.addEndpoint(service, { name: 'slow', delayMs: BYSTANDER_MS, failFirst: 0 }, BYSTANDER);
    const bystanders = await Promise.all(Array.from({ length: BYSTANDERS }, () => scene.producer.post(BYSTANDER)));
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
    await judgeBystanders(scene, service, bystanders, judgement);
    return await scene.judge(judgement, new Set([id]));
  },
};

/** None is parked, and each was really in danger: as often under way at a death as it takes to come on probation. */
async function judgeBystanders(
  { facts }: Scene,
  service: ServiceProcess,
  bystanders: readonly Accepted[],
  judgement: Judgement,
): Promise<void> {
  let parked = 0;
  let interruptions = 0;
  for (const { deliveries } of bystanders) {
    const { state, attempts } = await deliveryDetail(service, deliveries[0]?.id ?? '');
    if (state === 'exhausted') parked++;
    interruptions = Math.max(interruptions, attempts.filter(({ outcome }) => outcome === 'interrupted').length);
  }
  facts['bystandersParked'] = parked;
  facts['bystanderInterruptions'] = interruptions;
  judgement.expect(parked === 0, `${parked} were parked that had only been under way beside the poison`);
  judgement.expect(interruptions >= BEFORE_PROBATION, `the bystanders were interrupted ${interruptions} times only`);
}

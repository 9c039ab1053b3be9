// B3: two processes share a Postgres, and one of them stands still for longer than its lease, in the middle of calls, as a
// paused virtual machine does.

import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { now, pass, until } from '../../posthorn/tests/support/waiting.ts';
import { deliveryDetail } from '../support/api.ts';
import type { Accepted } from './producer.ts';
import { Scene } from './scene.ts';
import { withPostgres } from './stores.ts';
import type { Judgement, Suite } from './suite.ts';

/** The engine's lease, after which the other takes over. */
const LEASE_MS = 45_000;
const TAKE_OVER_LIMIT_MS = 60_000;
/** Calls that are under way when it is stopped, and how long their receiver takes: it answers while nobody listens. */
const CALLS = 20;
const SLOW_TYPE = 'slow.one';
const SLOW_MS = [2_000, 4_000] as const;
/** From the stop to the calls: they have gone out, and none has ended. */
const UNDER_WAY_MS = 1_000;
/** With it the other one's calls have ended, too. */
const AFTERWARDS_MS = 6_000;
const NOTICE_LIMIT_MS = 15_000;
const SETTLE_LIMIT_MS = 30_000;

export const stopContinue: Suite = {
  name: 'stop and continue',
  promise:
    'A process that stood still past its lease has been taken over; it changes nothing and goes on under a new name.',
  run: (stage) =>
    withPostgres(async (environment) => {
      const { judgement } = stage;
      await using scene = await Scene.set(stage, { environment, posters: 8, answerLimitMs: 5_000 });
      const stopped = await scene.start();
      await scene.addEndpoint(stopped, { name: 'slow', delayMs: SLOW_MS, failFirst: 0 }, SLOW_TYPE);
      const slow = await Promise.all(Array.from({ length: CALLS }, () => scene.producer.post(SLOW_TYPE)));
      const other = await scene.start();
      scene.producer.start();
      await pass(UNDER_WAY_MS);

      const stop = async () => {
        const from = now();
        scene.retire(stopped);
        stopped.signal('SIGSTOP');
        stage.say('one is stopped');
        await until('the other takes over', TAKE_OVER_LIMIT_MS, () => other.log().includes('took over'));
        const tookMs = now() - from;
        scene.facts['takenOverMs'] = Math.round(tookMs);
        judgement.expect(tookMs >= LEASE_MS - 5_000, `it was taken over after ${Math.round(tookMs)} ms already`);
        await pass(AFTERWARDS_MS);
        stopped.signal('SIGCONT');
        stage.say('it goes on');
      };
      await scene.fault('stop', stop, true);
      const since = now();
      await until('it notices', NOTICE_LIMIT_MS, () => stopped.log().includes('took this one for dead'));
      scene.services.push(stopped);
      await scene.recovered(since, NOTICE_LIMIT_MS);
      await scene.settle(SETTLE_LIMIT_MS);
      judgement.expect(!stopped.ended, `the stopped process ended: ${stopped.lastOutput}`);
      judgeOverlaps(scene, slow, judgement);
      await judgeLateOnes(scene, other, slow, judgement);
      return await scene.judge(judgement);
    }),
};

/** Two calls of one delivery may overlap only when the first caller had been silent for the lease. */
function judgeOverlaps({ receiver, faults }: Scene, slow: readonly Accepted[], judgement: Judgement): void {
  const stop = faults[0]?.from ?? 0;
  const goesOn = faults[0]?.until ?? 0;
  for (const { event } of slow) {
    const [, ...again] = receiver.calls
      .filter((call) => call.event === event)
      .toSorted((a, b) => a.arrivedAt - b.arrivedAt);
    const early = again.find(({ arrivedAt }) => arrivedAt < stop + LEASE_MS - 5_000);
    judgement.expect(early === undefined, `event ${event} was sent again while its first caller had its lease`);
    const stale = again.find(({ arrivedAt }) => arrivedAt > goesOn);
    judgement.expect(stale === undefined, `event ${event} was sent again after the stopped process went on`);
  }
}

/** Attempts that the stopped process had begun are in the history as late, and have changed nothing. */
async function judgeLateOnes(
  { facts }: Scene,
  service: ServiceProcess,
  slow: readonly Accepted[],
  judgement: Judgement,
): Promise<void> {
  let late = 0;
  for (const { deliveries } of slow) {
    for (const { id } of deliveries) {
      const { state, attempts } = await deliveryDetail(service, id);
      const inTime = attempts.filter((attempt) => !attempt.late && attempt.outcome === 'succeeded');
      late += attempts.filter((attempt) => attempt.late).length;
      judgement.expect(
        state === 'succeeded' && inTime.length === 1,
        `delivery ${id} is ${state} by ${inTime.length} attempts in time`,
      );
    }
  }
  facts['lateOutcomes'] = late;
  judgement.expect(late > 0, 'no outcome was late: nothing was under way when the process was stopped');
}

// J1, J2: the service is asked to stop under load, with calls under way, and the next one goes on: on SQLite afterwards, on
// Postgres at the same time, as a rolling restart does it.

import { now, pass } from '../../posthorn/tests/support/waiting.ts';
import { Scene, type SceneOptions } from './scene.ts';
import { onSqlite, withPostgres } from './stores.ts';
import type { Figures, Stage, Suite } from './suite.ts';

const ROUNDS = 3;
const STOP_AFTER_MS = [500, 2_000] as const;
/** So that calls are under way at every moment; far below the grace. */
const LOAD_DELAY_MS = [0, 600] as const;
/** Little more than the endpoints can take, 16 calls at once each: some deliveries always wait, and they are few at the end. */
const THINK_MS = 500;
/** The calls under way take at most as long as the receiver, and there is nothing else to wait for. */
const STOP_LIMIT_MS = 5_000;
const RECOVER_LIMIT_MS = 15_000;
/** Other processes look for the deliveries of a stopping process every 5 s; those that it kept they would take over after 45 s. */
const SETTLE_LIMIT_MS = 35_000;

async function underStops(stage: Stage, options: SceneOptions, rolling: boolean): Promise<Figures> {
  const { judgement } = stage;
  await using scene = await Scene.set(stage, { ...options, loadDelayMs: LOAD_DELAY_MS, thinkMs: THINK_MS });
  let current = await scene.start();
  let longestStopMs = 0;
  scene.producer.start();
  const rounds = stage.rounds ?? ROUNDS;
  for (let round = 1; round <= rounds; round++) {
    await scene.postRetried();
    await pass(stage.dice.between(...STOP_AFTER_MS));
    const next = rolling ? await scene.start() : undefined;
    const stopping = current;
    await scene.fault('stop', async () => {
      const began = now();
      const signal = round % 2 === 1 ? 'SIGTERM' : 'SIGINT';
      // Callers that come meanwhile find it closed, and ask the next one.
      const status = await stopping.stop(signal);
      scene.retire(stopping);
      longestStopMs = Math.max(longestStopMs, now() - began);
      judgement.expect(status === 0, `after ${signal} its exit status was ${status}: ${stopping.lastOutput}`);
    });
    const began = now();
    current = next ?? (await scene.start());
    await scene.recovered(began, RECOVER_LIMIT_MS);
    stage.say(`round ${round} of ${rounds}: ${scene.producer.accepted.length} accepted`);
  }
  scene.facts['longestStopMs'] = Math.round(longestStopMs);
  judgement.expect(longestStopMs <= STOP_LIMIT_MS, `one stop took ${Math.round(longestStopMs)} ms`);
  await scene.settle(SETTLE_LIMIT_MS);
  const figures = await scene.judge(judgement);
  judgement.expect(figures.twice === 0, `${figures.twice} delivered twice though every call could end in time`);
  return figures;
}

export const stopSqlite: Suite = {
  name: 'stop, SQLite',
  promise: 'Asked to stop under load, it ends its calls and exits with 0; nothing is lost, nothing is delivered twice.',
  run: (stage) => underStops(stage, { environment: onSqlite(stage) }, false),
};

export const stopPostgres: Suite = {
  name: 'stop, Postgres',
  promise:
    'A rolling restart under load loses nothing, delivers nothing twice, and what is handed back goes on at once.',
  run: (stage) => withPostgres((environment) => underStops(stage, { environment }, true)),
};

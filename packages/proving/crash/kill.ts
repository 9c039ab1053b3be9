// A1: the process is killed at random moments under load, on both stores. On Postgres two share the work; one or both die.

import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { now, pass } from '../../posthorn/tests/support/waiting.ts';
import { Scene, type SceneOptions } from './scene.ts';
import { onSqlite, withPostgres } from './stores.ts';
import type { Figures, Stage, Suite } from './suite.ts';

/** After a start, in milliseconds. */
const KILL_AFTER_MS = [200, 3_000] as const;
/** From the start of a new process to the first yes. */
const RECOVER_LIMIT_MS = 15_000;
/** Deliveries of dead processes on a shared store are taken over after 45 s. */
const SETTLE_LIMIT_MS = { sqlite: 30_000, postgres: 90_000 };
/** Of those rounds that have a retry waiting across the kill, this part must really have had one: else nothing was tested. */
const RETRIED_PART = 0.5;

async function underKills(
  stage: Stage,
  options: SceneOptions,
  kind: 'sqlite' | 'postgres',
  rounds: number,
): Promise<Figures> {
  const { judgement } = stage;
  await using scene = await Scene.set(stage, options);
  await scene.start();
  if (kind === 'postgres') await scene.start();
  scene.producer.start();
  for (let round = 1; round <= rounds; round++) {
    const [least, most] = KILL_AFTER_MS;
    const moment = now() + stage.dice.between(least, most);
    await scene.postRetried();
    await pass(Math.max(0, moment - now()));
    const victims = victimsOf(scene.services, stage);
    await Promise.all(victims.map((service) => scene.kill(service)));
    const alone = scene.services.length === 0;
    const began = now();
    await Promise.all(victims.map(() => scene.start()));
    if (alone) await scene.recovered(began, RECOVER_LIMIT_MS);
    stage.say(`round ${round} of ${rounds}: ${scene.producer.accepted.length} accepted`);
  }
  await scene.settle(SETTLE_LIMIT_MS[kind]);
  const figures = await scene.judge(judgement);
  const across = figures.facts['retriesAcrossFaults'] ?? 0;
  judgement.expect(across >= rounds * RETRIED_PART, `only ${across} retries were pending across ${rounds} kills`);
  return figures;
}

/** On a store that two share, both die in one round of three. */
function victimsOf(services: readonly ServiceProcess[], { dice }: Stage): readonly ServiceProcess[] {
  if (services.length < 2 || dice.chance(1 / 3)) return [...services];
  const index = dice.between(0, services.length - 1);
  return services.slice(index, index + 1);
}

export const killSqlite: Suite = {
  name: 'kill, SQLite',
  promise: 'A process that is killed at any moment loses nothing it has accepted, and repeats only what was under way.',
  run: (stage) => underKills(stage, { environment: onSqlite(stage) }, 'sqlite', stage.rounds ?? 15),
};

export const killPostgres: Suite = {
  name: 'kill, Postgres',
  promise: 'Of two processes on one Postgres any may be killed at any moment: nothing accepted is lost.',
  run: (stage) =>
    withPostgres((environment) => underKills(stage, { environment, thinkMs: 400 }, 'postgres', stage.rounds ?? 10)),
};

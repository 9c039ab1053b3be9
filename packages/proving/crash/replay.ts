// A6: the process is killed at random moments of a replay. The endpoint answers every call with a failure, so that what is
// replayed goes back to what it was: a replay that lost its place would meet it again.

import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { pass, until } from '../../posthorn/tests/support/waiting.ts';
import { allDeliveriesIn, deliveryDetail, replayAll, replayOf } from '../support/api.ts';
import { Scene, type SceneOptions } from './scene.ts';
import { onSqlite, withPostgres } from './stores.ts';
import type { Figures, Stage, Suite } from './suite.ts';

const TYPE = 'replayed.one';
const DELIVERIES = 2_000;
const POSTED_AT_ONCE = 100;
/** Slow enough for all kills to fall into the replay. */
const RATE_PER_SECOND = 60;
const KILL_AFTER_MS = [200, 1_500] as const;
/** Calls that an endpoint has under way at once: each of them may be repeated after a kill. */
const UNDER_WAY = 16;
/** Deliveries that a dead process had under way on a shared store are taken over after 45 s; until then their endpoint may wait. */
const MOVES_LIMIT_MS = { sqlite: 15_000, postgres: 75_000 };
const EXHAUSTED_LIMIT_MS = 60_000;
const SETTLE_LIMIT_MS = 90_000;
const END_LIMIT_MS = 180_000;

async function underKills(
  stage: Stage,
  options: SceneOptions,
  kind: 'sqlite' | 'postgres',
  rounds: number,
): Promise<Figures> {
  const { judgement, dice } = stage;
  await using scene = await Scene.set(stage, { ...options, posters: 8, thinkMs: 400 });
  const first = await scene.start();
  if (kind === 'postgres') await scene.start();
  const behaviour = { name: 'replayed', delayMs: [0, 50], failFirst: Number.MAX_SAFE_INTEGER } as const;
  const endpointId = await scene.addEndpoint(first, behaviour, TYPE, []);
  const ids = await exhausted(scene, first, endpointId);
  const callsBefore = callsOf(scene);
  const { id } = await replayAll(first, TYPE, RATE_PER_SECOND);

  scene.producer.start();
  let replayed = 0;
  for (let round = 1; round <= rounds; round++) {
    await until('the replay goes on', MOVES_LIMIT_MS[kind], async () => {
      const [service] = scene.services;
      return service !== undefined && (await replayOf(service, id)).replayed > replayed;
    });
    await pass(dice.between(...KILL_AFTER_MS));
    const victims = kind === 'sqlite' || dice.chance(1 / 3) ? [...scene.services] : scene.services.slice(0, 1);
    await Promise.all(victims.map((service) => scene.kill(service)));
    const services = await Promise.all(victims.map(() => scene.start()));
    const seen = await replayOf(services[0] ?? first, id);
    judgement.expect(seen.state === 'running', `at kill ${round} the replay was ${seen.state} already`);
    replayed = seen.replayed;
    stage.say(`kill ${round} of ${rounds}: ${replayed} of ${seen.total} replayed`);
  }
  const [service] = scene.services;
  if (service === undefined) throw new Error('There is no service left.');
  await until('the replay is completed', END_LIMIT_MS, async () => {
    const { state, replayed: soFar } = await replayOf(service, id);
    if (soFar > ids.length) throw new Error(`the replay has replayed ${soFar} of ${ids.length} deliveries`);
    return state === 'completed';
  });
  await scene.settle(SETTLE_LIMIT_MS);
  const end = await replayOf(service, id);
  judgement.expect(
    end.total === ids.length && end.replayed === ids.length && end.skipped === 0,
    `of ${ids.length} deliveries the replay counted ${end.total}, replayed ${end.replayed} and skipped ${end.skipped}`,
  );
  await judgeAttempts(stage, service, ids);
  const repeated = callsOf(scene) - callsBefore - ids.length;
  const most = scene.faults.length * UNDER_WAY;
  judgement.expect(repeated >= 0 && repeated <= most, `${repeated} calls were repeated, ${most} may be under way`);
  scene.facts['replayed'] = end.replayed;
  scene.facts['repeated'] = repeated;
  return await scene.judge(judgement, new Set(ids));
}

/** Posts events whose deliveries fail for good. @returns the ids of those */
async function exhausted(scene: Scene, service: ServiceProcess, endpointId: string): Promise<string[]> {
  for (let posted = 0; posted < DELIVERIES; posted += POSTED_AT_ONCE) {
    await Promise.all(Array.from({ length: POSTED_AT_ONCE }, () => scene.producer.postAside(TYPE)));
  }
  let ids: string[] = [];
  await until('all are exhausted', EXHAUSTED_LIMIT_MS, async () => {
    ids = (await allDeliveriesIn(service, 'exhausted', endpointId)).map(({ id }) => id);
    return ids.length === DELIVERIES;
  });
  await scene.receiver.flush();
  return ids;
}

/** Each has had its first attempt and one more; what a kill cut off does not count. */
async function judgeAttempts({ judgement }: Stage, service: ServiceProcess, ids: readonly string[]): Promise<void> {
  const odd: string[] = [];
  for (const id of ids) {
    const { state, attempts } = await deliveryDetail(service, id);
    const made = attempts.filter(
      ({ trigger, outcome, late }) => trigger === 'manual' && outcome === 'http_status' && !late,
    );
    if (made.length !== 1 || state !== 'exhausted') odd.push(`${id} is ${state} with ${made.length} manual attempts`);
  }
  judgement.expect(odd.length === 0, `${odd.length} were not attempted once more: ${odd.slice(0, 3).join('; ')}`);
}

const callsOf = (scene: Scene): number =>
  scene.receiver.calls.filter(({ path }) => path.startsWith('/replayed/')).length;

export const replaySqlite: Suite = {
  name: 'replay, SQLite',
  promise: 'A replay goes on after every kill, and gives each delivery one more attempt, not two.',
  run: (stage) => underKills(stage, { environment: onSqlite(stage) }, 'sqlite', stage.rounds ?? 10),
};

export const replayPostgres: Suite = {
  name: 'replay, Postgres',
  promise: 'Two processes share a replay, and any may be killed: each delivery gets one more attempt, not two.',
  run: (stage) => withPostgres((environment) => underKills(stage, { environment }, 'postgres', stage.rounds ?? 10)),
};

// A7: the disk runs full under load, once with the process living through it and once with it killed there.
import { join } from 'node:path';
import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { now, pass, until } from '../../posthorn/tests/support/waiting.ts';
import { call } from '../support/api.ts';
import { Scene } from './scene.ts';
import { SmallDisk } from './small-disk.ts';
import type { Judgement, Suite } from './suite.ts';

/** Room for the suite's load; the ballast takes the rest. */
const DISK_MIB = 64;
const BEFORE_EVENTS = 300;
/** So that calls are under way whenever the disk runs full: their outcomes have to wait. */
const LOAD_DELAY_MS = [0, 500] as const;
const REFUSE_LIMIT_MS = 10_000;
/** The disk stays full for this long, and then has space for this long: outcomes that waited are recorded within 2 s. */
const FULL_MS = 3_000;
const FREE_MS = 3_000;
const RECOVER_LIMIT_MS = 10_000;
const SETTLE_LIMIT_MS = 30_000;
const SAYS_WHY = 'The disk of the database is full.';

export const diskFull: Suite = {
  name: 'disk full',
  promise:
    'On a full disk events are refused with the reason, nothing accepted is lost, and space is all that is needed.',
  async run(stage) {
    const { judgement } = stage;
    const folder = join(stage.folder, 'disk');
    using disk = SmallDisk.mount(folder, DISK_MIB);
    const environment = { POSTHORN_DATA: join(folder, 'data') };
    await using scene = await Scene.set(stage, { environment, posters: 16, loadDelayMs: LOAD_DELAY_MS });
    const service = await scene.start();
    const { producer } = scene;
    producer.start();
    await until('there was load', RECOVER_LIMIT_MS, () => producer.accepted.length >= BEFORE_EVENTS);

    stage.say('the disk is full');
    await scene.fault('disk full', async () => {
      await untilRefused(scene, disk, judgement);
      await judgeHealth(service, judgement);
      await pass(FULL_MS);
    });
    disk.free();
    await scene.recovered(now(), RECOVER_LIMIT_MS);
    await pass(FREE_MS);
    judgement.expect(!service.ended, `the process ended: ${service.lastOutput}`);

    stage.say('the disk is full, and the process is killed');
    await scene.fault('disk full', async () => {
      await untilRefused(scene, disk, judgement);
      await scene.kill(service, 'kill on a full disk');
    });
    disk.free();
    const began = now();
    const next = await scene.start();
    await scene.recovered(began, RECOVER_LIMIT_MS);
    await scene.settle(SETTLE_LIMIT_MS);

    stage.say('the disk is full, and there is nothing to do');
    // A new process has nothing to tell, and no space left over in its log.
    await next.stop();
    scene.retire(next);
    const idle = await scene.start();
    disk.fill();
    const isReady = async () => (await call(idle, 'GET', '/readyz')).status === 200;
    await until('/readyz says so', REFUSE_LIMIT_MS, async () => !(await isReady())).catch(judgement.note);
    disk.free();

    return await scene.judge(judgement);
  },
};

/** Fills the disk until an event is refused: the database may still have pages to use up that it had taken before. */
async function untilRefused({ producer }: Scene, disk: SmallDisk, judgement: Judgement): Promise<void> {
  const since = now();
  await until('an event is refused', REFUSE_LIMIT_MS, () => {
    disk.fill();
    return producer.firstRefusedAfter(since) !== undefined;
  });
  const detail = producer.refusals.at(-1)?.detail ?? '';
  judgement.expect(detail.includes(SAYS_WHY), `the refusal says: ${detail}`);
}

/** Restarting would not help, so the process is healthy; it cannot work, so it is not ready. */
async function judgeHealth(service: ServiceProcess, judgement: Judgement): Promise<void> {
  const health = await call(service, 'GET', '/healthz');
  judgement.expect(health.status === 200, `/healthz says ${health.status} on a full disk`);
  const readiness = await call(service, 'GET', '/readyz');
  judgement.expect(readiness.status === 503, `/readyz says ${readiness.status} on a full disk: ${readiness.text}`);
}

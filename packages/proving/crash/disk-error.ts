// A7: fsync reports an I/O error, again and again. The kernel's answers are changed by strace.

import { now, until } from '../../posthorn/tests/support/waiting.ts';
import { Scene } from './scene.ts';
import { onSqlite } from './stores.ts';
import type { Suite } from './suite.ts';
import { needStrace } from './tools.ts';

/** Of each thread's fsyncs, these fail: well behind the start, which takes about twenty. */
const FAILING = '60..90';
const REFUSE_LIMIT_MS = 20_000;
const RECOVER_LIMIT_MS = 20_000;
const SETTLE_LIMIT_MS = 30_000;
/** Accepted without a refusal in between: the errors are over. */
const ENOUGH = 100;

export const diskError: Suite = {
  name: 'disk error',
  promise:
    'When the disk fails to sync, nothing is accepted that is not safe, and the service goes on when it syncs again.',
  async run(stage) {
    needStrace(stage.say);
    const { judgement } = stage;
    await using scene = await Scene.set(stage, { environment: onSqlite(stage), posters: 16 });
    const inject = ['-e', 'trace=fsync,fdatasync', '-e', `inject=fsync,fdatasync:error=EIO:when=${FAILING}`];
    const runner = ['strace', '-D', '-f', '-o', '/dev/null', ...inject];
    const service = await scene.start({ runner });
    const { producer } = scene;
    producer.start();
    await scene.fault('disk error', async () => {
      await until('an event is refused', REFUSE_LIMIT_MS, () => producer.refusals.length > 0);
      await until('the errors are over', RECOVER_LIMIT_MS, () => {
        const last = producer.refusals.at(-1)?.at ?? now();
        return producer.accepted.slice(-ENOUGH).length === ENOUGH && (producer.accepted.at(-ENOUGH)?.at ?? 0) > last;
      });
    });
    await scene.recovered(producer.refusals.at(-1)?.at ?? now(), RECOVER_LIMIT_MS);
    judgement.expect(!service.ended, `the process ended: ${service.lastOutput}`);
    await scene.kill(service);
    const began = now();
    await scene.start();
    await scene.recovered(began, RECOVER_LIMIT_MS);
    await scene.settle(SETTLE_LIMIT_MS);
    return await scene.judge(judgement);
  },
};

// A9: a second process is started on a data folder that is in use.

import { now, until } from '../../posthorn/tests/support/waiting.ts';
import { Scene } from './scene.ts';
import { onSqlite } from './stores.ts';
import type { Suite } from './suite.ts';

const SETTLE_LIMIT_MS = 30_000;
const RECOVER_LIMIT_MS = 15_000;
/** Starting Node is most of it. */
const REFUSE_LIMIT_MS = 5_000;
const ENOUGH = 200;

export const secondProcess: Suite = {
  name: 'second process',
  promise: 'A second process on a data folder is refused and told who holds it; the lock ends with its holder.',
  async run(stage) {
    const { judgement } = stage;
    await using scene = await Scene.set(stage, { environment: onSqlite(stage), posters: 16 });
    const first = await scene.start();
    scene.producer.start();
    const rounds = stage.rounds ?? 3;
    for (let round = 1; round <= rounds; round++) {
      const began = now();
      const refusal = await scene.start().then(
        () => 'nothing: it started',
        (error: unknown) => String(error),
      );
      const tookMs = Math.round(now() - began);
      scene.facts['refusedInMs'] = Math.max(scene.facts['refusedInMs'] ?? 0, tookMs);
      judgement.expect(tookMs <= REFUSE_LIMIT_MS, `it took ${tookMs} ms to refuse the second process`);
      const names = refusal.includes(`is in use by process ${first.pid}`);
      judgement.expect(names, `the second process said ${refusal}`);
    }
    const { producer } = scene;
    await until('there was load', RECOVER_LIMIT_MS, () => producer.accepted.length >= ENOUGH);
    await scene.kill(first);
    const began = now();
    await scene.start();
    await scene.recovered(began, RECOVER_LIMIT_MS);
    await scene.settle(SETTLE_LIMIT_MS);
    return await scene.judge(judgement);
  },
};

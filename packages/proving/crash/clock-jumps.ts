// C1: the wall clock jumps by hours in both directions while the service runs and while it is down, with retries pending. Only
// the service sees the other time; libfaketime gives it, and leaves the monotonic clock alone.
import { existsSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { now, pass } from '../../posthorn/tests/support/waiting.ts';
import { Scene } from './scene.ts';
import { onSqlite } from './stores.ts';
import type { Suite } from './suite.ts';
import { needPackage } from './tools.ts';

const LIBRARY = '/usr/lib/*/faketime/libfaketimeMT.so.1';
/** Within the life of the receiver's certificates: an hour back, a day ahead. */
const JUMPS = ['+1h', '-30m', '+20h', '-45m', '+0'] as const;
const EVERY_MS = 900;
const RETRIES_PER_JUMP = 40;
/** C1: no retry is later than this, apart from the time for which the service is stopped. A missed jump makes it half an hour. */
const LATE_LIMIT_MS = 3_000;
const SETTLE_LIMIT_MS = 20_000;

export const clockJumps: Suite = {
  name: 'clock jumps',
  promise: 'However the wall clock jumps, while running or across a restart, no retry is early, late or lost.',
  async run(stage) {
    const library = () => globSync(LIBRARY).find((file) => existsSync(file));
    needPackage('faketime', () => library() !== undefined, stage.say);
    const { judgement } = stage;
    const clock = join(stage.folder, 'clock');
    const environment = {
      ...onSqlite(stage),
      LD_PRELOAD: library() ?? '',
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    await using scene = await Scene.set(stage, { environment, posters: 4 });
    const jump = (to: string) => scene.fault(`jump to ${to}`, async () => writeFileSync(clock, to));
    await jump('+0');
    const first = await scene.start();
    scene.producer.start();
    for (const to of JUMPS) {
      await Promise.all(Array.from({ length: RETRIES_PER_JUMP }, () => scene.postRetried()));
      await pass(EVERY_MS);
      await jump(to);
      stage.say(`the clock jumps to ${to}`);
    }
    const stoppedAt = now();
    await scene.fault('stop', async () => {
      await first.stop();
      scene.retire(first);
      await jump('+20h');
      await scene.start();
    });
    const stoppedMs = now() - stoppedAt;
    await scene.settle(SETTLE_LIMIT_MS);
    const figures = await scene.judge(judgement);
    const { retries = 0, latestRetryMs = 0 } = figures.facts;
    judgement.expect(retries >= JUMPS.length * RETRIES_PER_JUMP, `only ${retries} retries were made`);
    const late = `a retry was ${latestRetryMs} ms late, the service stopped for ${Math.round(stoppedMs)} ms`;
    judgement.expect(latestRetryMs <= stoppedMs + LATE_LIMIT_MS, late);
    return figures;
  },
};

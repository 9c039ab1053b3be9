// A2: the power goes, on the embedded store. The writes, syncs and answers of a running service are recorded; then the disk is
// made as thousands of cuts would have left it, opened, and compared with what had been promised. The same cuts, with the
// syncs left out that a weaker setting would not make, must lose something: that shows that the test can.
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dice } from '../../posthorn/tests/support/dice.ts';
import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { until } from '../../posthorn/tests/support/waiting.ts';
import { examine, layOut, type Verdict } from './after-cut.ts';
import { DiskModel } from './disk-model.ts';
import { Scene } from './scene.ts';
import { onSqlite } from './stores.ts';
import type { Stage, Suite } from './suite.ts';
import { needStrace } from './tools.ts';
import { readTrace, type Step, tracerFor } from './trace.ts';

const CUTS = 1_200;
/** Enough to show that the same cuts lose what was promised when it is not synced. */
const CONTROL_CUTS = 60;
const DATABASE = 'posthorn.db';
const LOG = 'posthorn.db-wal';
const LOG_HEADER_BYTES = 32;
/** The database has been written to by a checkpoint, and there was load after it. */
const CHECKPOINTED_BYTES = 256 * 1_024;
const EVENTS_AFTERWARDS = 200;
const RECORD_LIMIT_MS = 120_000;
const SETTLE_LIMIT_MS = 30_000;
const CHUNK_BYTES = 1_024 * 1_024;
const TAIL_BYTES = 200;

export const powerCut: Suite = {
  name: 'power cut',
  promise: 'Whenever the power goes, what was answered with a yes is on the disk, and the database opens.',
  async run(stage) {
    needStrace(stage.say);
    const { judgement } = stage;
    const trace = join(stage.folder, 'trace');
    await using scene = await Scene.set(stage, { environment: onSqlite(stage), posters: 12, thinkMs: 20 });
    const service = await load(scene, stage, trace);
    await scene.settle(SETTLE_LIMIT_MS);
    const figures = await scene.judge(judgement);
    const status = await service.stop();
    judgement.expect(status === 0, `the traced service ended with ${status}: ${service.lastOutput}`);
    scene.retire(service);
    await until('the record is whole', RECORD_LIMIT_MS, () => tailOf(trace).endsWith('+++ exited with 0 +++\n'));
    const steps = [...readTrace(linesOf(trace), join(stage.folder, 'data'))];
    rmSync(trace);
    const yeses = steps.filter(({ kind }) => kind === 'yes').length;
    judgement.expect(yeses >= figures.accepted / 2, `the record has only ${yeses} of ${figures.accepted} answers`);
    judgement.expect(
      isFaithful(steps, join(stage.folder, 'data')),
      'replaying the record does not give the files that are there',
    );
    stage.say(`${steps.length} steps recorded`);

    const disk = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'posthorn-power-cut-'));
    try {
      const cuts = await makeCuts(steps, stage.rounds ?? CUTS, stage.dice, disk);
      const count = (list: readonly Verdict[], kind: Verdict['kind']) => list.filter((one) => one.kind === kind).length;
      const [worst] = cuts.filter(({ kind }) => kind !== 'sound');
      judgement.expect(worst === undefined, `a power cut leaves: ${JSON.stringify(worst ?? {}).slice(0, 500)}`);
      stage.say(`${cuts.length} cuts: ${count(cuts, 'lost')} lost something, ${count(cuts, 'damaged')} damaged`);
      const weaker = await makeCuts(withoutCommitSyncs(steps), CONTROL_CUTS, stage.dice, disk);
      const seen = weaker.length - count(weaker, 'sound');
      judgement.expect(seen > 0, 'the same cuts without the syncs of commits lose nothing: the test sees nothing');
      const facts = {
        ...figures.facts,
        cuts: cuts.length,
        cutsThatLost: count(cuts, 'lost'),
        cutsThatDamaged: count(cuts, 'damaged'),
        weakerCuts: weaker.length,
        weakerCutsThatLost: seen,
      };
      return { ...figures, faults: cuts.length, facts };
    } finally {
      rmSync(disk, { recursive: true, force: true });
    }
  },
};

/** Load on a traced service, from its very first start, over a checkpoint. */
async function load(scene: Scene, stage: Stage, trace: string): Promise<ServiceProcess> {
  const service = await scene.start({ runner: tracerFor(trace) });
  const database = join(stage.folder, 'data', DATABASE);
  const { producer } = scene;
  producer.start();
  await until('there is a checkpoint', RECORD_LIMIT_MS, () => statSync(database).size > CHECKPOINTED_BYTES);
  const wanted = producer.accepted.length + EVENTS_AFTERWARDS;
  await until('there was load after it', RECORD_LIMIT_MS, () => producer.accepted.length >= wanted);
  return service;
}

/** Whether nothing is missing in the record: without a cut, it gives what the service has left. */
function isFaithful(steps: readonly Step[], data: string): boolean {
  const model = new DiskModel();
  for (const step of steps) model.apply(step);
  const files = model.whole();
  const there = readdirSync(data);
  return (
    there.length === files.size &&
    there.every((name) => files.get(name)?.equals(readFileSync(join(data, name))) === true)
  );
}

/** Cuts the power at random steps. */
async function makeCuts(steps: readonly Step[], count: number, dice: Dice, disk: string): Promise<Verdict[]> {
  const moments = Array.from({ length: count }, () => dice.between(0, steps.length)).sort((a, b) => a - b);
  const model = new DiskModel();
  const promised = { events: new Set<string>(), deliveries: new Set<string>() };
  const folder = join(disk, 'data');
  const verdicts: Verdict[] = [];
  let done = 0;
  for (const moment of moments) {
    for (const step of steps.slice(done, moment)) {
      model.apply(step);
      if (step.kind !== 'yes') continue;
      promised.events.add(step.event);
      for (const delivery of step.deliveries) promised.deliveries.add(delivery);
    }
    done = moment;
    layOut(folder, model.cut(dice));
    verdicts.push(await examine(folder, promised));
  }
  return verdicts;
}

/**
 * The record as `synchronous=NORMAL` would have made it: of the log, only what comes before a checkpoint is synced, and its
 * header.
 */
function withoutCommitSyncs(steps: readonly Step[]): Step[] {
  return steps.filter((step, index) => {
    if (step.kind !== 'sync' || step.file !== LOG) return true;
    const before = steps[index - 1];
    const isHeader = before?.kind === 'write' && before.file === LOG && before.bytes.length === LOG_HEADER_BYTES;
    const next = steps.slice(index + 1, index + 20).find(({ kind }) => kind === 'write' || kind === 'sync');
    return isHeader || (next?.kind === 'write' && next.file === DATABASE);
  });
}

function* linesOf(file: string): Generator<string> {
  const descriptor = openSync(file, 'r');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let rest = '';
  try {
    for (;;) {
      const size = readSync(descriptor, chunk);
      if (size === 0) return;
      const lines = (rest + chunk.toString('latin1', 0, size)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    closeSync(descriptor);
  }
}

function tailOf(file: string): string {
  const descriptor = openSync(file, 'r');
  const chunk = Buffer.alloc(TAIL_BYTES);
  const size = readSync(descriptor, chunk, 0, TAIL_BYTES, Math.max(0, statSync(file).size - TAIL_BYTES));
  closeSync(descriptor);
  return chunk.toString('latin1', 0, size);
}

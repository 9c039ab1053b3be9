// One attack from beginning to end: the service is started, everything is tried on it at once and in turn, and what it left
// behind is looked through.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { now } from '../../posthorn/tests/support/waiting.ts';
import { copyProgram, type Edit, type Program } from '../support/program.ts';
import { writeHeads } from './call-heads.ts';
import { confuse } from './confusion.ts';
import { flood } from './flood.ts';
import { fuzz } from './fuzz.ts';
import { Judge } from './judge.ts';
import { tryKeys } from './keys.ts';
import { readFiles, readLog, swapSecrets } from './leftovers.ts';
import { growthInRounds, type MemoryFigures, MemoryWatch } from './memory.ts';
import { readOperations } from './operations.ts';
import { race } from './races.ts';
import { Scene, settings } from './scene.ts';
import { keepWaiting, type SlowFigures } from './slow.ts';

/** Part of the seconds that are fuzzed before memory is looked at: by then everything has been loaded and compiled. */
const WARM_UP_SECONDS = 2;
/** Memory that it may gain by 12,000 more small requests: less than 3 KiB for each, so nothing is kept of them. */
const MAX_GROWTH_MB = 32;
/** Memory bound at any moment of the attack, well within what is promised (docs/reliability.md, "Memory"): seeds take from 430 to 590. */
const MAX_PEAK_MB = 768;

export interface AttackOptions {
  readonly seed: number;
  /** How long to fuzz. */
  readonly seconds: number;
  readonly edits?: readonly Edit[];
  readonly say: (text: string) => void;
}

export interface AttackFigures {
  readonly seconds: number;
  readonly requests: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly operations: Readonly<Record<string, number>>;
  readonly wrongKeys: number;
  readonly confusions: number;
  readonly races: number;
  readonly heads: number;
  readonly floods: number;
  readonly slow: SlowFigures;
  readonly memory: MemoryFigures;
  /** From the first to the last round of the same small requests. */
  readonly growthMb: number;
  readonly logLines: number;
  readonly databaseBytes: number;
}

/** @throws on the first thing that is not as it must be */
export async function attack({ seed, seconds, edits = [], say }: AttackOptions): Promise<AttackFigures> {
  const began = now();
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-attack-'));
  try {
    const program = copyProgram(join(folder, 'program'), edits);
    say('the same small requests again and again');
    const growthMb = await growth(program, join(folder, 'growth'));
    await using scene = await Scene.open(program, join(folder, 'scene'));
    const { service, canaries } = scene;
    const data = join(folder, 'scene', 'data');
    let done: Awaited<ReturnType<typeof underAttack>>;
    const judge = new Judge(scene);
    try {
      done = await underAttack(scene, judge, seed, seconds, say);
    } catch (error) {
      const words = service.log().split('\n').slice(-10).join('\n');
      throw new Error(`${error instanceof Error ? error.message : error}\nThe end of its log:\n${words}`);
    }
    if (service.ended) throw new Error('the service has died');
    // Once as a crash leaves them, with the write-ahead log full, and once in order.
    await service.kill();
    say('looking through what is left behind');
    const databaseBytes = readFiles(data, canaries);
    const logLines = readLog(service.log(), canaries);
    const environment = settings(join(folder, 'scene'), canaries, join(folder, 'scene', 'ca.pem'));
    await swapSecrets(program, scene, join(folder, 'scene'), environment);
    readFiles(data, canaries);
    return {
      ...done,
      growthMb,
      seconds: Math.round((now() - began) / 1_000),
      requests: judge.answers,
      byStatus: judge.byStatus,
      logLines,
      databaseBytes,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** On a service of its own: after an attack, what is kept would find its place in memory that was needed once. */
async function growth(program: Program, folder: string): Promise<number> {
  await using scene = await Scene.open(program, folder);
  const growthMb = await growthInRounds(scene, new Judge(scene));
  if (growthMb > MAX_GROWTH_MB) throw new Error(`it grew by ${growthMb} MB, of ${MAX_GROWTH_MB} allowed`);
  return growthMb;
}

async function underAttack(scene: Scene, judge: Judge, seed: number, seconds: number, say: (text: string) => void) {
  const operations = readOperations(await scene.call('GET', '/openapi.json'));
  const vault = await scene.vault();
  say(`${operations.length} operations`);
  await fuzz(scene, operations, judge, { seed, seconds: WARM_UP_SECONDS });
  const watch = new MemoryWatch(scene.service);
  say('fuzzing, beside slow clients');
  const [asked, slow] = await Promise.all([
    fuzz(scene, operations, judge, { seed: seed + 100, seconds: seconds - WARM_UP_SECONDS }),
    keepWaiting(scene),
  ]);
  say('confusing, racing, writing on the wire');
  await scene.refill();
  const confusions = await confuse(scene, judge);
  const races = await race(scene, judge);
  const heads = await writeHeads(scene, judge, { seed, seconds: 2 });
  say('bodies without end');
  const floods = await flood(scene, judge);
  say('wrong keys');
  const wrongKeys = await tryKeys(scene, operations, judge);
  const memory = watch.figures();
  if (memory.peakMb > MAX_PEAK_MB) throw new Error(`it weighed ${memory.peakMb} MB, of ${MAX_PEAK_MB} allowed`);
  if ((await scene.vault()) !== vault) throw new Error('something of the other tenant has changed');
  const missing = operations.filter(({ id }) => asked[id] === undefined);
  if (missing.length > 0) throw new Error(`never asked: ${missing.map(({ id }) => id).join(', ')}`);
  return { operations: asked, wrongKeys, confusions, races, heads, floods, slow, memory };
}

// All behaviours met by one service: those that take the contract's 30 s beside the others.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { now } from '../../posthorn/tests/support/waiting.ts';
import { copyProgram, type Edit } from '../support/program.ts';
import type { Behaviour, Stage } from './behaviour.ts';
import { CERTIFICATES, CONNECTIONS, HANDSHAKES, NAMES } from './connecting.ts';
import { type Ground, makeGround } from './ground.ts';
import { KEPT } from './keeping.ts';
import { meet, type Row } from './meet.ts';
import { BODIES, HEADERS, SILENCE, STATUSES } from './responses.ts';
import { SEVERAL_ADDRESSES } from './several-addresses.ts';

export const STAGES: readonly Stage[] = [
  NAMES,
  CONNECTIONS,
  SEVERAL_ADDRESSES,
  HANDSHAKES,
  CERTIFICATES,
  SILENCE,
  STATUSES,
  HEADERS,
  BODIES,
  KEPT,
];

export interface HostileFigures {
  readonly seconds: number;
  readonly rows: readonly Row[];
  /** The most that the process ever weighed, in MiB. */
  readonly peakMiB: number;
}

export interface HostileOptions {
  /** Only behaviours whose stage and name together match. */
  readonly only?: RegExp;
  readonly edits?: readonly Edit[];
  readonly say: (row: Row) => void;
}

export async function meetAll({ only = /./, edits = [], say }: HostileOptions): Promise<HostileFigures> {
  const began = now();
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-hostile-'));
  try {
    const program = copyProgram(join(folder, 'program'), edits);
    await using ground = await makeGround(program, join(folder, 'ground'));
    const chosen = STAGES.flatMap(({ stage, behaviours }) =>
      behaviours.map((behaviour) => ({ stage, behaviour })),
    ).filter(({ stage, behaviour }) => only.test(`${stage}: ${behaviour.name}`));
    let peak = 0;
    const meetOne = async (stage: string, behaviour: Behaviour): Promise<Row> => {
      const row = await meet(ground, stage, behaviour);
      peak = Math.max(peak, ground.service.memory().peak);
      say(row);
      return row;
    };
    const long = chosen.filter(({ behaviour }) => behaviour.trueLimits === true);
    const beside = Promise.all(long.map(({ stage, behaviour }) => meetOne(stage, behaviour)));
    // A failure among them is heard when the others are done.
    beside.catch(() => {});
    const rows = new Map<Behaviour, Row>();
    for (const { stage, behaviour } of chosen) {
      if (!long.some((one) => one.behaviour === behaviour)) rows.set(behaviour, await meetOne(stage, behaviour));
    }
    (await beside).forEach((row, index) => {
      const one = long[index]?.behaviour;
      if (one !== undefined) rows.set(one, row);
    });
    stillAlive(ground);
    return {
      seconds: Math.round((now() - began) / 1_000),
      rows: chosen.flatMap(({ behaviour }) => rows.get(behaviour) ?? []),
      peakMiB: Math.round(peak / 2 ** 20),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function stillAlive({ service }: Ground): void {
  if (service.ended) throw new Error(`The service has died:\n${service.log().slice(-2_000)}`);
}

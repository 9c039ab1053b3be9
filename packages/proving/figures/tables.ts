// The documentation's figures, from the suites' measurements.
import { readFileSync } from 'node:fs';
import type { Ran } from '../crash/run.ts';
import type { Row } from '../hostile/meet.ts';
import { FULL } from '../isolation/extent.ts';
import type { Figures } from '../isolation/scenarios.ts';
import { type Data, type Made, NAMES, type ReportName } from './data.ts';
import { count, percent, seconds, table } from './markdown.ts';

/** The mark beside a figure that does not hold. */
export const MISSED = '**missed**';

/** The blocks of docs/reliability.md, by the names of their places. */
export function blocksOf(data: Data): ReadonlyMap<string, string> {
  return new Map([
    ['summary', summary(data)],
    ['simulation', simulation(data)],
    ['crashes', crashes(data)],
    ['powercuts', powerCuts(data)],
    ['hostile', hostile(data)],
    ['neighbours', neighbours(data)],
    ['memory', memory(data)],
    ['attack', attack(data)],
    ['mutants', mutants(data)],
    ['runs', runs(data)],
  ]);
}

/** Stands where a suite has not been run yet. */
const NOTHING = 'Not measured yet.';

const CORPUS: readonly unknown[] = JSON.parse(
  readFileSync(new URL('../../posthorn/tests/fixtures/callback-urls.json', import.meta.url), 'utf8'),
);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const figuresOf = (suites: readonly Ran[]) => suites.flatMap(({ figures }) => figures ?? []);
const factOf = (suites: readonly Ran[], fact: string): number =>
  Math.max(0, ...figuresOf(suites).map(({ facts }) => facts[fact] ?? 0));

/** Scenarios of one kind. */
function ofKind<Kind extends Figures['kind']>(data: Data, kind: Kind): Extract<Figures, { readonly kind: Kind }>[] {
  const scenarios = data.isolation?.scenarios ?? [];
  return scenarios.filter((figures): figures is Extract<Figures, { readonly kind: Kind }> => figures.kind === kind);
}

type SummaryRow = readonly [promise: string, figure: string, by: string];

function summary(data: Data): string {
  return table(
    ['Promise', 'Figure', 'Measured by'],
    [
      ...crashRows(data),
      ...hostileRows(data),
      [
        '**One working address is enough.** The call is made, once, whatever up to seven other addresses of the name do in TCP or TLS.',
        '16 faults of an address, each beside one that works; the one after seven silent ones is called within 0.6 s',
        '`npm test`, `npm run hostile`',
      ],
      [
        '**No call reaches an inside address**, by spelling, DNS, redirect, rebinding, proxy or a pooled connection.',
        `${count(CORPUS.length)} URLs with the verdict each must get, when they are stored and when they are called`,
        '`npm test`',
      ],
      [
        '**Your bytes are kept.** Every attempt sends the same body; digits and key order stay.',
        'random JSON, compared with `JSON.stringify(JSON.parse(body))`',
        '`npm test`',
      ],
      ...isolationRows(data),
      ...attackRows(data),
      ...simulationRows(data),
      ...mutantRows(data),
    ],
  );
}

function crashRows({ crash }: Data): SummaryRow[] {
  if (crash === undefined) return [];
  const { suites } = crash;
  const figures = figuresOf(suites);
  const accepted = sum(figures.map((one) => one.accepted));
  const lost = sum(figures.map((one) => one.lost));
  const twice = sum(figures.map((one) => one.twice));
  const retries = sum(figures.map(({ facts }) => facts['retries'] ?? 0));
  const early = sum(figures.map(({ facts }) => facts['earlyRetries'] ?? 0));
  const recover = Math.max(...figures.map(({ recoverMs }) => recoverMs ?? 0));
  return [
    [
      '**202 means on disk.** The event is then delivered or visibly exhausted, even if processes die.',
      `${count(lost)} lost of ${count(accepted)} accepted under kills, full disks, failing syncs and broken databases; ${count(factOf(suites, 'cutsThatLost'))} of ${count(factOf(suites, 'cuts'))} power cuts lost anything`,
      '`npm run crash`',
    ],
    [
      '**Duplicates are rare and explained.** They happen only if a process died, a lease ran out or a reused connection broke. They carry the same correlation id and body.',
      `${count(twice)} of ${count(accepted)} delivered twice (${percent(twice, accepted)}), each explained by a fault`,
      '`npm run crash`',
    ],
    [
      '**No retry is early**, even across clock jumps and restarts.',
      `${count(early)} of ${count(retries)} retries early`,
      '`npm run crash`',
    ],
    [
      '**It recovers by itself.**',
      `at most ${seconds(recover)} from the end of a fault to the next accepted event`,
      '`npm run crash`',
    ],
  ];
}

function hostileRows({ hostile: met }: Data): SummaryRow[] {
  if (met === undefined) return [];
  const ended = (limitMs: number) => met.rows.filter((row) => row.limitMs === limitMs);
  const range = (rows: readonly Row[]) =>
    `${count(Math.min(...rows.map(({ leastMs }) => leastMs)))} to ${count(Math.max(...rows.map(({ mostMs }) => mostMs)))} ms`;
  const connects = ended(1_000).filter(({ outcome }) => outcome === 'connect_timeout');
  const unscathed = met.rows.filter(({ broken }) => broken.length > 0);
  return [
    [
      '**Limits are limits.** 1 s to connect, 30 s to the last byte.',
      `1 s: ended after ${range(connects)}; 30 s: after ${range(ended(30_000))}`,
      '`npm run hostile`',
    ],
    [
      '**A receiver cannot hurt us.**',
      `${count(met.rows.length)} hostile receivers tried; ${unscathed.length === 0 ? 'none' : count(unscathed.length)} succeeded`,
      '`npm run hostile`',
    ],
  ];
}

function isolationRows(data: Data): SummaryRow[] {
  if (data.isolation === undefined) return [];
  const troubles = ofKind(data, 'neighbours').toSorted((a, b) => b.p99Times - a.p99Times);
  const [worst] = troubles;
  // Some are measured on both stores: such a kind holds when it holds on both.
  const kinds = new Set(troubles.map(({ trouble }) => trouble));
  const missed = new Set(troubles.filter(({ broken }) => broken.length > 0).map(({ trouble }) => trouble));
  const weighed = ofKind(data, 'memory');
  const peak = Math.max(...weighed.flatMap(({ peaks }) => peaks.map(({ mib }) => mib)));
  return [
    [
      "**One endpoint's trouble is its own.**",
      `p99 of healthy endpoints rose at most ${FULL.neighbours.atMostTimes} times in ${kinds.size - missed.size} of ${kinds.size} kinds of failure; worst case ${worst?.p99Times} times (${worst?.trouble})`,
      '`npm run isolation`',
    ],
    [
      '**Memory has a ceiling.**',
      `${count(peak)} MiB at most, with ${count(Math.max(...weighed.map(({ pending }) => pending)))} pending for ${count(Math.max(...weighed.map(({ endpoints }) => endpoints)))} endpoints whose responses never end`,
      '`npm run isolation`',
    ],
  ];
}

function attackRows({ attack: figures }: Data): SummaryRow[] {
  if (figures === undefined) return [];
  const { requests, logLines, databaseBytes } = figures;
  return [
    [
      '**Secrets stay secret, and nothing breaks the API.**',
      `no secret and no defect in ${count(requests)} answers, ${count(logLines)} lines of log and ${count(databaseBytes)} bytes of database`,
      '`npm run attack`',
    ],
  ];
}

function simulationRows({ simulate }: Data): SummaryRow[] {
  if (simulate === undefined) return [];
  const { violations, hours, faults } = simulate;
  const figure = `${count(violations)} violations in ${count(hours)} hours with ${count(faults)} faults`;
  return [['**The promises are simulated.**', figure, '`npm run simulate`']];
}

function mutantRows(data: Data): SummaryRow[] {
  const all = TRIED.flatMap((name) => data[name]?.mutants ?? []);
  if (all.length === 0) return [];
  const caught = all.filter((one) => one.caught).length;
  const figure = `we broke the program in ${all.length} ways; the suites caught ${caught}`;
  return [['**Each of these tests can fail.**', figure, '`-- --mutants`']];
}

const TRIED = NAMES.filter((name): name is Extract<ReportName, `${string}-mutants`> => name.endsWith('-mutants'));

function simulation({ simulate }: Data): string {
  if (simulate === undefined) return NOTHING;
  const { hours, seeds, events, calls, faults, violations, seconds: took } = simulate;
  return table(
    ['Simulated time', 'Seeds', 'Events', 'Calls', 'Faults', 'Violations', 'Run time'],
    [[`${count(hours)} h`, count(seeds), count(events), count(calls), count(faults), violations, `${took} s`]],
  );
}

function crashes({ crash }: Data): string {
  if (crash === undefined) return NOTHING;
  return table(
    ['Kind of fault', 'Faults', 'Accepted', 'Lost', 'Delivered twice', 'Cause', 'Recovery time'],
    crash.suites.map(({ name, figures }) => [
      name,
      ...(figures === undefined
        ? ['–', '–', '–', '–', '–', '–']
        : [
            count(figures.faults),
            count(figures.accepted),
            count(figures.lost),
            count(figures.twice),
            Object.entries(figures.twiceByCause)
              .map(([cause, times]) => `${cause}: ${times}`)
              .join(', ') || '–',
            figures.recoverMs === null ? '–' : seconds(figures.recoverMs),
          ]),
    ]),
  );
}

function powerCuts({ crash }: Data): string {
  const suites = crash?.suites ?? [];
  if (factOf(suites, 'cuts') === 0) return NOTHING;
  const fact = (name: string) => count(factOf(suites, name));
  return table(
    ['Recording', 'Power cuts', 'Cuts that lost something', 'Damaged databases'],
    [
      ['as it is', fact('cuts'), fact('cutsThatLost'), fact('cutsThatDamaged')],
      ['the same record without the syncs of commits', fact('weakerCuts'), fact('weakerCutsThatLost'), ''],
    ],
  );
}

function hostile({ hostile: met }: Data): string {
  if (met === undefined) return NOTHING;
  const { rows } = met;
  return table(
    ['Stage', 'Receiver', 'Calls', 'Outcome', 'Duration', 'Memory'],
    rows.map(({ stage, behaviour, calls, outcome, status, leastMs, mostMs, grownMiB, repeated }, index) => [
      rows[index - 1]?.stage === stage ? '' : `**${stage}**`,
      behaviour,
      calls,
      `\`${outcome}\`${status === null ? '' : ` ${status}`}${repeated === 0 ? '' : `, ${repeated} made again`}`,
      leastMs === mostMs ? `${count(leastMs)} ms` : `${count(leastMs)}–${count(mostMs)} ms`,
      grownMiB === null ? '–' : `+${grownMiB.toFixed(1)} MiB`,
    ]),
  );
}

const STORES = { sqlite: 'SQLite', postgres: 'Postgres' };

/** A measurement, and whether it is more than it may be. */
const judged = (measured: string, broken: readonly string[]) =>
  broken.length === 0 ? measured : `${measured}, ${MISSED}`;

function neighbours(data: Data): string {
  if (data.isolation === undefined) return NOTHING;
  const rows = ofKind(data, 'neighbours').map(({ trouble, store, waiting, without, beside, p99Times, broken }) => [
    trouble,
    STORES[store],
    count(waiting),
    `${without.p50} → ${beside.p50} ms`,
    `${without.p99} → ${beside.p99} ms`,
    judged(`${p99Times}`, broken),
  ]);
  const held = ofKind(data, 'snapshot').map(({ deliveries, without, beside, p50Times, broken }) => [
    'a held snapshot: claims of 500',
    'Postgres',
    count(deliveries),
    `${without.last.p50} → ${beside.last.p50} ms`,
    `${without.last.p99} → ${beside.last.p99} ms`,
    judged(`${p50Times} (p50)`, broken),
  ]);
  return table(
    ['Trouble', 'Store', 'Deliveries', 'p50 of the others', 'p99 of the others', 'Factor'],
    [...rows, ...held],
  );
}

function memory(data: Data): string {
  if (data.isolation === undefined) return NOTHING;
  const scenarios = ofKind(data, 'memory');
  const phases = scenarios[0]?.peaks.map(({ phase }) => phase) ?? [];
  return table(
    ['Highest memory, in MiB', ...scenarios.map(({ store }) => STORES[store])],
    [
      ...phases.map((phase) => [
        phase,
        ...scenarios.map(({ peaks }) => peaks.find((peak) => peak.phase === phase)?.mib ?? ''),
      ]),
      ['start with everything pending', ...scenarios.map(({ startMs }) => seconds(startMs))],
      ['responses without an end, cut off', ...scenarios.map(({ cutOff }) => count(cutOff))],
    ],
  );
}

function attack({ attack: figures }: Data): string {
  if (figures === undefined) return NOTHING;
  const { requests, byStatus, wrongKeys, confusions, races, heads, slow, memory: weight, growthMb } = figures;
  return table(
    ['Measure', 'Value'],
    [
      ['answers, none of them a defect', count(requests)],
      [
        'of those refused (4xx)',
        count(sum(Object.entries(byStatus).map(([status, n]) => (/^4/.test(status) ? n : 0)))),
      ],
      [
        'wrong keys, confusions on the wire, races, odd headers',
        [wrongKeys, confusions, races, heads].map(count).join(', '),
      ],
      [
        'slow clients, cut off after',
        `${count(slow.clients)}, ${seconds(slow.firstCutMs)} to ${seconds(slow.lastCutMs)}`,
      ],
      ['others beside them, p50 and p99', `${slow.othersP50Ms} ms, ${slow.othersP99Ms} ms`],
      ['memory before, at most, after', `${weight.beforeMb}, ${weight.peakMb}, ${weight.afterMb} MiB`],
      ['growth over 12,000 more small requests', `${growthMb} MiB`],
    ],
  );
}

function mutants(data: Data): string {
  return table(
    ['Suite', 'Defects', 'Caught', 'Not caught'],
    TRIED.flatMap((name) => {
      const all = data[name]?.mutants;
      if (all === undefined) return [];
      const survivors = all.filter(({ caught }) => !caught).map(({ mutant }) => mutant);
      const suite = name.replace('-mutants', '');
      return [[suite, all.length, all.length - survivors.length, survivors.join('; ') || '–']];
    }),
  );
}

function runs(data: Data): string {
  return table(
    ['Report', 'Date', 'Commit', 'Extent', 'Node', 'Machine', 'Load before'],
    NAMES.flatMap((name) => {
      const made: Made | undefined = data[name];
      if (made === undefined) return [];
      const { madeAt, commit, node, processor, cores, loadBefore, whole } = made;
      const when = madeAt.slice(0, 16).replace('T', ' ');
      const extent = whole === true ? 'everything' : 'a part, or less of it';
      return [[name, when, `\`${commit}\``, extent, node, `${cores} × ${processor}`, loadBefore]];
    }),
  );
}

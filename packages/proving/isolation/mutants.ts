// Programs in which one endpoint's trouble is everybody's: the build made wrong in one respect.

import type { Defect } from '../support/mutants.ts';
import type { Edit } from '../support/program.ts';

export interface Mutant extends Defect {
  readonly edits: readonly Edit[];
  /** The scenarios that must notice; the others are left out. */
  readonly only: string;
}

const edit = (file: string, from: string, to: string): Edit => ({ file, from, to });

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'slots are for whoever comes first',
    edits: [
      edit('engine/calling/lanes.js', 'const MAX_CALLS = 1_024;', 'const MAX_CALLS = 16;'),
      edit('engine/calling/lanes.js', 'Math.max(1, Math.floor(free * CALLS_FRACTION))', 'free'),
      edit(
        'engine/calling/lanes.js',
        'const MAX_HANGING_CALLS = MAX_CALLS / 2;',
        'const MAX_HANGING_CALLS = MAX_CALLS;',
      ),
    ],
    only: 'one endpoint hangs, sqlite',
    noticed: /the others' p99 is/,
  },
  {
    name: 'memory is for whoever comes first',
    edits: [
      edit('engine/calling/lanes.js', 'const MAX_LEASED_PER_LANE = 1_024;', 'const MAX_LEASED_PER_LANE = 1_000_000;'),
      edit(
        'engine/calling/lanes.js',
        'const MAX_LEASED_BYTES = 64 * 1_024 * 1_024;',
        'const MAX_LEASED_BYTES = 4 * 1_024 * 1_024;',
      ),
      edit(
        'engine/calling/lanes.js',
        'lane.leasedBytes + bytes <= (MAX_LEASED_BYTES - this.#leasedBytes) * BYTES_FRACTION',
        'this.#leasedBytes <= MAX_LEASED_BYTES',
      ),
    ],
    only: 'one endpoint hangs, sqlite',
    noticed: /the others' p99 is/,
  },
  {
    name: 'names are looked up one after the other',
    edits: [
      edit(
        'adapters/sender/resolver.js',
        'answer = ask(name)',
        'answer = (globalThis.line = (globalThis.line ?? Promise.resolve()).then(() => ask(name)))',
      ),
    ],
    only: '200 endpoints have dead names, sqlite',
    noticed: /the others' p99 is/,
  },
  {
    name: 'a claim begins at the front each time',
    edits: [edit('adapters/postgres/moving-bound.js', 'full ? this.#front : this.#bound', 'this.#front')],
    only: 'somebody holds a snapshot, postgres',
    noticed: /claims beside a held snapshot take/,
  },
  {
    name: 'bodies of everything that is pending are kept in memory',
    edits: [
      edit('engine/calling/lanes.js', 'const MAX_LEASED_PER_LANE = 1_024;', 'const MAX_LEASED_PER_LANE = 1_000_000;'),
      edit(
        'engine/calling/lanes.js',
        'const MAX_LEASED_BYTES = 64 * 1_024 * 1_024;',
        'const MAX_LEASED_BYTES = 2 ** 40;',
      ),
    ],
    only: 'memory, sqlite',
    noticed: /it weighed/,
  },
  {
    name: 'all of a response is kept',
    edits: [
      edit('adapters/sender/http/response-reader.js', 'MAX_RESPONSE_BYTES = 65_536;', 'MAX_RESPONSE_BYTES = 2 ** 30;'),
    ],
    only: 'memory, sqlite',
    noticed: /it weighed/,
  },
];

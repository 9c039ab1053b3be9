import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { afterRetry, type BroughtForward, type Pending } from './retry.ts';
import { steady, wall } from './time.ts';

const NOW = steady(1_000);
const LATER = steady(9_000);
const EARLIER = steady(400);
const EXHAUSTED = { state: 'exhausted', endedAt: wall(77) } as const;
const PLANNED = { state: 'pending', dueAt: steady(30_000) } as const;

const CASES: readonly [what: string, pending: Pending, after: BroughtForward | 'under_way'][] = [
  ['leased: it is on its way', { place: 'leased', dueAt: null, resume: null }, 'under_way'],
  ['leased, with a due time that it had before', { place: 'leased', dueAt: LATER, resume: PLANNED }, 'under_way'],
  ['in the backlog: it waits for its turn', { place: 'backlog', dueAt: null, resume: EXHAUSTED }, 'under_way'],
  [
    'planned: it is brought forward and remembers its plan',
    { place: 'due', dueAt: LATER, resume: null },
    { dueAt: NOW, resume: { state: 'pending', dueAt: LATER } },
  ],
  [
    'due already: it stays due since when it was',
    { place: 'due', dueAt: EARLIER, resume: null },
    { dueAt: EARLIER, resume: { state: 'pending', dueAt: EARLIER } },
  ],
  [
    'brought forward already: what it remembers stays',
    { place: 'due', dueAt: EARLIER, resume: PLANNED },
    { dueAt: EARLIER, resume: PLANNED },
  ],
  [
    'ended before, and due once more',
    { place: 'due', dueAt: LATER, resume: EXHAUSTED },
    { dueAt: NOW, resume: EXHAUSTED },
  ],
  [
    'still paused: it would have been attempted now',
    { place: 'paused', dueAt: null, resume: null },
    { dueAt: NOW, resume: { state: 'pending', dueAt: NOW } },
  ],
  [
    'still paused, with a due time that says nothing',
    { place: 'paused', dueAt: steady(0), resume: null },
    { dueAt: NOW, resume: { state: 'pending', dueAt: NOW } },
  ],
  [
    'still paused, and ended before',
    { place: 'paused', dueAt: null, resume: EXHAUSTED },
    { dueAt: NOW, resume: EXHAUSTED },
  ],
];

describe('a retry by hand of a pending delivery', () => {
  for (const [what, pending, after] of CASES) {
    it(what, () => assert.deepEqual(afterRetry(pending, NOW), after));
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeptTerminal } from '../../../../tests/support/kept-terminal.ts';
import type { Replay } from '../answers.ts';
import { Progress } from './progress.ts';
import { durationAtRate, endText, filterText } from './text.ts';

const REPLAY: Replay = {
  id: '01a212fb-fda9-723d-95b3-eed6a753f2c1',
  state: 'running',
  endpointId: null,
  eventTypes: null,
  states: ['exhausted'],
  since: null,
  until: '2026-11-23T18:59:04.120Z',
  ratePerSecond: 50,
  total: 1_240,
  replayed: 0,
  skipped: 0,
  createdAt: '2026-11-23T18:59:04.120Z',
  endedAt: null,
};

describe('a replay in words', () => {
  it('says what it is about, and how long it takes', () => {
    assert.equal(filterText(1_240, { ...REPLAY, until: null }), '1,240 exhausted deliveries');
    assert.equal(
      filterText(1, {
        states: ['exhausted', 'cancelled'],
        endpointId: '01a2',
        eventTypes: ['order.*', 'user.created'],
        since: '2026-11-22T00:00:00.000Z',
        until: '2026-11-23T00:00:00.000Z',
      }),
      '1 exhausted or cancelled delivery of order.*, user.created to 01a2 created since 2026-11-22 00:00:00.000 UTC until 2026-11-23 00:00:00.000 UTC',
    );
    assert.equal(durationAtRate(1_240, 50), 'about 25 s at 50 a second');
  });

  it('says what was done', () => {
    const done = { ...REPLAY, state: 'completed', replayed: 1_240 } as const;
    assert.equal(endText(done), '1,240 of 1,240 deliveries given one more attempt.');
    assert.match(
      endText({ ...done, replayed: 1_237, skipped: 3 }),
      /^1,237 of 1,240 .*, 3 skipped \(endpoint disabled/,
    );
    assert.match(endText({ ...done, state: 'cancelled', replayed: 7 }), /^Cancelled: 7 of 1,240 /);
  });
});

describe('the progress of a replay', () => {
  /** The progress lines; `isLive` at a terminal. */
  function told(isLive: boolean, steps: readonly (readonly [now: number, done: number])[]): string[] {
    const terminal = new KeptTerminal(isLive);
    const progress = new Progress(terminal);
    for (const [now, done] of steps) progress.show({ ...REPLAY, replayed: done }, now);
    return isLive ? terminal.shown : terminal.stderr.trimEnd().split('\n');
  }

  it('is a bar on a terminal, with how long it still takes', () => {
    assert.deepEqual(
      told(true, [
        [0, 0],
        [1_000, 124],
        [2_000, 620],
        [3_000, 1_240],
      ]),
      [
        '░░░░░░░░░░░░░░░░░░░░░░░░ 0 of 1,240',
        '██░░░░░░░░░░░░░░░░░░░░░░ 124 of 1,240, 9 s left',
        '████████████░░░░░░░░░░░░ 620 of 1,240, 2 s left',
        '████████████████████████ 1,240 of 1,240',
      ],
    );
  });

  it('is a line for each tenth elsewhere', () => {
    const lines = told(
      false,
      Array.from({ length: 1_241 }, (_, done) => [done * 20, done]),
    );
    assert.equal(lines.length, 10);
    assert.deepEqual([lines[0], lines.at(-1)], ['124 of 1,240, 22 s left', '1,240 of 1,240']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type AfterPart,
  afterPart,
  afterStep,
  nextReplayStep,
  type PartStep,
  replayRoom,
  replayStepSize,
} from './replay.ts';
import { steady, wall } from './time.ts';

const NOW = steady(1_000_000);

describe('the pace of a replay', () => {
  it('never makes more due in a second than its rate', () => {
    for (let rate = 1; rate <= 1_000; rate++) {
      const size = replayStepSize(rate);
      let made = 0;
      for (let now = NOW; now < NOW + 1_000; now = nextReplayStep(now, rate, size, NOW)) made += size;
      assert.ok(made <= rate, `${made} at a rate of ${rate}`);
      assert.ok(made >= rate * 0.9, `${made} at a rate of ${rate}`);
    }
  });

  it('is even: no step is larger than a tenth of a second is worth', () => {
    assert.deepEqual([1, 10, 11, 50, 1_000].map(replayStepSize), [1, 1, 1, 5, 100]);
  });

  it('waits for its endpoints when none of them has room, and lets others go first when it only searches', () => {
    assert.equal(nextReplayStep(NOW, 50, 0, steady(NOW + 250)), NOW + 250);
    assert.equal(nextReplayStep(NOW, 50, 0, steady(NOW - 5_000)), NOW + 10);
  });
});

describe('the room of an endpoint', () => {
  it('is a lane’s calls at first, and as long as nothing ends', () => {
    assert.equal(replayRoom(0, 0), 16);
    assert.equal(replayRoom(16, 16), 0);
    assert.equal(replayRoom(5, 5), 11);
  });

  it('grows with what the endpoint gets done, so that it has enough to do until the next look', () => {
    assert.equal(replayRoom(16, 0), 32);
    assert.equal(replayRoom(100, 50), 50);
  });

  it('never grows beyond half of a lane', () => {
    assert.equal(replayRoom(10_000, 0), 256);
    assert.equal(replayRoom(10_000, 300), -44);
  });
});

describe('what follows from a step for an endpoint’s part', () => {
  const part = { outstanding: 16, remaining: 40 };
  const none = { made: 0, skipped: 0, uncounted: 0 };
  const CASES: readonly [what: string, step: PartStep | 'obstacle', after: AfterPart][] = [
    [
      'its endpoint is disabled or gone: what was counted is skipped',
      'obstacle',
      { progress: { ...none, skipped: 40 }, part: null },
    ],
    [
      'there was room for more: it is looked at again at once',
      { outstanding: 0, made: 10, searched: false },
      { progress: { ...none, made: 10 }, part: { outstanding: 10, remaining: 30, dueAt: NOW } },
    ],
    [
      'its room is used up: it is looked at again when some of it will have ended',
      { outstanding: 0, made: 32, searched: false },
      { progress: { ...none, made: 32 }, part: { outstanding: 32, remaining: 8, dueAt: steady(NOW + 100) } },
    ],
    [
      'there was no room, yet some of it has ended',
      { outstanding: 15, made: 1, searched: false },
      { progress: { ...none, made: 1 }, part: { outstanding: 16, remaining: 39, dueAt: steady(NOW + 100) } },
    ],
    [
      'nothing has ended: it is looked at again later',
      { outstanding: 16, made: 0, searched: false },
      { progress: none, part: { outstanding: 16, remaining: 40, dueAt: steady(NOW + 250) } },
    ],
    [
      'all of it has been looked at: what was counted and not met is skipped',
      { outstanding: 0, made: 25, searched: true },
      { progress: { ...none, made: 25, skipped: 15 }, part: null },
    ],
    [
      'more was found than had been counted',
      { outstanding: 0, made: 50, searched: true },
      { progress: { ...none, made: 50, uncounted: 10 }, part: null },
    ],
    [
      'more was found than had been counted, and there is more',
      { outstanding: 20, made: 44, searched: false },
      {
        progress: { ...none, made: 44, uncounted: 4 },
        part: { outstanding: 64, remaining: 0, dueAt: steady(NOW + 100) },
      },
    ],
  ];
  for (const [what, step, after] of CASES) {
    it(what, () => assert.deepEqual(afterPart(part, step, NOW), after));
  }
});

describe('what follows from a step for the replay', () => {
  const replay = { total: 100, replayed: 20, skipped: 5 };
  const progress = { made: 5, skipped: 3, uncounted: 1 };
  const counted = { total: 101, replayed: 25, skipped: 8 };

  it('goes on while a part is left, when that wants to be looked at and the rate allows it', () => {
    for (const [lookAt, dueAt] of [
      [NOW + 250, NOW + 250],
      [NOW, NOW + 100],
    ] as const) {
      assert.deepEqual(afterStep(replay, 50, progress, steady(lookAt), NOW, wall(7)), {
        ...counted,
        state: 'running',
        dueAt,
        endedAt: null,
      });
    }
  });

  it('is completed when no part is left', () => {
    const after = afterStep(replay, 50, progress, null, NOW, wall(7));
    assert.deepEqual(after, { ...counted, state: 'completed', dueAt: null, endedAt: wall(7) });
  });
});

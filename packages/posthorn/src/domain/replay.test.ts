import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextReplayLook, nextReplayStep, replayRoom, replayStepSize } from './replay.ts';
import { steady } from './time.ts';

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

  it('is looked at again soon while things move, and less often when nothing does', () => {
    assert.equal(nextReplayLook(NOW, true), NOW + 100);
    assert.equal(nextReplayLook(NOW, false), NOW + 250);
  });
});

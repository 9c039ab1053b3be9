import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { steady } from '../domain/time.ts';
import { bootId, monotonicMs, systemClock } from './clock.ts';

describe('the system clock', () => {
  it('never goes backwards', () => {
    const clock = systemClock(0);
    let last = clock.now();
    for (let i = 0; i < 10_000; i++) {
      const now = clock.now();
      assert.ok(now >= last);
      last = now;
    }
  });

  it('is the monotonic clock plus the offset', () => {
    const before = monotonicMs();
    const now = systemClock(1_000_000).now() - 1_000_000;
    assert.ok(now >= before && now <= monotonicMs());
  });

  it('never fires a timer early', async () => {
    const clock = systemClock(0);
    const lateness = await Promise.all(
      Array.from({ length: 50 }, (_, i) => {
        const at = steady(clock.now() + i * 0.37);
        return new Promise<number>((resolve) => clock.timer(at, () => resolve(clock.now() - at)));
      }),
    );
    for (const late of lateness) assert.ok(late >= 0, `fired ${-late} ms early`);
  });

  it('does not fire what was cancelled', async () => {
    const clock = systemClock(0);
    const cancel = clock.timer(clock.now(), () => assert.fail('fired'));
    cancel();
    await new Promise<void>((resolve) => clock.timer(steady(clock.now() + 5), resolve));
  });

  it('waits for a moment further away than a single timer can', () => {
    const clock = systemClock(0);
    const cancel = clock.timer(steady(clock.now() + 2 ** 40), () => assert.fail('fired at once'));
    cancel();
  });

  it('names the boot the same way twice', { skip: process.platform !== 'linux' }, () => {
    assert.equal(bootId(), bootId());
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimulatedTime } from '../../tests/support/simulated-time.ts';
import { StoreUnavailable } from '../seams/store/index.ts';
import type { Report } from './reports.ts';
import { StoreHealth } from './store-health.ts';

const FULL = new StoreUnavailable('disk_full', 'The disk is full.');
const full = () => Promise.reject(FULL);
const fine = () => Promise.resolve('done');

function ill() {
  const time = new SimulatedTime();
  /** Changes of the store's health. */
  const reports: Report['kind'][] = [];
  /** Every call that failed, by its code. */
  const failures: string[] = [];
  const health = new StoreHealth(time.clock(), (told) => {
    if (told.kind === 'store_call_failed') failures.push(told.code);
    else reports.push(told.kind);
  });
  return { time, reports, failures, health };
}

describe('the health of the store', () => {
  it('is told once per change, however many calls fail, and each failure is counted', async () => {
    const { time, reports, failures, health } = ill();
    for (let n = 0; n < 3; n++) await assert.rejects(health.watch(full), FULL);
    assert.deepEqual([health.problem, reports], ['The disk is full.', ['store_unavailable']]);
    await time.pass(2_000);
    assert.equal(await health.watch(fine), 'done');
    assert.deepEqual([health.problem, reports], [undefined, ['store_unavailable', 'store_available']]);
    assert.deepEqual(failures, ['disk_full', 'disk_full', 'disk_full']);
  });

  it('is not proved by a call that goes well among others that fail', async () => {
    const { time, reports, health } = ill();
    for (let n = 0; n < 10; n++) {
      await assert.rejects(health.watch(full), FULL);
      await time.pass(1_000);
      await health.watch(fine);
    }
    assert.deepEqual([health.problem, reports], ['The disk is full.', ['store_unavailable']]);
  });

  it('is told by what went wrong last', async () => {
    const { reports, health } = ill();
    await assert.rejects(health.watch(full), FULL);
    const away = new StoreUnavailable('unreachable', 'It is away.');
    await assert.rejects(
      health.watch(() => Promise.reject(away)),
      away,
    );
    assert.deepEqual([health.problem, reports], ['It is away.', ['store_unavailable']]);
  });

  it('says nothing of defects', async () => {
    const { reports, health } = ill();
    await assert.rejects(
      health.watch(() => Promise.reject(new TypeError('a defect'))),
      TypeError,
    );
    assert.deepEqual([health.problem, reports], [undefined, []]);
  });
});

// Times in the engine's reports: how long a commit took and how long deliveries waited, on its own clock.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Installation } from '../../tests/engine/installation.ts';
import type { Report } from '../engine/reports.ts';

type Started = Extract<Report, { kind: 'started' }>;

const startsOf = (here: Installation): Started[] =>
  here.reports.filter((one): one is Started => one.kind === 'started');

describe('reports', () => {
  it('say how long an event waited for its commit', async () => {
    const here = await new Installation().start();
    await here.post();
    const accepted = here.reports.find((one) => one.kind === 'accepted');
    assert.ok(accepted !== undefined && accepted.tookMs >= 0 && accepted.tookMs < 1);
  });

  it('say how long a delivery waited for a free slot since it was accepted', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'answer', status: 200, afterMs: 100 });
    await here.endpoint();
    await here.post(6);
    await here.time.pass(1_000);
    // Four at once: the fifth and the sixth wait for those.
    assert.deepEqual(
      startsOf(here).map(({ waited }) => waited),
      [0, 0, 0, 0, 100, 100].map((ms) => ({ since: 'accepted', ms })),
    );
  });

  it('say how late a retry is, counted from its due time', async () => {
    const here = await new Installation().start();
    here.behave = (_, earlier) =>
      earlier === 0 ? { kind: 'refuse', afterMs: 0 } : { kind: 'answer', status: 200, afterMs: 1 };
    await here.endpoint();
    await here.post();
    await here.time.pass(60_000);
    const [first, retry] = startsOf(here);
    assert.deepEqual([first?.number, first?.trigger, first?.waited?.since], [1, 'schedule', 'accepted']);
    assert.deepEqual([retry?.number, retry?.trigger, retry?.waited?.since], [2, 'schedule', 'due']);
    assert.ok(retry?.waited && retry.waited.ms >= 0 && retry.waited.ms < 2);
  });

  it('count what comes from a backlog from when it was claimed', async () => {
    const here = await new Installation().start();
    await here.endpoint();
    await here.post(2_000);
    await here.time.pass(3_600_000);
    const since = new Set(startsOf(here).map(({ waited }) => waited?.since));
    assert.deepEqual(since, new Set(['accepted', 'claimed']));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Ledger, SeenCall } from './ledger.ts';
import { judge, type Promises } from './promises.ts';

const promises: Promises = {
  scheduleMs: [10_000, 20_000],
  endings: new Map([
    ['crm', { state: 'succeeded', attempts: 1 }],
    ['flaky', { state: 'succeeded', attempts: 3 }],
  ]),
  backAt: 5_000,
  healthy: ['crm'],
};

const call = (endpoint: string, number: number, arrivedAt: number): SeenCall => ({
  endpoint,
  callId: `${endpoint}-${number}`,
  eventId: 'event',
  refusal: undefined,
  body: '{"a":1}',
  arrivedAt,
  endedAt: arrivedAt + 1,
  answered: true,
});

/** A run in which everything was as promised. */
const kept = (): Ledger => ({
  promised: [
    { id: 'd1', eventId: 'event', endpoint: 'crm', postedAt: 0 },
    { id: 'd2', eventId: 'event', endpoint: 'flaky', postedAt: 0 },
  ],
  calls: [call('crm', 1, 5), call('flaky', 1, 6), call('flaky', 2, 10_010), call('flaky', 3, 30_020)],
  endings: new Map([
    ['d1', { state: 'succeeded', attempts: 1 }],
    ['d2', { state: 'succeeded', attempts: 3 }],
  ]),
});

const broken = (change: (ledger: Ledger) => void): string[] => {
  const ledger = kept();
  change(ledger);
  return judge(ledger, promises)
    .filter((verdict) => !verdict.kept)
    .map((verdict) => verdict.promise);
};
const replace = (ledger: Ledger, at: number, changes: Partial<SeenCall>) => {
  const old = ledger.calls[at];
  if (old !== undefined) ledger.calls[at] = { ...old, ...changes };
};

describe('the summary of the demo', () => {
  it('is all kept when everything was as promised', () => {
    assert.deepEqual(
      broken(() => {}),
      [],
    );
  });

  it('measures the pauses before the retries at the receiver', () => {
    const [first, second] = judge(kept(), promises).filter(({ promise }) => promise.startsWith('retry'));
    assert.match(first?.measured ?? '', /^10\.003 s to 10\.003 s/);
    assert.match(second?.measured ?? '', /^20\.009 s to 20\.009 s/);
  });

  it('excuses a retry that was due before the service was back', () => {
    const ledger = kept();
    replace(ledger, 2, { arrivedAt: 12_100, endedAt: 12_101 });
    replace(ledger, 3, { arrivedAt: 32_110 });
    const late = (backAt: number) => judge(ledger, { ...promises, backAt }).filter((verdict) => !verdict.kept).length;
    assert.deepEqual([late(5_000), late(12_000)], [1, 0]);
  });

  const breaks: readonly [what: string, change: (ledger: Ledger) => void, promise: RegExp][] = [
    [
      'a delivery that is still pending',
      (ledger) => ledger.endings.set('d1', { state: 'pending', attempts: 0 }),
      /is delivered or visibly exhausted/,
    ],
    ['a delivery that nobody knows of', (ledger) => ledger.endings.delete('d2'), /is delivered or visibly exhausted/],
    [
      'another ending',
      (ledger) => ledger.endings.set('d2', { state: 'exhausted', attempts: 3 }),
      /^flaky: succeeded after 3/,
    ],
    [
      'an attempt too many',
      (ledger) => ledger.endings.set('d1', { state: 'succeeded', attempts: 2 }),
      /^crm: succeeded after 1/,
    ],
    ['a wrong signature', (ledger) => replace(ledger, 0, { refusal: 'no signature' }), /is signed/],
    ['another body on a retry', (ledger) => replace(ledger, 2, { body: '{"a":1.0}' }), /same bytes/],
    ['another correlation id', (ledger) => replace(ledger, 0, { eventId: 'other' }), /correlation id/],
    ['a delivery id used twice', (ledger) => replace(ledger, 2, { callId: 'flaky-1' }), /delivery id of its own/],
    ['a retry 1 ms early', (ledger) => replace(ledger, 2, { arrivedAt: 10_006 }), /^retry 1/],
    ['a retry 0.6 s late', (ledger) => replace(ledger, 3, { arrivedAt: 30_611 }), /^retry 2/],
    ['a healthy endpoint called late', (ledger) => replace(ledger, 0, { arrivedAt: 1_001 }), /do not slow the healthy/],
  ];
  for (const [what, change, promise] of breaks) {
    it(`notices ${what}`, () => {
      assert.ok(
        broken(change).some((each) => promise.test(each)),
        broken(change).join('\n'),
      );
    });
  }

  it('takes nothing for kept when nothing happened', () => {
    const verdicts = judge({ promised: [], calls: [], endings: new Map() }, promises);
    assert.ok(verdicts.every((verdict) => !verdict.kept));
  });
});

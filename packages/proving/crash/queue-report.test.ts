import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Call } from './calls.ts';
import { type Fault, type QueueFacts, reportQueue, UNEXPLAINED } from './queue-report.ts';

const call = (event: string, arrivedAt: number, rest: Partial<Call> = {}): Call => ({
  path: '/hook',
  event,
  attempt: `${event}@${arrivedAt}`,
  arrivedAt,
  endedAt: arrivedAt + 10,
  status: 200,
  fault: null,
  ...rest,
});

const kill = (from: number, until: number): Fault => ({ cause: 'kill', from, until, forgets: true });
const fullDisk = (from: number, until: number): Fault => ({ cause: 'disk full', from, until, forgets: false });

const accepted = (event: string) => ({
  event,
  type: 'a',
  at: 0,
  deliveries: [{ id: `delivery of ${event}`, endpointId: 'endpoint' }],
});

function report(calls: readonly Call[], faults: readonly Fault[] = [], more: Partial<QueueFacts> = {}) {
  const events = ['one', 'two'];
  return reportQueue({
    accepted: events.map(accepted),
    posted: new Set(events),
    calls,
    paths: new Map([['endpoint', '/hook']]),
    faults,
    ...more,
  });
}

describe('the report of a queue', () => {
  it('has nothing to complain of when everything accepted arrived once', () => {
    const { accepted, delivered, lost, twice, unexpected } = report([call('one', 1), call('two', 2)]);
    assert.deepEqual([accepted, delivered, lost, [...twice], unexpected], [2, 2, [], [], []]);
  });

  it('misses what was accepted and only failed, broke off, or went elsewhere', () => {
    for (const other of [{ status: 500 }, { status: null }, { path: '/other' }]) {
      const { lost } = report([call('one', 1), call('two', 2, other)]);
      assert.deepEqual(lost, ['two /hook']);
    }
  });

  it('explains a second delivery by the fault during the first, or right after it', () => {
    const calls = [call('one', 100), call('one', 200), call('two', 100)];
    for (const from of [105, 150]) {
      assert.deepEqual([...report(calls, [kill(from, from + 5)]).twice], [['kill', 1]]);
    }
  });

  it('takes the last of several deaths for the cause', () => {
    const faults = [kill(120, 130), { ...kill(150, 160), cause: 'poison' }];
    assert.deepEqual([...report([call('one', 100), call('one', 200)], faults).twice], [['poison', 1]]);
  });

  it('explains no second delivery by a fault that the process lived through', () => {
    const faults = [kill(50, 60), fullDisk(90, 150), kill(300, 310)];
    assert.deepEqual([...report([call('one', 100), call('one', 200)], faults).twice], [[UNEXPLAINED, 1]]);
  });

  it('explains it by a death before the outcome could be on disk, however long the disk had been full', () => {
    const again = [call('one', 100), call('one', 60_000)];
    const full = [fullDisk(500, 20_000), fullDisk(21_000, 40_000)];
    assert.deepEqual([...report(again, [...full, kill(41_000, 41_010)]).twice], [['kill', 1]]);
    assert.deepEqual([...report(again, [...full, kill(50_000, 50_010)]).twice], [[UNEXPLAINED, 1]]);
    assert.deepEqual([...report(again, [fullDisk(10_000, 40_000), kill(41_000, 41_010)]).twice], [[UNEXPLAINED, 1]]);
  });

  it('leaves a second delivery unexplained that came without a fault, before it, or long after it', () => {
    const again = [call('one', 1_000), call('one', 10_000), call('two', 1)];
    const faults = [kill(500, 510), kill(9_000, 9_010), kill(11_000, 11_010)];
    assert.deepEqual([...report(again).twice], [[UNEXPLAINED, 1]]);
    assert.deepEqual([...report(again, faults).twice], [[UNEXPLAINED, 1]]);
  });

  it('counts every delivery beyond the first, and how many one fault explains', () => {
    const calls = [call('one', 100), call('one', 300), call('two', 101), call('two', 301)];
    const { twice, mostPerFault, repetitions } = report(calls, [kill(105, 106)]);
    assert.deepEqual([[...twice], mostPerFault], [[['kill', 2]], 2]);
    assert.deepEqual(repetitions, [
      { event: 'one', path: '/hook', earlier: ['one@100'] },
      { event: 'two', path: '/hook', earlier: ['two@101'] },
    ]);
  });

  it('does not expect what nobody posted, what is not as it was posted, or what no endpoint was promised', () => {
    const calls = [
      call('one', 1),
      call('two', 2, { fault: 'its signature is wrong' }),
      call('three', 3),
      call('one', 4, { path: '/other' }),
    ];
    assert.deepEqual(report(calls).unexpected, [
      'two /hook: its signature is wrong',
      'three /hook: nobody posted it',
      'one /other: this endpoint was not promised it',
    ]);
  });
});

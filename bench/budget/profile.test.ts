import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Profile, timeByPurpose } from './profile.ts';

const frame = (functionName: string, url = '') => ({ functionName, url });

// (root) ─ start (ours.js) ─ helper (shared.js) ─ write (node:net)
//        └ other (node:net)
//        └ (idle)
const profile: Profile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5, 6] },
    { id: 2, callFrame: frame('start', 'ours.js'), children: [3] },
    { id: 3, callFrame: frame('helper', 'shared.js'), children: [4] },
    { id: 4, callFrame: frame('write', 'node:net') },
    { id: 5, callFrame: frame('other', 'node:net') },
    { id: 6, callFrame: frame('(idle)') },
    { id: 7, callFrame: frame('unheard of', 'elsewhere.js') },
  ],
  startTime: 1_000,
  samples: [6, 2, 3, 4, 5, 6],
  timeDeltas: [100, 10, 20, 30, 40, 50],
};

const sorting = {
  sort: ({ url, functionName }: { url: string; functionName: string }) =>
    url === 'ours.js' ? 'ours' : functionName === '(idle)' ? 'idle' : undefined,
  guess: ({ url }: { url: string }) => (url === 'node:net' ? 'sockets' : undefined),
  otherwise: 'others',
};

const everything = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };

describe('timeByPurpose', () => {
  it('gives the time from a sample to the next to the nearest caller that is known', () => {
    const times = timeByPurpose(profile, everything, sorting);
    assert.deepEqual(Object.fromEntries(times), { idle: 10, ours: 20 + 30 + 40, sockets: 50 });
  });

  it('guesses only where no caller is known', () => {
    const times = timeByPurpose(profile, everything, { ...sorting, sort: () => undefined });
    assert.equal(times.get('sockets'), 40 + 50);
    assert.equal(times.get('others'), 10 + 20 + 30);
  });

  it('leaves out what lies outside of the span', () => {
    // The third sample is taken at 1,130.
    const times = timeByPurpose(profile, { fromUs: 1_130, toUs: 1_200 }, sorting);
    assert.deepEqual(Object.fromEntries(times), { ours: 30 + 40 });
  });
});

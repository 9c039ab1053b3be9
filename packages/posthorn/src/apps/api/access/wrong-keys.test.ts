import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { steady } from '../../../domain/time.ts';
import { MAX_COUNTED_ADDRESSES, MAX_WRONG_KEYS, WRONG_KEYS_WINDOW_MS } from '../limits.ts';
import { WrongKeys } from './wrong-keys.ts';

describe('wrong keys', () => {
  const exhaust = (counts: WrongKeys, address: string, at = steady(0)) => {
    for (let i = 0; i < MAX_WRONG_KEYS; i++) assert.equal(counts.note(address, at), undefined);
  };

  it('are let pass up to the limit, then told how long to wait', () => {
    const counts = new WrongKeys();
    exhaust(counts, '192.0.2.1');
    assert.equal(counts.note('192.0.2.1', steady(1_000)), WRONG_KEYS_WINDOW_MS - 1_000);
  });

  it('are counted anew when the window has passed', () => {
    const counts = new WrongKeys();
    exhaust(counts, '192.0.2.1');
    assert.notEqual(counts.note('192.0.2.1', steady(WRONG_KEYS_WINDOW_MS - 1)), undefined);
    exhaust(counts, '192.0.2.1', steady(WRONG_KEYS_WINDOW_MS));
  });

  it('are counted for each address apart', () => {
    const counts = new WrongKeys();
    exhaust(counts, '192.0.2.1');
    exhaust(counts, '192.0.2.2');
    assert.notEqual(counts.note('192.0.2.2', steady(0)), undefined);
  });

  it('of too many addresses push the oldest out, so that memory stays bounded', () => {
    const counts = new WrongKeys();
    exhaust(counts, 'first');
    for (let i = 0; i < MAX_COUNTED_ADDRESSES; i++) counts.note(`address ${i}`, steady(0));
    exhaust(counts, 'first');
  });
});

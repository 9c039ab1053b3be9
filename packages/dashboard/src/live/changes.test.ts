import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AttemptMessage, Changes, MAX_TOLD_APART } from './changes.ts';

const message = (kind: string, data: object = {}) => ({ id: undefined, kind, data: JSON.stringify(data) });
const attempt = (deliveryId: string, number = 1): Partial<AttemptMessage> => ({
  deliveryId,
  number,
  endpointId: `endpoint of ${deliveryId}`,
  eventId: `event of ${deliveryId}`,
});

describe('changes', () => {
  it('keep the latest of each delivery, and know what it concerns', () => {
    const changes = new Changes();
    changes.add(message('started', { deliveryId: 'b' }));
    for (const number of [1, 2]) changes.add(message('attempted', attempt('a', number)));
    changes.add(message('accepted'));
    changes.add(message('of a later version'));
    assert.equal(changes.attempts.get('a')?.number, 2);
    assert.deepEqual(
      [changes.accepted, changes.ofDelivery('a'), changes.ofDelivery('b'), changes.ofDelivery('c')],
      [1, true, true, false],
    );
    assert.deepEqual([changes.ofEndpoint('endpoint of a'), changes.ofEndpoint('endpoint of b')], [true, false]);
    assert.deepEqual([changes.ofEvent('event of a'), changes.ofEvent('other')], [true, false]);
    assert.equal(changes.everything, false);
  });

  it('concern everything when the stream begins or has lost something', () => {
    for (const kind of ['ready', 'reset']) {
      const changes = new Changes();
      changes.add(message(kind));
      assert.deepEqual(
        [changes.everything, changes.ofDelivery('a'), changes.ofEndpoint('e'), changes.ofEvent('v')],
        Array(4).fill(true),
      );
    }
  });

  it('do not grow with how much happens', () => {
    const changes = new Changes();
    for (let n = 0; n < 3 * MAX_TOLD_APART; n++) {
      changes.add(message('started', { deliveryId: `s${n}` }));
      changes.add(message('attempted', attempt(`d${n}`)));
    }
    assert.deepEqual([changes.attempts.size, changes.started.size], [MAX_TOLD_APART, MAX_TOLD_APART]);
    assert.ok(changes.everything && changes.ofDelivery(`d${2 * MAX_TOLD_APART}`));
  });
});

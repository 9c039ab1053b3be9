import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AttemptNews, MAX_TOLD_APART, News } from './news.ts';

const message = (kind: string, data: object = {}) => ({ id: undefined, kind, data: JSON.stringify(data) });
const attempt = (deliveryId: string, number = 1): Partial<AttemptNews> => ({
  deliveryId,
  number,
  endpointId: `endpoint of ${deliveryId}`,
  eventId: `event of ${deliveryId}`,
});

describe('news', () => {
  it('keep the latest of each delivery, and know what it concerns', () => {
    const news = new News();
    news.add(message('started', { deliveryId: 'b' }));
    for (const number of [1, 2]) news.add(message('attempted', attempt('a', number)));
    news.add(message('accepted'));
    news.add(message('of a later version'));
    assert.equal(news.attempts.get('a')?.number, 2);
    assert.deepEqual(
      [news.accepted, news.ofDelivery('a'), news.ofDelivery('b'), news.ofDelivery('c')],
      [1, true, true, false],
    );
    assert.deepEqual([news.ofEndpoint('endpoint of a'), news.ofEndpoint('endpoint of b')], [true, false]);
    assert.deepEqual([news.ofEvent('event of a'), news.ofEvent('other')], [true, false]);
    assert.equal(news.everything, false);
  });

  it('concern everything when the stream begins or has lost something', () => {
    for (const kind of ['ready', 'reset']) {
      const news = new News();
      news.add(message(kind));
      assert.deepEqual(
        [news.everything, news.ofDelivery('a'), news.ofEndpoint('e'), news.ofEvent('v')],
        Array(4).fill(true),
      );
    }
  });

  it('do not grow with how much happens', () => {
    const news = new News();
    for (let n = 0; n < 3 * MAX_TOLD_APART; n++) {
      news.add(message('started', { deliveryId: `s${n}` }));
      news.add(message('attempted', attempt(`d${n}`)));
    }
    assert.deepEqual([news.attempts.size, news.started.size], [MAX_TOLD_APART, MAX_TOLD_APART]);
    assert.ok(news.everything && news.ofDelivery(`d${2 * MAX_TOLD_APART}`));
  });
});

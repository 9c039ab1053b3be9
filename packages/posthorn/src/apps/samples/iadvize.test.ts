import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isEventType, matches } from '../../domain/event-type.ts';
import { IADVIZE_SAMPLES, sampleFor } from './iadvize.ts';

describe('iAdvize samples', () => {
  it('are objects of valid types that leave the envelope to be filled in', () => {
    for (const { type, payload } of IADVIZE_SAMPLES) {
      assert.ok(isEventType(type), type);
      const fields: unknown = JSON.parse(payload);
      assert.ok(typeof fields === 'object' && fields !== null);
      assert.ok('platform' in fields && 'clientId' in fields, type);
      for (const name of ['eventId', 'eventType', 'createdAt', 'sentAt'])
        assert.ok(!(name in fields), `${type}: ${name}`);
    }
  });

  it('keep the digits of an amount', () => {
    const transaction = IADVIZE_SAMPLES.find(({ type }) => type === 'transaction.attributed');
    assert.match(transaction?.payload ?? '', /"amount":300\.20[,}]/);
  });

  it('give an endpoint a sample that it subscribed to', () => {
    assert.equal(sampleFor(null).type, 'user.created');
    assert.equal(sampleFor(['v2.conversation.closed', 'user.created']).type, 'v2.conversation.closed');
    assert.equal(sampleFor(['satisfaction.*']).type, 'satisfaction.answered');
    for (const wanted of ['order.paid', 'order.*', 'order.line.*']) {
      const { type, payload } = sampleFor([wanted]);
      assert.ok(isEventType(type) && matches([wanted], type), wanted);
      assert.equal(payload, '{}');
    }
  });

  it('prefer a subscription that there is a sample of', () => {
    assert.equal(sampleFor(['order.paid', 'visitor.updated']).type, 'visitor.updated');
  });
});

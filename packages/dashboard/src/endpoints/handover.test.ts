import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { handedOver, isOtherReceiver } from './handover.ts';

describe('another receiver', () => {
  const present = 'https://shop.example/hooks';
  for (const [typed, other] of [
    ['https://shop.example/other?x=1', false],
    ['HTTPS://SHOP.example:443/hooks', false],
    ['http://shop.example/hooks', true],
    ['https://shop.example:8443/hooks', true],
    ['https://api.shop.example/hooks', true],
    ['https://', false],
    ['', false],
  ] as const) {
    it(`is ${other ? '' : 'not '}meant by ${typed || 'nothing'}`, () =>
      assert.equal(isOtherReceiver(present, typed), other));
  }

  const kept = { secret: 'the present secret', headers: { authorization: 'Bearer one' } };

  it('gets a secret of its own and no headers unless somebody says so', () => {
    const [one, another] = [0, 1].map(() => handedOver({ keepSecret: false, keepHeaders: false }, undefined));
    assert.deepEqual(one?.['headers'], {});
    assert.match(String(one?.['secret']), /^phsec_[A-Za-z0-9_-]{43}$/);
    assert.notEqual(one?.['secret'], another?.['secret']);
  });

  it('gets what somebody gives it', () => {
    assert.deepEqual(handedOver({ keepSecret: true, keepHeaders: true }, kept), {
      headers: kept.headers,
      keepSecret: true,
    });
    assert.deepEqual(handedOver({ keepSecret: true, keepHeaders: false }, kept), { headers: {}, keepSecret: true });
  });
});

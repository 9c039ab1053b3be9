import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FailedAddresses } from './failed-addresses.ts';

const ADDRESSES = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];

describe('addresses that failed', () => {
  it('come last, the latest at the end', () => {
    const failed = new FailedAddresses();
    failed.failed('https://a.test', '192.0.2.2');
    failed.failed('https://a.test', '192.0.2.1');
    assert.deepEqual(failed.inOrder('https://a.test', ADDRESSES), ['192.0.2.3', '192.0.2.2', '192.0.2.1']);
    failed.failed('https://a.test', '192.0.2.2');
    assert.deepEqual(failed.inOrder('https://a.test', ADDRESSES), ['192.0.2.3', '192.0.2.1', '192.0.2.2']);
  });

  it('count for their origin only', () => {
    const failed = new FailedAddresses();
    failed.failed('https://a.test', '192.0.2.1');
    assert.deepEqual(failed.inOrder('https://a.test:8443', ADDRESSES), ADDRESSES);
  });

  it('are forgiven once they have worked', () => {
    const failed = new FailedAddresses();
    failed.failed('https://a.test', '192.0.2.1');
    failed.worked('https://a.test', '192.0.2.1');
    assert.deepEqual(failed.inOrder('https://a.test', ADDRESSES), ADDRESSES);
  });

  it('are forgotten after a while', () => {
    const failed = new FailedAddresses(-1);
    failed.failed('https://a.test', '192.0.2.1');
    assert.deepEqual(failed.inOrder('https://a.test', ADDRESSES), ADDRESSES);
  });

  it('that the name has no more are not given', () => {
    const failed = new FailedAddresses();
    failed.failed('https://a.test', '192.0.2.9');
    assert.deepEqual(failed.inOrder('https://a.test', ADDRESSES), ADDRESSES);
  });

  it('are a few for each origin, the latest', () => {
    const failed = new FailedAddresses();
    const many = Array.from({ length: 20 }, (_, index) => `192.0.2.${index}`);
    for (const address of many) failed.failed('https://a.test', address);
    assert.deepEqual(failed.inOrder('https://a.test', ['192.0.2.4', '192.0.2.3']), ['192.0.2.3', '192.0.2.4']);
  });

  it('are forgotten first of the origin that failed longest ago, when there are too many', () => {
    const failed = new FailedAddresses();
    const origins = Array.from({ length: 10_001 }, (_, index) => `https://${index}.test`);
    for (const origin of origins) failed.failed(origin, '192.0.2.1');
    const forgotten = origins.filter((origin) => failed.inOrder(origin, ADDRESSES)[0] === '192.0.2.1');
    assert.deepEqual(forgotten, ['https://0.test']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorWithoutResponse, readStatuses } from './outcome.ts';

describe('statuses', () => {
  it('are one, or a class of a hundred', () => {
    assert.deepEqual(readStatuses('503'), [503]);
    assert.deepEqual(readStatuses('100'), [100]);
    const clientErrors = readStatuses('4xx');
    assert.deepEqual([clientErrors?.length, clientErrors?.[0], clientErrors?.at(-1)], [100, 400, 499]);
  });

  for (const text of ['', '5', '50', '5000', '5x', '5XX', '0xx', '099', 'xxx', ' 503', '503 ', '-50', '5٣0']) {
    it(`are not ${JSON.stringify(text)}`, () => assert.equal(readStatuses(text), undefined));
  }
});

describe('the error for logs and streams', () => {
  const base = { connectMs: null, durationMs: 1, repeated: false };
  const response = { status: 302, headers: [], body: new Uint8Array(0), truncated: false };

  it('has nothing of a response: a redirect may lead to a URL with a token', () => {
    const error = 'The receiver answered with status 302. It leads to https://receiver.example/?token=secret.';
    assert.equal(
      errorWithoutResponse({ ...base, outcome: 'http_status', response, error }),
      'The receiver answered with status 302; 200 to 209 is success.',
    );
  });

  it('is the error of every other call', () => {
    const error = 'The name has no address.';
    assert.equal(errorWithoutResponse({ ...base, outcome: 'dns_error', response: null, error }), error);
    assert.equal(errorWithoutResponse({ ...base, outcome: 'succeeded', response, error: null }), null);
  });
});

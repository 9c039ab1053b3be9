import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerSentReader } from './server-sent.ts';

const TEXT = `retry: 2000
id: 5f0c9a1e-0
event: ready
data: {}

:

id: 5f0c9a1e-1
event: accepted
data: {"eventType":"a"}

`;
const MESSAGES = [
  { id: '5f0c9a1e-0', kind: 'ready', data: '{}' },
  { id: '5f0c9a1e-1', kind: 'accepted', data: '{"eventType":"a"}' },
];

describe('server-sent events', () => {
  it('are the same however the text is cut', () => {
    for (let size = 1; size <= TEXT.length; size++) {
      const reader = new ServerSentReader();
      const read = [];
      for (let from = 0; from < TEXT.length; from += size) read.push(...reader.read(TEXT.slice(from, from + size)));
      assert.deepEqual(read, MESSAGES, `in pieces of ${size}`);
    }
  });

  it('are told only when they are whole', () => {
    const reader = new ServerSentReader();
    assert.deepEqual(reader.read('event: ready\ndata: {}\n'), []);
    assert.deepEqual(reader.read('\n'), [{ id: undefined, kind: 'ready', data: '{}' }]);
  });

  it('do not grow without end', () => {
    const reader = new ServerSentReader();
    assert.throws(() => {
      for (;;) reader.read('x'.repeat(100_000));
    }, RangeError);
  });
});

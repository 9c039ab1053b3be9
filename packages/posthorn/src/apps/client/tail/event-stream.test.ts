import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EventStream, type StreamMessage } from './event-stream.ts';

const TEXT =
  'retry: 2000\nid: a-0\nevent: ready\ndata: {}\n\n:\n\nid: a-1\r\nevent: attempted\r\ndata: {"n":1}\r\ndata: ü\r\n\r\n';

const read = (stream: EventStream, ...pieces: string[]): StreamMessage[] =>
  pieces.flatMap((piece) => [...stream.push(piece)]);

describe('server-sent events', () => {
  it('are read with their kind and data; comments are no messages', () => {
    const stream = new EventStream();
    assert.deepEqual(read(stream, TEXT), [
      { event: 'ready', data: '{}' },
      { event: 'attempted', data: '{"n":1}\nü' },
    ]);
    assert.deepEqual([stream.lastId, stream.retryMs], ['a-1', 2_000]);
  });

  it('are the same in whatever pieces they come', () => {
    const whole = read(new EventStream(), TEXT);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: TEXT.length }), { maxLength: 12 }), (places) => {
        const cuts = [0, ...places.sort((a, b) => a - b), TEXT.length];
        const pieces = cuts.slice(1).map((end, index) => TEXT.slice(cuts[index], end));
        assert.deepEqual(read(new EventStream(), ...pieces), whole);
      }),
    );
  });

  it('remember the last one over a broken connection, and forget the half of the next', () => {
    const stream = new EventStream();
    read(stream, 'id: a-1\ndata: 1\n\nevent: attempted\nda');
    stream.begin();
    assert.deepEqual(read(stream, 'data: 2\n\n'), [{ event: '', data: '2' }]);
    assert.equal(stream.lastId, 'a-1');
  });

  it('end when one has no end, instead of filling the memory', () => {
    const piece = 'x'.repeat(100_000);
    const stream = new EventStream();
    assert.throws(() => {
      for (let count = 0; count < 100; count++) read(stream, `data: ${piece}\n`);
    }, RangeError);
    assert.throws(() => {
      for (let count = 0; count < 100; count++) read(stream, piece);
    }, RangeError);
  });
});

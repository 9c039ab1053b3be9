import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shortage } from './origin.ts';

const rows: readonly {
  readonly why: string;
  readonly waiting: number;
  readonly served: number;
  readonly connections: number;
  readonly begins: number;
}[] = [
  { why: 'a crowd that is served soon needs none', waiting: 1_000, served: 100, connections: 16, begins: 0 },
  { why: 'nor does the rest of one', waiting: 5, served: 1, connections: 16, begins: 0 },
  { why: 'a crowd that would wait long needs as many again', waiting: 1_000, served: 10, connections: 40, begins: 40 },
  { why: 'or as many as wait', waiting: 12, served: 0, connections: 16, begins: 12 },
  { why: 'where nobody answers everyone gets one in the end', waiting: 900, served: 0, connections: 900, begins: 900 },
  { why: 'where the connections are gone it begins anew', waiting: 300, served: 0, connections: 0, begins: 16 },
];

describe('the connections that an origin is short of', () => {
  for (const { why, waiting, served, connections, begins } of rows) {
    it(why, () => assert.equal(shortage(waiting, served, 20, connections), begins));
  }

  it('are told by the rate, however late the look was', () => {
    assert.equal(shortage(1_000, 100, 20, 16), 0);
    assert.equal(shortage(1_000, 100, 200, 16), 16);
  });
});

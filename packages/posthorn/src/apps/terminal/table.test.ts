import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { width } from './columns.ts';
import { plain } from './paint.ts';
import { type Column, table } from './table.ts';

interface Row {
  readonly id: string;
  readonly count: string;
  readonly type: string;
  readonly place: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'COUNT', cell: ({ count }) => count, right: true },
  { title: 'TYPE', cell: ({ type }) => type, least: 6 },
  { title: 'PLACE', cell: ({ place }) => place, least: 6 },
];
const ROWS: readonly Row[] = [
  { id: 'a', count: '7', type: 'order.paid', place: 'here' },
  { id: 'bb', count: '1,024', type: 'order.refunded.in.part', place: 'https://receiver.example/hook' },
];
const lines = (places?: number) => table(COLUMNS, ROWS, { places, paint: plain });

describe('a table', () => {
  it('has a head, and columns as wide as their widest cell', () => {
    assert.deepEqual(lines(), [
      'ID  COUNT  TYPE                    PLACE',
      'a       7  order.paid              here',
      'bb  1,024  order.refunded.in.part  https://receiver.example/hook',
    ]);
  });

  it('cuts the widest of what may be cut until it fits', () => {
    assert.deepEqual(lines(40), [
      'ID  COUNT  TYPE           PLACE',
      'a       7  order.paid     here',
      'bb  1,024  order.refund…  https://recei…',
    ]);
  });

  it('leaves a column out that has no room at all, and never cuts what must be whole', () => {
    assert.deepEqual(lines(22), ['ID  COUNT  TYPE', 'a       7  order.paid', 'bb  1,024  order.refu…']);
    assert.deepEqual(lines(5), ['ID  COUNT', 'a       7', 'bb  1,024']);
  });

  it('is nothing without rows', () => {
    assert.deepEqual(table(COLUMNS, [], { places: 80, paint: plain }), []);
  });

  it('fits, whatever is in it', () => {
    const text = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });
    const row = fc.record({ id: fc.constant('a'), count: fc.constant('1'), type: text, place: text });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.integer({ min: 9, max: 90 }), (rows, places) => {
        for (const line of table(COLUMNS, rows, { places, paint: plain })) assert.ok(width(line) <= places);
      }),
    );
  });
});

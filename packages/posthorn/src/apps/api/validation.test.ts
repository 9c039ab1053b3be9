import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Type } from 'typebox';
import { fieldErrors, fieldName } from './validation.ts';

const CLOSED = { additionalProperties: false };

const Schema = Type.Object(
  {
    url: Type.String({ maxLength: 5, description: 'Where to call.' }),
    types: Type.Optional(
      Type.Union([
        Type.Array(Type.String({ pattern: '^[a-z]+$', description: 'Lower case letters.' }), {
          maxItems: 2,
          uniqueItems: true,
        }),
        Type.Null(),
      ]),
    ),
    state: Type.Optional(Type.Enum(['on', 'off'], { type: 'string' })),
    delay: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })),
  },
  CLOSED,
);

const rows: readonly (readonly [what: string, value: unknown, ...errors: (readonly [string, RegExp])[]])[] = [
  ['what fits', { url: 'x', types: null, state: 'on', delay: 9 }],
  ['a missing field', {}, ['url', /^is required\. Where to call\.$/]],
  ['an unknown field', { url: 'x', urk: 1 }, ['urk', /^is not known here; allowed: url, types, state, delay$/]],
  ['a wrong type', { url: 7 }, ['url', /^must be string\. Where to call\.$/]],
  ['null where it is not allowed', { url: null }, ['url', /must be string/]],
  ['a text that is too long', { url: '123456' }, ['url', /5 characters/]],
  [
    'a form that does not fit, by its rule and not by its expression',
    { url: 'x', types: ['a', 'B'] },
    ['types[1]', /^does not have the right form\. Lower case letters\.$/],
  ],
  ['the other half of "or null"', { url: 'x', types: 7 }, ['types', /must be array/]],
  ['an item twice', { url: 'x', types: ['a', 'a'] }, ['types', /duplicate|unique/i]],
  ['too many items', { url: 'x', types: ['a', 'b', 'c'] }, ['types', /2/]],
  ['a word that is not one of those allowed', { url: 'x', state: 'of' }, ['state', /^must be one of on, off$/]],
  ['a number out of range', { url: 'x', delay: 10 }, ['delay', /9/]],
  ['a fraction', { url: 'x', delay: 0.5 }, ['delay', /integer/]],
  ['several at once', { types: [1], x: 1 }, ['url', /required/], ['x', /not known/], ['types[0]', /string/]],
  ['no object at all', [], ['', /must be object/]],
];

describe('field errors', () => {
  for (const [what, value, ...expected] of rows) {
    it(`tell of ${what}`, () => {
      const errors = fieldErrors(Schema, value);
      assert.deepEqual(errors.map(({ field }) => field).sort(), expected.map(([field]) => field).sort());
      for (const [field, message] of expected) {
        assert.match(errors.find((error) => error.field === field)?.message ?? '', message);
      }
    });
  }

  it('do not look for duplicates in lists that are too long: that takes the square of their length', () => {
    const errors = fieldErrors(Schema, { url: 'x', types: Array(20_000).fill('a') });
    assert.equal(errors.length, 1);
    assert.match(errors[0]?.message ?? '', /2/);
  });

  it('name every unknown field, however many there are', () => {
    const value: Record<string, unknown> = { url: 'x' };
    for (let i = 0; i < 100; i++) value[`extra${i}`] = i;
    assert.notEqual(fieldErrors(Schema, value).length, 0);
  });

  it('refuse a member called __proto__ by name', () => {
    const value: unknown = JSON.parse('{"url":"x","__proto__":{"delay":3}}');
    assert.deepEqual(
      fieldErrors(Schema, value).map(({ field }) => field),
      ['__proto__'],
    );
  });

  it('carry the place of the value in the request', () => {
    assert.deepEqual(
      fieldErrors(Schema, {}, 'query').map(({ field }) => field),
      ['query.url'],
    );
  });
});

describe('field names', () => {
  it('read like code', () => {
    assert.equal(fieldName(['events', '3', 'payload', 'eventId']), 'events[3].payload.eventId');
    assert.equal(fieldName(['headers', 'x-team']), 'headers.x-team');
    assert.equal(fieldName(['headers', 'a "b"']), 'headers["a \\"b\\""]');
    assert.equal(fieldName([]), '');
  });

  it('stay short, whatever was sent', () => {
    assert.ok(fieldName(['x'.repeat(1_000_000)]).length < 100);
    assert.ok(fieldName(['\n'.repeat(1_000_000)]).length < 300);
  });
});

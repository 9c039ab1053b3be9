// Values in batches arrive as they were sent, whatever they contain.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { Client } from 'pg';
import { packBytes, plainArray, ROW_TYPES, storable, textArray } from '../../src/adapters/postgres/sql-values.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

describe('arrays on their way to Postgres', () => {
  let database: TestDatabase;
  let session: Client;

  before(async () => {
    database = await createTestDatabase();
    session = new Client({ connectionString: database.url, types: ROW_TYPES });
    await session.connect();
  });

  after(async () => {
    await session.end();
    await database.drop();
  });

  async function back(text: string, values: unknown[]): Promise<unknown[]> {
    return (await session.query<{ value: unknown }>(text, values)).rows.map(({ value }) => value);
  }

  it('carry any text, quotes, commas, braces and the word null included', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', 'null', 'NULL', '"', '\\', '{a,b}', ' ', '\t', '\\"', ',', '\u0000', '\ud800'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text)), async (texts) => {
        const storableTexts = texts.map((one) => (one === null ? null : storable(one.toWellFormed())));
        assert.deepEqual(await back('select unnest($1::text[]) as value', [textArray(storableTexts)]), storableTexts);
      }),
      { numRuns: 60 },
    );
  });

  it('carry numbers, ids and gaps', async () => {
    const numbers = fc.array(fc.option(fc.maxSafeInteger()));
    await fc.assert(
      fc.asyncProperty(numbers, async (values) => {
        assert.deepEqual(await back('select unnest($1::bigint[]) as value', [plainArray(values)]), values);
      }),
      { numRuns: 30 },
    );
    const doubles = [0.1, -0, 1e300, 5e-324, 12.5, null];
    const stored = await back('select unnest($1::float8[]) as value', [plainArray(doubles)]);
    assert.deepEqual(stored, [0.1, 0, 1e300, 5e-324, 12.5, null]);
    const id = '0190c0de-0000-7000-8000-000000000001';
    assert.deepEqual(await back('select unnest($1::uuid[]) as value', [plainArray([id, null])]), [id, null]);
    assert.deepEqual(await back('select unnest($1::int[]) as value', [plainArray([])]), []);
  });

  it('carry many byte strings as one', async () => {
    const parts = fc.array(fc.option(fc.uint8Array({ maxLength: 300 })));
    await fc.assert(
      fc.asyncProperty(parts, async (wanted) => {
        const { packed, starts, sizes } = packBytes(wanted);
        const sql = `
          select substring($1::bytea from start for size) as value
          from unnest($2::int[], $3::int[]) as part (start, size)`;
        assert.deepEqual(await back(sql, [packed, starts, sizes]), wanted);
      }),
      { numRuns: 60 },
    );
  });
});

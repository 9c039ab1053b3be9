// How the installation has dressed its calls, by number: texts that nothing here can read.
import type { Database, Statement } from './connection.ts';
import { plainArray } from './sql-values.ts';

const ADD: Statement = {
  text: 'insert into posthorn.sender_profile (facts) values ($1) on conflict (facts) do nothing',
};

const NUMBER: Statement = { text: 'select number from posthorn.sender_profile where facts = $1' };

const FACTS: Statement = { text: 'select number, facts from posthorn.sender_profile where number = any ($1::int[])' };

/** See `Registry.senderProfile`. */
export async function senderProfile(database: Database, facts: string): Promise<number> {
  const find = async () => (await database.work<{ number: number }>(NUMBER, [facts]))[0]?.number;
  const known = await find();
  if (known !== undefined) return known;
  await database.work(ADD, [facts]);
  const added = await find();
  if (added === undefined) throw new Error('a sender profile that was just stored is not there');
  return added;
}

/** See `Registry.senderProfiles`. */
export async function senderProfiles(database: Database, numbers: readonly number[]): Promise<Map<number, string>> {
  if (numbers.length === 0) return new Map();
  const rows = await database.read<{ number: number; facts: string }>(FACTS, [plainArray(numbers)]);
  return new Map(rows.map(({ number, facts }) => [number, facts]));
}

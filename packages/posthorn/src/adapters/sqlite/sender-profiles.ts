// How the installation has dressed its calls, by number: texts that nothing here can read.
import type { Connection } from './connection.ts';

const ADD = `insert into sender_profile (facts) values (?) on conflict (facts) do nothing`;
const NUMBER = `select number from sender_profile where facts = ?`;
const FACTS = `select number, facts from sender_profile where number in (select value from json_each(?))`;

/** See `Registry.senderProfile`. */
export function senderProfile(db: Connection, facts: string): number {
  db.run(ADD, facts);
  const row = db.get<{ number: number }>(NUMBER, facts);
  if (row === undefined) throw new Error('a sender profile that was just stored is not there');
  return row.number;
}

/** See `Registry.senderProfiles`. */
export function senderProfiles(db: Connection, numbers: readonly number[]): Map<number, string> {
  const rows = db.all<{ number: number; facts: string }>(FACTS, JSON.stringify(numbers));
  return new Map(rows.map(({ number, facts }) => [number, facts]));
}

// How the installation dressed its calls, from one change to the next: few rows, which stay.
import type { Connection } from './connection.ts';

const INSERT = `insert into sender_profile (facts) values (?) on conflict (facts) do nothing`;
const NUMBER = `select number from sender_profile where facts = ?`;
const ALL = `select number, facts from sender_profile`;

/** See `Registry.senderProfile`. */
export function senderProfile(db: Connection, facts: string): number {
  db.run(INSERT, facts);
  const number = db.get<{ number: number }>(NUMBER, facts)?.number;
  if (number === undefined) throw new Error('the sender profile was not stored');
  return number;
}

/** See `Registry.senderProfiles`. */
export function senderProfiles(db: Connection): Map<number, string> {
  return new Map(db.all<{ number: number; facts: string }>(ALL).map(({ number, facts }) => [number, facts]));
}

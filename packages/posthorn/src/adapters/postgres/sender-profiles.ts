// How the installation dressed its calls, from one change to the next: few rows, which stay.
import type { Database, Statement } from './connection.ts';

const NUMBER: Statement = { text: 'select number from posthorn.sender_profile where facts = $1' };
const INSERT: Statement = {
  text: 'insert into posthorn.sender_profile (facts) values ($1) on conflict (facts) do nothing',
};
const ALL: Statement = { text: 'select number, facts from posthorn.sender_profile' };

/** See `Registry.senderProfile`. */
export async function senderProfile(database: Database, facts: string): Promise<number> {
  for (;;) {
    const [found] = await database.work<{ number: number }>(NUMBER, [facts]);
    if (found !== undefined) return found.number;
    await database.work(INSERT, [facts]);
  }
}

/** See `Registry.senderProfiles`. */
export async function senderProfiles(database: Database): Promise<Map<number, string>> {
  const rows = await database.read<{ number: number; facts: string }>(ALL, []);
  return new Map(rows.map(({ number, facts }) => [number, facts]));
}

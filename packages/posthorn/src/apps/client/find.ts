// The matches of a text, as a table, with the command that shows each.
import type { ApiAccess } from '../command/api-client.ts';
import { CommandError } from '../command/exit-codes.ts';
import { printJson } from '../command/print-json.ts';
import { inert } from '../terminal/inert.ts';
import { table } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { isFound, type Match } from './answers.ts';
import { Posthorn } from './posthorn.ts';
import { shortMoment } from './times.ts';

const KINDS: Readonly<Record<Match['kind'], string>> = {
  delivery: 'delivery',
  attempt: 'attempt',
  event: 'event',
  ownId: 'own id',
  key: 'key',
};

export async function find(access: ApiAccess, text: string, asJson: boolean, terminal: Terminal): Promise<void> {
  const query = new URLSearchParams({ id: text });
  const found = await new Posthorn(access).get(isFound, `/v1/find?${query}`);
  if (asJson) printJson(found, terminal);
  if (found.data.length === 0)
    throw new CommandError(
      `No tenant has anything with ${inert(text)} as an id, own id or key, or as the beginning of one.`,
    );
  if (asJson) return;
  const now = Date.now();
  const rows = table<Match>(
    [
      { title: 'KIND', cell: ({ kind }) => KINDS[kind] },
      { title: 'TENANT', cell: ({ tenant }) => inert(tenant) },
      { title: 'CREATED', cell: ({ at }) => shortMoment(inert(at), now) },
      { title: 'VALUE', cell: ({ value }) => inert(value) },
    ],
    found.data,
    terminal,
  );
  for (const row of rows) terminal.print(row);
  if (found.more) terminal.note('There are more matches: type more characters.');
  const [only, ...others] = found.data;
  if (only === undefined || others.length > 0) return;
  terminal.note(
    `\nShow it: posthorn deliveries ${inert(only.deliveryId ?? only.eventId ?? '')} --tenant ${inert(only.tenant)}`,
  );
}

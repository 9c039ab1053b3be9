// Whether a session is one: some poolers hand the sessions of the server from client to client. Found out by what they do,
// not by who they are, since proxies of many names do it.
import type { Client } from 'pg';
import { StoreRefused } from '../../seams/store/index.ts';
import { connectBy } from './connect.ts';
import type { Link, Server } from './server-url.ts';
import { POOLER } from './sqlstates.ts';

/**
 * Who asks, turn by turn. A pooler gives whoever asks the session that was used last, or each in turn; in this order the first
 * kind gives one session to both, and the second gives one of them two.
 */
const TURNS = [0, 1, 1, 0, 0, 0, 1, 0, 1, 1] as const;

/** A setting of one's own: lost if the session is another one, and no harm to whoever gets it next. */
const MARK = 'posthorn.session';
/** A pooler that has no session left lets clients wait for one. */
const ANSWER_TIMEOUT_MS = 8_500;

/**
 * Looks by two sessions at once.
 * @param first one that is open
 */
export async function sharesSessions(first: Client, server: Server, link: Link): Promise<boolean> {
  const second = await connectBy(server, link, ANSWER_TIMEOUT_MS);
  try {
    const clients = [first, second] as const;
    // By `set`, as the pools do: a pooler that keeps a session for whoever sets something in it is as good as none.
    for (const [turn, client] of clients.entries()) await client.query(`set ${MARK} = '${turn}'`);
    const sessions: [number | undefined, number | undefined] = [undefined, undefined];
    for (const turn of TURNS) {
      const { pid, mark } = await whoAnswers(clients[turn]);
      if (mark !== `${turn}` || pid !== (sessions[turn] ?? pid) || pid === sessions[1 - turn]) return true;
      sessions[turn] = pid;
    }
    return false;
  } finally {
    await second.end().catch(() => {});
  }
}

async function whoAnswers(client: Client): Promise<{ pid: number; mark: string }> {
  const { rows } = await client.query<{ pid: number; mark: string }>(
    `select pg_backend_pid() as pid, coalesce(current_setting('${MARK}', true), '') as mark`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the server gave no answer');
  return row;
}

export function pooled({ name }: Server): StoreRefused {
  return new StoreRefused('wrong_settings', `Postgres at ${name} ${POOLER}`);
}

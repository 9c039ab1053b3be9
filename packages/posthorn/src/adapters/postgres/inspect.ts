// Facts about a Posthorn's database on Postgres, read from outside in sessions that may only read.
import { connect, refusalOf } from './connect.ts';
import { knownSchema, OLDEST_SERVER, schemaNumber } from './migrate.ts';
import { pooled, sharesSessions } from './pooler.ts';
import { type Link, serverOf } from './server-url.ts';

export interface PostgresInspection {
  /** Host, port and database, without user and password. */
  readonly server: string;
  /** How far the connection is protected. */
  readonly link: Link['kind'];
  /** Nobody else can listen to it. */
  readonly isLocal: boolean;
  /** E.g. `15.4`. */
  readonly serverVersion: string;
  readonly isTooOld: boolean;
  /** A standby, or told to refuse writes. */
  readonly isReadOnly: boolean;
  /** Number of the schema; 0 when there is none. */
  readonly version: number;
  /** Of this program. */
  readonly known: number;
  /** Sessions that Posthorns have open. */
  readonly sessions: number;
  readonly sessionLimit: number;
  /** The server's wall clock at the middle of a question that took `tookMs`, in milliseconds since 1970. */
  readonly wallMs: number;
  /** When that middle was, by the wall clock here. */
  readonly askedAtMs: number;
  readonly tookMs: number;
  /** The value that the store keeps by the name that was asked for. */
  readonly kept: Uint8Array | undefined;
}

const FACTS = `
select
  current_setting('server_version_num')::int as number,
  current_setting('server_version') as version,
  pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean as read_only,
  current_setting('max_connections')::int as session_limit,
  (
    select count(*)::int from pg_stat_activity
    where application_name = 'posthorn' and datname = current_database() and pid <> pg_backend_pid()
  ) as sessions`;

interface Facts {
  readonly number: number;
  readonly version: string;
  readonly read_only: boolean;
  readonly session_limit: number;
  readonly sessions: number;
}

/**
 * @param extraCa PEM texts of authorities that are trusted besides the system's
 * @param name of a kept value to look for
 * @throws StoreRefused when it cannot be reached or asked, or a pooler hands its sessions around
 */
export async function inspectPostgres(
  url: string,
  extraCa: readonly string[],
  name: string,
): Promise<PostgresInspection> {
  const server = serverOf(url, extraCa);
  const { client, link } = await connect(server);
  try {
    if (await sharesSessions(client, server, link)) throw pooled(server);
    const { rows } = await client.query<Facts>(FACTS);
    const [facts] = rows;
    if (facts === undefined) throw new Error('no answer');
    await client.query('set default_transaction_read_only = on');
    const version = await schemaNumber(client);
    const kept =
      version === 0
        ? undefined
        : (await client.query<{ value: Uint8Array }>('select value from posthorn.kept where name = $1', [name]))
            .rows[0];
    const before = performance.now();
    const askedAt = Date.now();
    const { rows: clocks } = await client.query<{ ms: number }>(
      'select extract(epoch from clock_timestamp())::float8 * 1000 as ms',
    );
    const tookMs = performance.now() - before;
    return {
      server: server.name,
      link: link.kind,
      isLocal: server.isLocal,
      serverVersion: facts.version,
      isTooOld: facts.number < OLDEST_SERVER,
      isReadOnly: facts.read_only,
      version,
      known: knownSchema(),
      sessions: facts.sessions,
      sessionLimit: facts.session_limit,
      wallMs: clocks[0]?.ms ?? 0,
      askedAtMs: askedAt + tookMs / 2,
      tookMs,
      kept: kept?.value,
    };
  } catch (error) {
    throw refusalOf(error, server);
  } finally {
    await client.end().catch(() => {});
  }
}

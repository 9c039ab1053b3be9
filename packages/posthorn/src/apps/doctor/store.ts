// The database: there, of the right version, and who uses it. Later checks use its findings.
import { join } from 'node:path';
import type { PostgresInspection } from '../../adapters/postgres/inspect.ts';
import type { SqliteInspection } from '../../adapters/sqlite/inspect.ts';
import { CHECK_NAME } from '../service/encryption-key.ts';
import type { Settings } from '../settings/table.ts';
import { inert } from '../terminal/inert.ts';
import { durationText } from '../words/times.ts';
import { bad, bytesText, type Finding, ok, warn } from './finding.ts';

const CHECK = 'database';
/** Several times what it goes back to after a burst: a reader or a full disk holds it up. */
const LARGE_LOG_BYTES = 512 * 1_024 * 1_024;

export interface StoreSight {
  readonly findings: readonly Finding[];
  /** Whether secrets may be stored in it: an encryption key has been used with it, or nobody can tell. */
  readonly mayHoldSecrets: boolean;
  /** The check value of its encryption key; `undefined` when it has none or cannot be asked. */
  readonly keyCheck: Uint8Array | undefined;
  /** The process that uses the data folder. */
  readonly holder?: number | undefined;
  /** How far the server's wall clock is ahead of this machine's, and how sure that is, in milliseconds. */
  readonly serverClock?: { readonly aheadMs: number; readonly sureMs: number };
  /** The latest steady time that the store knows of, in milliseconds. */
  readonly latestMs?: number;
}

/**
 * @param extraCa PEM texts of authorities to trust besides the system's
 * @throws StoreRefused when Postgres cannot be asked; the system's error when the files cannot be read
 */
export async function lookAtStore(
  { databaseUrl, data }: Pick<Settings, 'databaseUrl' | 'data'>,
  extraCa: readonly string[],
): Promise<StoreSight> {
  return databaseUrl === undefined ? await lookAtSqlite(data) : await lookAtPostgres(databaseUrl, extraCa);
}

async function lookAtSqlite(folder: string): Promise<StoreSight> {
  const { DATABASE_FILE, inspectSqlite, readResting } = await import('../../adapters/sqlite/index.ts');
  const seen = inspectSqlite(folder);
  if (seen === undefined) {
    const findings = [ok(CHECK, 'none yet: it is made at the first start')];
    return { findings, mayHoldSecrets: false, keyCheck: undefined };
  }
  const { logBytes, holder, version } = seen;
  const resting = holder === undefined && version !== undefined ? readResting(folder, CHECK_NAME) : undefined;
  const findings = fileFindings(seen, join(folder, DATABASE_FILE));
  if (logBytes > LARGE_LOG_BYTES) {
    findings.push(
      warn(
        CHECK,
        `the write-ahead log has ${bytesText(logBytes)}`,
        'It cannot be written back into the database: check the disk, and look for programs that read the file.',
      ),
    );
  }
  return {
    findings,
    mayHoldSecrets: resting === undefined || logBytes > 0 || resting.kept !== undefined,
    keyCheck: resting?.kept,
    holder,
    ...(resting !== undefined && { latestMs: resting.latestMs }),
  };
}

/** The newest changes may be in the log alone, so the file's version counts for certain only when it is the program's or there is no log. */
function fileFindings({ bytes, logBytes, holder, version, known }: SqliteInspection, path: string): Finding[] {
  if (version === undefined) {
    return [
      bad(
        CHECK,
        `${inert(path)} is not a database of Posthorn, or it is damaged`,
        'Restore it from a backup, or move it away to start with an empty one.',
      ),
    ];
  }
  const says = `SQLite, ${bytesText(bytes)}`;
  const isCertain = version >= known || logBytes === 0;
  const found = [isCertain ? versionFinding(`${says}, version ${version}`, version, known) : ok(CHECK, says)];
  if (holder !== undefined) found.push(ok(CHECK, `in use by process ${holder}`));
  else if (logBytes > 0) {
    found.push(ok(CHECK, `its last process did not stop cleanly: the next one reads ${bytesText(logBytes)} of log`));
  }
  return found;
}

async function lookAtPostgres(url: string, extraCa: readonly string[]): Promise<StoreSight> {
  const { inspectPostgres } = await import('../../adapters/postgres/index.ts');
  const seen = await inspectPostgres(url, extraCa, CHECK_NAME);
  const { version, known, sessions, sessionLimit, tookMs } = seen;
  const server = `Postgres ${inert(seen.serverVersion)} at ${inert(seen.server)}`;
  const findings = [
    seen.isTooOld
      ? bad(CHECK, `${server}; Posthorn needs 15 or newer`, 'Upgrade the server.')
      : seen.isReadOnly
        ? bad(CHECK, `${server} is read-only`, 'Point POSTHORN_DATABASE_URL at the primary.')
        : versionFinding(`${server}, version ${version}, answers in ${durationText(tookMs)}`, version, known),
    connectionFinding(seen),
    ok(CHECK, `${sessions} of its ${sessionLimit} sessions are Posthorn's`),
  ];
  return {
    findings,
    mayHoldSecrets: seen.kept !== undefined,
    keyCheck: seen.kept,
    serverClock: { aheadMs: seen.wallMs - seen.askedAtMs, sureMs: tookMs / 2 },
  };
}

/** Who could read or take over the connection. */
export function connectionFinding({ link, isLocal }: Pick<PostgresInspection, 'link' | 'isLocal'>): Finding {
  switch (link) {
    case 'name_checked':
      return ok(CHECK, "the connection is encrypted, and the server's certificate and name are checked");
    case 'issuer_checked':
      return ok(CHECK, "the connection is encrypted, and the server's certificate is checked, not its name");
    case 'encrypted': {
      const says = "the connection is encrypted, but the server's certificate is not checked";
      if (isLocal) return ok(CHECK, says);
      return warn(
        CHECK,
        `${says}: others on the network could pretend to be the server`,
        'Add sslmode=verify-full to POSTHORN_DATABASE_URL, and a private authority by POSTHORN_EXTRA_CA or sslrootcert.',
      );
    }
    case 'clear':
      if (isLocal) return ok(CHECK, 'the connection is not encrypted, and does not leave this machine');
      return warn(
        CHECK,
        'the connection is not encrypted: others on the network can read payloads and the password',
        'Turn TLS on at the server (ssl = on) and add sslmode=verify-full to POSTHORN_DATABASE_URL.',
      );
  }
}

function versionFinding(says: string, version: number, known: number): Finding {
  if (version === known) return ok(CHECK, says);
  if (version > known) {
    return bad(
      CHECK,
      `${says}, written by a newer Posthorn: this one knows up to ${known}`,
      'Run that Posthorn, or restore the backup made before it.',
    );
  }
  if (version === 0) return ok(CHECK, `${says}: nothing in it yet`);
  return warn(
    CHECK,
    `${says}; this program's is ${known}`,
    'The next start brings it there, or posthorn migrate: make a backup before, there is no way back.',
  );
}

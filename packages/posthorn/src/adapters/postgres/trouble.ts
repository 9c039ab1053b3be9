// What a failure of Postgres means to the engine: almost always that the store cannot work right now. Only a statement that
// is itself wrong is a defect.
import { DatabaseError } from 'pg';
import { StoreUnavailable } from '../../seams/store/index.ts';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const READ_ONLY = '25006';
const DISK_FULL = '53100';
const TOO_MANY_CONNECTIONS = '53300';
const CANCELLED = '57014';
const LOCK_NOT_AVAILABLE = '55P03';

/** What pg-pool says when no session became free in time; it has no code for it. */
const NO_SESSION_FREE = 'timeout exceeded when trying to connect';

/** Classes of SQLSTATE that blame the statement: bad data, a violated constraint, wrong syntax or a missing object. */
const DEFECTS = new Set(['0A', '22', '23', '42']);

/** The server refused a statement and the session goes on: nothing is wrong with the connection. */
export function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'ERROR';
}

/** Another transaction was in the way: the same work may succeed when done again. */
export function isCollision(error: unknown): boolean {
  const cause = error instanceof StoreUnavailable ? error.cause : error;
  return cause instanceof DatabaseError && (cause.code === SERIALIZATION_FAILURE || cause.code === DEADLOCK);
}

/**
 * What to throw for an error that a query met.
 * @param server where Postgres is, for the message
 */
export function troubleOf(error: unknown, server: string): unknown {
  if (error instanceof StoreUnavailable) return error;
  if (error instanceof Error && error.message === NO_SESSION_FREE) {
    return new StoreUnavailable(
      'busy',
      `All sessions with Postgres at ${server} are in use. It is too slow or something blocks it; look at its long transactions.`,
      { cause: error },
    );
  }
  if (!(error instanceof DatabaseError)) {
    const cause = error instanceof Error ? error.message || error.name : `${error}`;
    return new StoreUnavailable(
      'unreachable',
      `Postgres at ${server} does not answer (${cause}). Check that it runs and can be reached.`,
      { cause: error },
    );
  }
  const code = error.code ?? '';
  const said = `Postgres at ${server} says: ${error.message} (${code}).`;
  if (isCollision(error) || code === CANCELLED || code === LOCK_NOT_AVAILABLE) {
    return new StoreUnavailable(
      'busy',
      `${said} It is too slow or something blocks it; look at its long transactions.`,
      {
        cause: error,
      },
    );
  }
  if (code === TOO_MANY_CONNECTIONS) {
    return new StoreUnavailable('busy', `${said} Raise its max_connections or run fewer processes.`, { cause: error });
  }
  if (code === DISK_FULL) {
    return new StoreUnavailable('disk_full', `${said} Free space on its disk.`, { cause: error });
  }
  if (code === READ_ONLY) {
    return new StoreUnavailable('read_only', `${said} Point Posthorn at the primary.`, { cause: error });
  }
  if (DEFECTS.has(code.slice(0, 2))) return error;
  return new StoreUnavailable('unreachable', `${said} Check the state of the server.`, { cause: error });
}

/** The refusal of a lease to a process that nobody would watch over. */
export function unregistered(owner: string): StoreUnavailable {
  return new StoreUnavailable(
    'unregistered',
    `The process ${owner} is not registered any more: others took it for dead. It goes on under a new name.`,
  );
}

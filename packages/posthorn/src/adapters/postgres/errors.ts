// The meaning of a Postgres failure to the engine: almost always that the store cannot work right now. Only a statement whose
// values can never be right is a defect.
import { DatabaseError } from 'pg';
import { StoreUnavailable } from '../../seams/store/index.ts';
import { endsSession, meaningOf, SQLSTATE } from './sqlstates.ts';

/** The message of pg-pool when no session became free in time; it has no code for it. */
const NO_SESSION_FREE = 'timeout exceeded when trying to connect';

/** The server refused a statement and the session goes on: nothing is wrong with it. */
export function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'ERROR' && !endsSession(error.code ?? '');
}

/** Another transaction was in the way: the same work may succeed when done again. */
export function isCollision(error: unknown): boolean {
  const cause = error instanceof StoreUnavailable ? error.cause : error;
  return (
    cause instanceof DatabaseError && (cause.code === SQLSTATE.serializationFailure || cause.code === SQLSTATE.deadlock)
  );
}

/**
 * The error to throw for an error that a query met.
 * @param server where Postgres is, for the message
 */
export function asStoreError(error: unknown, server: string): unknown {
  if (error instanceof StoreUnavailable) return error;
  if (error instanceof Error && error.message === NO_SESSION_FREE) {
    return new StoreUnavailable(
      'busy',
      `All sessions with Postgres at ${server} are in use. The server is too slow, or a transaction blocks it; look for long transactions.`,
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
  const state = error.code ?? '';
  const meaning = meaningOf(state);
  if (meaning === undefined) return error;
  return new StoreUnavailable(
    meaning.code,
    `Postgres at ${server} says: ${error.message} (${state}). ${meaning.advice}`,
    { cause: error },
  );
}

/** The refusal of a lease to a process that nobody would watch over. */
export function unregistered(owner: string): StoreUnavailable {
  return new StoreUnavailable(
    'unregistered',
    `The process ${owner} is not registered any more: others took it for dead. It goes on under a new name.`,
  );
}

// The errors of Postgres by their SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html): what each means
// to the engine, and what a person can do about it.
import type { StoreUnavailable } from '../../seams/store/index.ts';

export interface Meaning {
  readonly code: StoreUnavailable['code'];
  /** A sentence or two that follow the server's own words. */
  readonly advice: string;
}

export const SQLSTATE = {
  featureNotSupported: '0A000',
  protocolViolation: '08P01',
  readOnly: '25006',
  unknownPreparedStatement: '26000',
  notAllowedIn: '28000',
  serializationFailure: '40001',
  deadlock: '40P01',
  duplicatePreparedStatement: '42P05',
} as const;

/** The cure for sessions that are handed from client to client; it follows where the server is. */
export const POOLER =
  'is behind a pooler that hands its sessions from client to client (as PgBouncer does in transaction mode), where ' +
  "neither Posthorn's prepared statements nor its session settings last: point POSTHORN_DATABASE_URL at the server's own " +
  "port, or set the pooler to session mode for Posthorn's user (PgBouncer: pool_mode=session).";

const pooled: Meaning = {
  code: 'refused',
  advice: `This is what happens if Postgres ${POOLER}`,
};
const slow: Meaning = {
  code: 'busy',
  advice: 'The server is too slow, or a transaction blocks it; look for long transactions.',
};
const login: Meaning = { code: 'refused', advice: 'Correct the user and the password in POSTHORN_DATABASE_URL.' };
const changedTables: Meaning = {
  code: 'refused',
  advice:
    "Something of the schema posthorn is missing or is not as this Posthorn's migrations made it. " +
    'Find out who changed it, and restore it from a backup.',
};
const damaged: Meaning = {
  code: 'refused',
  advice: "The database is damaged: look at the server's log and its disk, and restore it from a backup.",
};
const stopped: Meaning = { code: 'unreachable', advice: 'The server was told to stop, or to end this session.' };
const connectionBroke: Meaning = {
  code: 'unreachable',
  advice: 'The connection broke; check the network and the server.',
};

const STATES: Readonly<Record<string, Meaning>> = {
  [SQLSTATE.featureNotSupported]: {
    code: 'refused',
    advice: 'A table has changed while it was in use; the next try prepares its statements anew.',
  },
  [SQLSTATE.protocolViolation]: {
    code: 'refused',
    advice: 'Probably a pooler or proxy before the server says so: look at its log, and use its session mode.',
  },
  [SQLSTATE.readOnly]: { code: 'read_only', advice: 'Point Posthorn at the primary.' },
  '25P03': slow,
  '25P04': slow,
  [SQLSTATE.unknownPreparedStatement]: pooled,
  [SQLSTATE.notAllowedIn]: {
    code: 'refused',
    advice:
      "The server's pg_hba.conf lets this user not in from here to this database, or only with TLS or only without: " +
      'see its log, and sslmode in POSTHORN_DATABASE_URL.',
  },
  '28P01': login,
  '3D000': { code: 'refused', advice: 'Create the database, or correct its name in POSTHORN_DATABASE_URL.' },
  '3F000': changedTables,
  [SQLSTATE.serializationFailure]: slow,
  [SQLSTATE.deadlock]: slow,
  '42501': {
    code: 'refused',
    advice:
      "Posthorn's user lacks a right: let it own the schema posthorn with everything in it, and, until the first start has " +
      'made that schema, let it create in the database (grant create on database … to …).',
  },
  '42P01': changedTables,
  '42703': changedTables,
  '42704': changedTables,
  '42883': changedTables,
  [SQLSTATE.duplicatePreparedStatement]: pooled,
  '53100': { code: 'disk_full', advice: 'Free space on its disk.' },
  '53200': { code: 'busy', advice: 'The server has no memory left; give it more or let it do less.' },
  '53300': { code: 'busy', advice: 'Raise its max_connections or run fewer processes.' },
  '53400': { code: 'busy', advice: "A limit of the server's configuration is reached; raise it." },
  '55006': slow,
  '55P03': slow,
  '57014': slow,
  '57P01': stopped,
  '57P02': { code: 'unreachable', advice: 'The server crashed and is recovering; its log says why.' },
  '57P03': {
    code: 'unreachable',
    advice:
      'The server is starting, stopping or recovering, or is a standby that takes no sessions. It is tried again.',
  },
  '57P04': { code: 'unreachable', advice: 'Somebody dropped the database: restore it from a backup.' },
  '57P05': stopped,
  XX001: damaged,
  XX002: damaged,
};

/** By the first two characters, for what is not named above. */
const CLASSES: Readonly<Record<string, Meaning>> = {
  '08': connectionBroke,
  '0A': {
    code: 'refused',
    advice: 'The server does not know what Posthorn asks of it: it must be Postgres itself, 15 or newer.',
  },
  '25': {
    code: 'unreachable',
    advice: 'The session is in a state that Posthorn did not bring it into; it takes a new one.',
  },
  '28': login,
  '42': {
    code: 'refused',
    advice: 'Posthorn and this database do not fit together. If nobody changed its tables, please report it.',
  },
  '53': { code: 'busy', advice: 'The server lacks memory, disk or another resource; its log says which.' },
  '57': stopped,
  '58': { code: 'unreachable', advice: "The server's system or its disk fails; look at its log." },
};

/** Classes that blame the values of one statement: the same statement can never succeed, so it is a defect. */
const DEFECTS = new Set(['22', '23']);

/** The meaning of a SQLSTATE; `undefined` if the statement itself is a defect of Posthorn. */
export function meaningOf(state: string): Meaning | undefined {
  const group = state.slice(0, 2);
  if (DEFECTS.has(group)) return undefined;
  return STATES[state] ?? CLASSES[group] ?? { code: 'unreachable', advice: "Look at the server's log." };
}

/** After these a session is not used again although the server would: what it prepared or what it is has changed. */
const ENDS_SESSION: ReadonlySet<string> = new Set([
  SQLSTATE.featureNotSupported,
  SQLSTATE.readOnly,
  SQLSTATE.unknownPreparedStatement,
  SQLSTATE.duplicatePreparedStatement,
]);

export function endsSession(state: string): boolean {
  return ENDS_SESSION.has(state);
}

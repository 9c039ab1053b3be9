// A session of its own, by the first of the ways that the URL allows; and why there is none, in words that help.
import { Client, DatabaseError } from 'pg';
import { StoreRefused } from '../../seams/store/index.ts';
import type { Link, Server } from './server-url.ts';
import { meaningOf, SQLSTATE } from './sqlstates.ts';

const CONNECT_TIMEOUT_MS = 5_000;

export interface Connected {
  readonly client: Client;
  /** By which it came about. */
  readonly link: Link;
}

/** @throws StoreRefused */
export async function connect(server: Server): Promise<Connected> {
  const [first, second] = server.links;
  try {
    return { client: await connectBy(server, first), link: first };
  } catch (error) {
    if (second === undefined || !isAboutTls(error)) throw refusalOf(error, server);
  }
  try {
    return { client: await connectBy(server, second), link: second };
  } catch (error) {
    throw refusalOf(error, server);
  }
}

/**
 * Another session by a way that is known to lead there.
 * @param answerTimeoutMs left out, an answer may take any time, as migrations do
 */
export async function connectBy({ client: config }: Server, { ssl }: Link, answerTimeoutMs?: number): Promise<Client> {
  const client = new Client({
    ...config,
    ssl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: answerTimeoutMs,
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Whether the other way, with or without TLS, may lead there: nothing is wrong with the network, user or database. */
function isAboutTls(error: unknown): boolean {
  if (error instanceof DatabaseError) return error.code === SQLSTATE.notAllowedIn;
  return error instanceof Error && (!('syscall' in error) || 'library' in error);
}

/** A trouble with the server as what a person can do about it. */
export function refusalOf(error: unknown, { name }: Server): StoreRefused {
  if (error instanceof StoreRefused) return error;
  const cause = { cause: error };
  if (error instanceof DatabaseError) {
    const state = error.code ?? '';
    const meaning = meaningOf(state);
    return new StoreRefused(
      meaning?.code === 'read_only' ? 'read_only' : 'unreachable',
      `Posthorn cannot use Postgres at ${name}: ${error.message} (${state}). ` +
        (meaning?.advice ?? 'This is a defect of Posthorn, please report it.'),
      cause,
    );
  }
  const said = error instanceof Error ? error.message || codeOf(error) || error.name : `${error}`;
  return new StoreRefused('unreachable', `Posthorn cannot use Postgres at ${name}: ${said}. ${adviceOn(error)}`, cause);
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** The meaning of OpenSSL's words about a certificate, by the codes of Node. */
const UNKNOWN_ISSUER = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

function adviceOn(error: unknown): string {
  const code = codeOf(error);
  if (UNKNOWN_ISSUER.has(code)) {
    return 'Its certificate is from an authority that is not trusted: give that one by POSTHORN_EXTRA_CA or sslrootcert.';
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'Its certificate is for another name: use that name in POSTHORN_DATABASE_URL, or sslmode=verify-ca.';
  }
  if (code === 'CERT_HAS_EXPIRED') return 'Its certificate has expired: renew it.';
  if (error instanceof Error && error.message === 'The server does not support SSL connections') {
    return 'Turn TLS on there (ssl = on), or allow the connection in clear: sslmode=prefer, or disable.';
  }
  return 'Check POSTHORN_DATABASE_URL, that the server runs, and that the user may connect and create tables.';
}

// Every way for a call to fail, as an outcome and one sentence for the tenant. The sentences name the tenant's own host and
// what to do, never an address or another fact about the inside of the network. Of our own failures they say only what
// happened: what becomes of the call is not for the sender to know.
import type { Outcome } from '../../domain/outcome.ts';
import { CLOSED, CONNECTION_GONE, type ExchangeError } from './http-connection.ts';
import type { LookupFailure } from './resolver.ts';
import { tlsReason } from './tls-reasons.ts';

export interface Failure {
  readonly outcome: Exclude<Outcome, 'succeeded' | 'http_status'>;
  readonly error: string;
}

export type AttemptStage = 'tcp' | 'tls';

export interface AttemptFailure {
  readonly address: string;
  readonly stage: AttemptStage;
  /** The system's, OpenSSL's or Node's code, e.g. `ECONNREFUSED` or `CERT_HAS_EXPIRED`; or `OVERTAKEN`. */
  readonly code: string;
  /** How long TCP took, in milliseconds; `undefined` if it did not come about. */
  readonly tcpMs: number | undefined;
}

/** Our code of an address whose head start was over before it was ready, when another one was. */
export const OVERTAKEN = 'POSTHORN_OVERTAKEN';

/** The step that was being done when the time for connecting ran out. */
export type ConnectStage = 'name' | AttemptStage;

/** This machine has run out of something, or is not allowed to have more of it. */
const OUT_OF_RESOURCES = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EAGAIN']);
const UNREACHABLE = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EACCES',
  'EPERM',
  'EINVAL',
  'EAFNOSUPPORT',
  'EHOSTDOWN',
  'ENETDOWN',
]);
/** Codes of a connection that was closed or reset by the other side. */
const BY_THE_OTHER_SIDE = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', CLOSED, CONNECTION_GONE]);

/** One constant sentence, whatever the address is and however it was found: no answer to a port scan. */
export function blocked(): Failure {
  return {
    outcome: 'blocked_address',
    error:
      'The callback URL does not lead to a public address, or the operator denies its network, so it was not called. Use another address, or ask the operator to allow this one.',
  };
}

export function plainHttp(): Failure {
  return {
    outcome: 'blocked_address',
    error:
      'The callback URL is plain HTTP, which is not switched on for where it leads, so it was not called. Use an https:// URL, or ask the operator to set POSTHORN_ALLOW_HTTP.',
  };
}

export function interrupted(): Failure {
  return { outcome: 'interrupted', error: 'Posthorn was stopped during the call.' };
}

export function nameFailure(host: string, failure: LookupFailure): Failure {
  switch (failure) {
    case 'no_such_name':
      return {
        outcome: 'dns_error',
        error: `The name ${host} has no address. Check its spelling and its DNS records.`,
      };
    case 'server_failed':
      return { outcome: 'dns_error', error: `The name servers of ${host} do not answer properly. Check its DNS zone.` };
    case 'no_resolver':
      return noResolver();
  }
}

export function noResolver(): Failure {
  return {
    outcome: 'local_error',
    error: 'Posthorn could not reach its own name servers.',
  };
}

export function connectTimeout(host: string, stage: ConnectStage, limitMs: number): Failure {
  const doing = {
    name: `the name servers had not answered for ${host}`,
    tcp: `${host} had not accepted the connection`,
    tls: `${host} had not finished the TLS handshake`,
  };
  return { outcome: 'connect_timeout', error: `No connection within ${limitMs} ms: until then ${doing[stage]}.` };
}

/** The outcome that is told if several addresses failed differently: our own trouble, else what people can mend best. */
const TELLING: readonly Outcome[] = ['local_error', 'tls_error', 'connection_reset', 'connect_timeout'];

/** @param failures one for each address that was tried, at least one */
export function connectFailure(host: string, port: number, failures: readonly AttemptFailure[]): Failure {
  const inTls = failures.filter(({ stage }) => stage === 'tls').map(({ code }) => handshakeFailure(host, code));
  const inTcp = failures.filter(({ stage }) => stage === 'tcp');
  const candidates = inTcp.length === 0 ? inTls : [...inTls, dialFailure(host, port, inTcp)];
  const [first] = TELLING.flatMap((outcome) => candidates.filter((candidate) => candidate.outcome === outcome));
  const { outcome, error } = first ?? dialFailure(host, port, inTcp);
  return { outcome, error: failures.length > 1 ? `${error} ${failures.length} addresses were tried.` : error };
}

function dialFailure(host: string, port: number, failures: readonly AttemptFailure[]): Failure {
  const outcomes = failures.map(dialOutcome);
  const where = `${host} on port ${port}`;
  if (outcomes.includes('local_error')) {
    return { outcome: 'local_error', error: 'Posthorn has run out of sockets.' };
  }
  if (outcomes.includes('connect_refused')) {
    return {
      outcome: 'connect_refused',
      error: `Nothing accepts connections to ${where}. Check that the receiver is running.`,
    };
  }
  if (outcomes.includes('connection_reset')) return reset(`${where} reset the connection while it was being opened`);
  if (outcomes.includes('connect_timeout')) {
    return { outcome: 'connect_timeout', error: `No connection: ${where} did not answer.` };
  }
  return { outcome: 'unreachable', error: `There is no way through the network to ${where}.` };
}

function dialOutcome({ address, code }: AttemptFailure): Failure['outcome'] {
  if (code === 'ECONNREFUSED') return 'connect_refused';
  if (code === 'ETIMEDOUT') return 'connect_timeout';
  // Without any IPv6 address of our own, an IPv6 address is simply out of reach, now and later.
  if (UNREACHABLE.has(code) || (code === 'EADDRNOTAVAIL' && address.includes(':'))) return 'unreachable';
  if (OUT_OF_RESOURCES.has(code)) return 'local_error';
  return 'connection_reset';
}

function reset(what: string): Failure {
  return { outcome: 'connection_reset', error: `${what}.` };
}

/** @param code of an error during the handshake */
export function handshakeFailure(host: string, code: string): Failure {
  if (BY_THE_OTHER_SIDE.has(code)) return reset(`${host} closed the connection during the TLS handshake`);
  if (code === 'ETIMEDOUT')
    return { outcome: 'connect_timeout', error: `${host} stopped answering during the TLS handshake.` };
  if (OUT_OF_RESOURCES.has(code)) {
    return { outcome: 'local_error', error: 'Posthorn has run out of sockets.' };
  }
  return tlsFailure(host, code);
}

function tlsFailure(host: string, code: string): Failure {
  return { outcome: 'tls_error', error: `TLS error at ${host}: ${tlsReason(code)}.` };
}

export function replyTimeout(host: string, limitMs: number, answered: boolean): Failure {
  const what = answered ? `${host} did not finish its response` : `${host} did not answer`;
  return { outcome: 'reply_timeout', error: `${what} within ${limitMs} ms.` };
}

/** Whether the other side closed or reset the connection. */
export function isClosed({ code = '' }: ExchangeError): boolean {
  return BY_THE_OTHER_SIDE.has(code);
}

/** @param error of the connection while a call was made on it */
export function exchangeFailure(host: string, error: ExchangeError): Failure {
  const { code = '' } = error;
  if (UNREACHABLE.has(code)) {
    return { outcome: 'unreachable', error: `The way through the network to ${host} was lost during the call.` };
  }
  if (OUT_OF_RESOURCES.has(code)) {
    return { outcome: 'local_error', error: 'Posthorn has run out of sockets.' };
  }
  if (code.startsWith('ERR_SSL_')) return tlsFailure(host, code);
  if (code === 'ETIMEDOUT') return reset(`${host} no longer answers on this connection`);
  if (isClosed(error)) return reset(`${host} closed the connection before it answered`);
  return reset(`The connection to ${host} broke before it answered (${code})`);
}

/** @param header name of the first one at fault */
export function unwritable(header: string): Failure {
  return {
    outcome: 'protocol_error',
    error: `The call cannot be written as HTTP because of the header ${JSON.stringify(header)}. Check the extra headers of the endpoint.`,
  };
}

export function malformed(host: string, reason: string): Failure {
  return { outcome: 'protocol_error', error: `The response of ${host} is not valid HTTP: ${reason}.` };
}

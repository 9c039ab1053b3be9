// Outcomes for people: what happened in a few words, and what whoever runs the receiver can do about it. The dashboard and
// the command line say the same.
import { isOwnFailure, type Outcome, type OwnFailure } from '../../domain/outcome.ts';
import { statusAdvice } from './statuses.ts';

/** The facts of a call that are put into words. */
interface CallFacts {
  readonly outcome: Outcome;
  /** `null` when there was no response. */
  readonly status: number | null;
}

interface Words {
  readonly title: string;
  /** Advice for the receiver; for our own failures, why nothing need be done. */
  readonly advice: string;
}

const WORDS: Readonly<Record<Exclude<Outcome, 'http_status'>, Words>> = {
  succeeded: { title: 'Delivered', advice: 'The receiver took it. Nothing to do.' },
  dns_error: {
    title: 'DNS error',
    advice: 'Check the host name in the callback URL, and that its zone has an A or AAAA record.',
  },
  connect_refused: {
    title: 'Connection refused',
    advice:
      'The machine is there, but nothing listens on that port. Start the receiver, or correct the port in the URL.',
  },
  unreachable: {
    title: 'Network unreachable',
    advice: 'No route leads to the address. Check the network, and the firewall, in front of the receiver.',
  },
  connect_timeout: {
    title: 'Connection timed out',
    advice:
      'A firewall that drops packets or an overloaded receiver looks like this. Let calls in, or give the endpoint a longer connection timeout.',
  },
  connection_reset: {
    title: 'Connection closed or reset',
    advice:
      'The receiver, or a proxy or firewall in front of it, closed the connection without an answer. Its log at that time tells why.',
  },
  tls_error: {
    title: 'TLS error',
    advice:
      'The certificate must be valid today, for this host name, and sent with all intermediate certificates. The receiver must take calls without a client certificate.',
  },
  reply_timeout: {
    title: 'Reply timed out',
    advice: 'Answer first, with 200, and do the work afterwards. Or give the endpoint a longer reply timeout.',
  },
  protocol_error: {
    title: 'Invalid HTTP response',
    advice:
      'The error names the rule of HTTP that was broken. Mend the server, or the proxy in front of it; or check the URL and the port, if no web server is there.',
  },
  blocked_address: {
    title: 'Address blocked',
    advice:
      'The callback URL leads to an address that is not public, or that the operator denies, or it is plain HTTP. Use https:// and a public address, or ask the operator about POSTHORN_ALLOW_NETWORKS, POSTHORN_DENY_NETWORKS and POSTHORN_ALLOW_HTTP.',
  },
  interrupted: {
    title: 'Interrupted by a restart',
    advice: 'Posthorn was stopped during the call. It is made again and does not count against the endpoint.',
  },
  local_error: {
    title: 'Posthorn could not make the call',
    advice: 'The cause is on our side. The call is made again and does not count against the endpoint.',
  },
};

/** The advice for our own failures of test calls. */
const TESTED: Readonly<Record<OwnFailure, string>> = {
  interrupted: 'Posthorn was stopped during the call. A test call is not repeated: test again.',
  local_error: 'The cause is on our side. A test call is not repeated: test again when it is mended.',
};

/** A call's outcome in a few words. */
export function outcomeTitle({ outcome, status }: CallFacts): string {
  if (outcome !== 'http_status') return WORDS[outcome].title;
  return status === null ? 'HTTP error status' : `HTTP ${status}`;
}

/** Advice about it. @param kind of the call: a test is not repeated */
export function outcomeAdvice({ outcome, status }: CallFacts, kind: 'delivery' | 'test' = 'delivery'): string {
  if (outcome === 'http_status') return statusAdvice(status);
  if (kind === 'test' && isOwnFailure(outcome)) return TESTED[outcome];
  return WORDS[outcome].advice;
}

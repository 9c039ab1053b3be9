// Outcomes for people: what happened in a few words, and what whoever runs the receiver can do about it. The dashboard and
// the command line say the same.
import type { Outcome } from '../../domain/outcome.ts';

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
    title: 'Host name not found',
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
    title: 'No connection in time',
    advice:
      'A firewall that drops packets or an overloaded receiver looks like this. Let calls in, or give the endpoint a longer connection timeout.',
  },
  connection_reset: {
    title: 'Connection broken off',
    advice:
      'The receiver, or a proxy before it, closed the connection without an answer. Its log at that time tells why.',
  },
  tls_error: {
    title: 'No secure connection',
    advice: 'Check the certificate: valid today, for this host name, and sent with all intermediate certificates.',
  },
  reply_timeout: {
    title: 'No answer in time',
    advice: 'Answer first, with 200, and do the work afterwards. Or give the endpoint a longer reply timeout.',
  },
  protocol_error: {
    title: 'The answer is not HTTP',
    advice:
      'Something else than a web server speaks on that port, or a proxy garbles the answer. Check the URL and the port.',
  },
  blocked_address: {
    title: 'Address not allowed',
    advice:
      'The host name leads to an address that is not public. Use a public address, or have the operator allow this network.',
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

/** The usual meaning of statuses for a webhook receiver; the first that fits. */
const STATUSES: readonly (readonly [from: number, to: number, advice: string])[] = [
  [300, 399, 'Redirects are not followed. Put the final address into the callback URL.'],
  [
    401,
    403,
    'The receiver refuses us. Check its credentials in the extra headers, and the secret that it verifies with.',
  ],
  [404, 404, 'Nothing is at that path. Check the path of the callback URL.'],
  [405, 405, 'The receiver does not take POST at that path.'],
  [408, 408, 'The receiver did not read the request in time. It may be overloaded.'],
  [410, 410, 'The receiver says it is gone for good. Correct the URL, or disable the endpoint.'],
  [413, 413, 'The receiver takes no body of this size. Raise its limit to at least 256 KiB.'],
  [415, 415, 'The receiver must take application/json.'],
  [429, 429, 'The receiver is called more often than it allows. Raise its limit.'],
  [400, 499, 'The receiver does not accept this request. Its answer and its log tell why.'],
  [502, 504, 'A proxy answered because the receiver behind it did not. Check that it runs.'],
  [500, 599, 'The receiver failed while handling the event. Its log at that time tells why.'],
];

/** A call's outcome in a few words. */
export function outcomeTitle({ outcome, status }: CallFacts): string {
  if (outcome !== 'http_status') return WORDS[outcome].title;
  return status === null ? 'Answered with an error' : `Answered ${status}`;
}

/** Advice about it. */
export function outcomeAdvice({ outcome, status }: CallFacts): string {
  if (outcome !== 'http_status') return WORDS[outcome].advice;
  const found = STATUSES.find(([from, to]) => status !== null && status >= from && status <= to);
  return found?.[2] ?? 'Only statuses from 200 to 209 count as delivered.';
}

/** Whether a call failed for reasons of ours. */
export const isOurs = (outcome: Outcome): boolean => outcome === 'interrupted' || outcome === 'local_error';

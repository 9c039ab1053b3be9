// The outcome of one HTTP call. One word per way to fail, and for each: does it count against the endpoint?

/** Every outcome's name, as the API shows it and the database stores it. */
export const OUTCOMES = [
  'succeeded',
  'http_status',
  'dns_error',
  'connect_refused',
  'unreachable',
  'connect_timeout',
  'connection_reset',
  'tls_error',
  'reply_timeout',
  'protocol_error',
  'blocked_address',
  'interrupted',
  'local_error',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** Success is a 20x status: 200–209. Everything else is a failure (contract, "The call"). */
export function isSuccessStatus(status: number): boolean {
  return status >= 200 && status <= 209;
}

const STATUS_PATTERN = /^([1-9])(?:xx|(\d\d))$/;

/** The statuses that a text stands for: `503`, or `5xx` for 500 to 599; `undefined` if it is neither. */
export function readStatuses(text: string): readonly number[] | undefined {
  const [, hundreds, rest] = STATUS_PATTERN.exec(text) ?? [];
  if (hundreds === undefined) return undefined;
  const first = Number(hundreds) * 100;
  return rest === undefined ? Array.from({ length: 100 }, (_, index) => first + index) : [first + Number(rest)];
}

/** The receiver's response, as received: never decoded, at most the contract's 64 KiB with its headers. */
export interface Response {
  readonly status: number;
  /** Names in lower case, in the order received; a repeated header appears once per value. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** The response was longer than what is kept. */
  readonly truncated: boolean;
}

/** The result of one call. A failure may still have a response: a status outside 20x, or a reply that ran out of time. */
export type CallResult = {
  /** DNS + TCP + TLS in milliseconds; `null` when a kept-alive connection was used or none came about. */
  readonly connectMs: number | null;
  /** The whole call in milliseconds: waiting for a free connection, connecting, and the response. */
  readonly durationMs: number;
  /** The call was made a second time at once because a reused connection broke before any byte of the reply. */
  readonly repeated: boolean;
} & (
  | { readonly outcome: 'succeeded'; readonly response: Response; readonly error: string | null }
  | { readonly outcome: 'http_status'; readonly response: Response; readonly error: string }
  | {
      readonly outcome: Exclude<Outcome, 'succeeded' | 'http_status'>;
      readonly response: Response | null;
      /** One sentence for the tenant: what happened and what to do. Never names an inside address. */
      readonly error: string;
    }
);

/**
 * The error of a call without anything that the receiver sent, for logs and streams: a redirect's target may be a URL with a
 * token in it.
 */
export function errorWithoutResponse(result: CallResult): string | null {
  if (result.outcome !== 'http_status') return result.error;
  return `The receiver answered with status ${result.response.status}; 200 to 209 is success.`;
}

/**
 * The result with what becomes of the call behind the error, if it failed for reasons of ours. The caller
 * knows them: a delivery is made again, a test is not.
 */
export function withConsequence(result: CallResult, consequence: string): CallResult {
  if (!isOwnFailure(result.outcome)) return result;
  return { ...result, error: `${result.error} ${consequence}` };
}

/** Outcomes that say nothing of the endpoint: we have cut the call off, or could not make it. */
export type OwnFailure = Extract<Outcome, 'interrupted' | 'local_error'>;

/** Whether a call failed for reasons of our own: it does not count against the endpoint, and uses up no schedule. */
export function isOwnFailure(outcome: Outcome): outcome is OwnFailure {
  return outcome === 'interrupted' || outcome === 'local_error';
}

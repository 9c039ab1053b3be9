// One HTTP call as the API shows it. A receiver's answer is hostile: its bytes are text only if they are UTF-8, and
// values of headers that carry credentials are not repeated.
import { type Static, Type } from 'typebox';
import type { SentRequest } from '../../../domain/call.ts';
import type { AttemptId } from '../../../domain/ids.ts';
import { OUTCOMES, type Outcome, type Response } from '../../../domain/outcome.ts';
import { isoTime, type WallMs } from '../../../domain/time.ts';
import { nullableNumber, nullableText, time, uuid } from './fields.ts';

/** Their values are credentials of the receiver's own. */
const HIDDEN_VALUES: ReadonlySet<string> = new Set(['set-cookie', 'set-cookie2', 'authorization']);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const ATTEMPT_ID = uuid('Id of the attempt: the x-iadvize-delivery header of the call.');

export const CALL_FIELDS = {
  startedAt: time('When it began.'),
  connectMs: nullableNumber(
    'Time for DNS, TCP and TLS together; null if a connection was reused, or none could be made.',
  ),
  durationMs: Type.Number({
    description: 'Duration of the whole call: waiting for a free connection to its host, connecting, and the response.',
  }),
  outcome: Type.Enum([...OUTCOMES], { type: 'string', description: 'The outcome as one word.' }),
  status: nullableNumber('The HTTP status; null if there was no response.'),
  responseHeaders: Type.Array(
    Type.Object({ name: Type.String(), value: nullableText('Null if it is hidden because it is a credential.') }),
    { description: 'The headers as received, with names in lower case. Empty if there was no response.' },
  ),
  responseBody: nullableText(
    'The body as received, at most 64 KiB with its headers; null if there was no response. Do not trust it.',
  ),
  responseBodyEncoding: Type.Enum(['utf-8', 'base64'], {
    type: 'string',
    description: 'Encoding of responseBody: base64 if the bytes are not UTF-8.',
  }),
  responseTruncated: Type.Boolean({ description: 'True if the response was longer than the part that is kept.' }),
  repeated: Type.Boolean({
    description:
      'True if the call was made twice, with the same id, because a reused connection broke before the first byte of a response.',
  }),
  error: nullableText('The failure in one sentence.'),
};

/** A request as it was sent. */
export const SENT_REQUEST = {
  method: Type.Literal('POST'),
  url: Type.String({ description: 'The URL that was called.' }),
  profile: Type.String({ description: 'Format of the request: iadvize.' }),
  headers: Type.Array(
    Type.Object({
      name: Type.String(),
      value: nullableText(
        "Null when hidden: the endpoint's own headers may be credentials. Or when it is not known any more.",
      ),
    }),
    { description: 'In the order in which they were sent.' },
  ),
  signature: nullableText('The signature that was sent; null once the secret or the payload was erased.'),
};

const SentRequestSchema = Type.Object(SENT_REQUEST);

/** A request as it is answered. */
export function showRequest({ headers, ...request }: SentRequest): Static<typeof SentRequestSchema> {
  return { ...request, headers: headers.map(([name, value]) => ({ name, value })) };
}

const CallSchema = Type.Object({ id: ATTEMPT_ID, ...CALL_FIELDS });

interface Call {
  readonly connectMs: number | null;
  readonly durationMs: number;
  readonly repeated: boolean;
  readonly outcome: Outcome;
  readonly response: Response | null;
  readonly error: string | null;
}

/** One call, of a delivery or a test, as it is answered. */
export function showCall(id: AttemptId, startedAt: WallMs, call: Call): Static<typeof CallSchema> {
  const { response } = call;
  return {
    id,
    startedAt: isoTime(startedAt),
    connectMs: call.connectMs,
    durationMs: call.durationMs,
    outcome: call.outcome,
    status: response?.status ?? null,
    responseHeaders: (response?.headers ?? []).map(([name, value]) => ({
      name,
      value: HIDDEN_VALUES.has(name) ? null : value,
    })),
    ...bodyText(response?.body),
    responseTruncated: response?.truncated ?? false,
    repeated: call.repeated,
    error: call.error,
  };
}

type BodyText = Pick<Static<typeof CallSchema>, 'responseBody' | 'responseBodyEncoding'>;

function bodyText(body: Uint8Array | undefined): BodyText {
  if (body === undefined) return { responseBody: null, responseBodyEncoding: 'utf-8' };
  try {
    return { responseBody: utf8.decode(body), responseBodyEncoding: 'utf-8' };
  } catch {
    return { responseBody: Buffer.from(body).toString('base64'), responseBodyEncoding: 'base64' };
  }
}

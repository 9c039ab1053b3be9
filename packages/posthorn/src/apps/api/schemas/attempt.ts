// One HTTP call as the API shows it. A receiver's answer is hostile: its bytes are text only if they are UTF-8, and
// values of headers that carry credentials are not repeated.
import { type Static, Type } from 'typebox';
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
  connectMs: nullableNumber('DNS, TCP and TLS together; null when a kept connection was used, or none came about.'),
  durationMs: Type.Number({
    description: 'The whole call: waiting for a free connection to its host, connecting, and the response.',
  }),
  outcome: Type.Enum([...OUTCOMES], { type: 'string', description: 'The outcome, in one word.' }),
  status: nullableNumber('The HTTP status; null when there was no response.'),
  responseHeaders: Type.Array(
    Type.Object({ name: Type.String(), value: nullableText('Null when hidden because it is a credential.') }),
    { description: 'As received, names in lower case. Empty when there was no response.' },
  ),
  responseBody: nullableText(
    'As received, at most 64 KiB with its headers; null when there was no response. Never trust it.',
  ),
  responseBodyEncoding: Type.Enum(['utf-8', 'base64'], {
    type: 'string',
    description: 'How responseBody is to be read: base64 when the bytes are not UTF-8.',
  }),
  responseTruncated: Type.Boolean({ description: 'The response was longer than what is kept.' }),
  repeated: Type.Boolean({
    description:
      'The call was made twice, under the same id, because a kept connection broke before any byte of a reply.',
  }),
  error: nullableText('The failure, in one sentence.'),
};

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

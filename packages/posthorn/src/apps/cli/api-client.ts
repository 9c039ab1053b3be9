// Calls a running Posthorn's API, and turns what goes wrong into a sentence for the person at the command line.
import { CommandError } from './exit-codes.ts';

/** Long enough for a server that is busy, short enough for a person who waits. */
const API_TIMEOUT_MS = 30_000;

export interface ApiAccess {
  /** E.g. `http://127.0.0.1:4400`. */
  readonly url: string;
  readonly key: string | undefined;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field of a JSON object, `undefined` when there is none. */
export function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

/** The sentence of a problem document (RFC 9457), with what is wrong field by field. */
export function problemSentence({ status, body }: ApiAnswer): string {
  const detail = field(body, 'detail') ?? field(body, 'title');
  const errors = field(body, 'errors');
  const sentence = typeof detail === 'string' ? detail : `The API answered ${status}.`;
  if (!Array.isArray(errors)) return sentence;
  const lines = errors.map(
    (error) => `  ${[field(error, 'field'), field(error, 'detail')].filter(Boolean).join(': ')}`,
  );
  return [sentence, ...lines].join('\n');
}

/**
 * Makes one call.
 * @param body JSON text, sent as it is
 * @throws CommandError when nobody answers, or somebody who does not speak JSON
 */
export async function callApi(access: ApiAccess, method: string, path: string, body?: string): Promise<ApiAnswer> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (access.key !== undefined) headers['authorization'] = `Bearer ${access.key}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  let text: string;
  try {
    const signal = AbortSignal.timeout(API_TIMEOUT_MS);
    response = await fetch(new URL(path, access.url), {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    text = await response.text();
  } catch (error) {
    throw new CommandError(
      `No Posthorn answers at ${access.url} (${reason(error)}). Start one with "posthorn serve", or name another with --url or POSTHORN_URL.`,
    );
  }
  if (text === '') return { status: response.status, body: undefined };
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    throw new CommandError(`What answers at ${access.url} is not a Posthorn: status ${response.status}, and no JSON.`);
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${API_TIMEOUT_MS / 1_000} s`;
  const cause = error.cause;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : error.message;
}

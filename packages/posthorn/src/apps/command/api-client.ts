// Calls a running Posthorn's API, and turns what goes wrong into a sentence for the person at the command line.
import { request } from 'undici';
import { inert } from '../terminal/inert.ts';
import { CommandError } from './exit-codes.ts';
import { field } from './json-field.ts';

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

/** The sentence of a problem document (RFC 9457); where several fields are wrong, a line for each. */
export function problemSentence({ status, body }: ApiAnswer): string {
  const detail = field(body, 'detail');
  const errors = field(body, 'errors');
  const sentence = typeof detail === 'string' ? detail : `The API answered ${status}.`;
  if (!Array.isArray(errors) || errors.length < 2) return sentence;
  const lines = errors.map((error) => `  ${String(field(error, 'field'))}: ${String(field(error, 'message'))}`);
  return [sentence, ...lines].join('\n');
}

/** The header that carries the key; none without one. */
export function authorization({ key }: ApiAccess): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

/** The message when nobody answers. */
export function unreachable({ url }: ApiAccess, error: unknown): string {
  return `No Posthorn answers at ${inert(url)} (${reason(error)}). Start one with "posthorn serve", or name another with --url or POSTHORN_URL.`;
}

/** The message when the key is refused. */
export function keyRefused({ url, key }: ApiAccess): string {
  return key === undefined
    ? `The Posthorn at ${inert(url)} wants an API key: set POSTHORN_API_KEY to the one that was shown at its first start, or to the one in its settings.`
    : `The Posthorn at ${inert(url)} does not know this API key: check POSTHORN_API_KEY, and that the key is of this server.`;
}

/**
 * Makes one call.
 * @param body JSON text, sent as it is
 * @param timeoutMs for the whole answer
 * @throws CommandError when nobody answers, or somebody who does not speak JSON
 */
export async function callApi(
  access: ApiAccess,
  method: string,
  path: string,
  body?: string,
  timeoutMs: number = API_TIMEOUT_MS,
): Promise<ApiAnswer> {
  const headers: Record<string, string> = { accept: 'application/json', ...authorization(access) };
  if (body !== undefined) headers['content-type'] = 'application/json';
  let status: number;
  let text: string;
  try {
    // Not fetch: it refuses some ports that a server may well listen on.
    const answer = await request(new URL(path, access.url), {
      method,
      headers,
      body: body ?? null,
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = answer.statusCode;
    text = await answer.body.text();
  } catch (error) {
    throw new CommandError(unreachable(access, error));
  }
  if (text === '') return { status, body: undefined };
  try {
    return { status, body: JSON.parse(text) };
  } catch {
    throw new CommandError(`The server at ${access.url} is not a Posthorn: status ${status}, and no JSON.`);
  }
}

/** Why a connection did not come about or broke, in a few words. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  return 'code' in error ? String(error.code) : error.message;
}

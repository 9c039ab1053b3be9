// Calls a running Posthorn's API, and turns what goes wrong into a sentence for the person at the command line.
import { request } from 'undici';
import { field } from './answers.ts';
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

/** The sentence of a problem document (RFC 9457); where several fields are wrong, a line for each. */
export function problemSentence({ status, body }: ApiAnswer): string {
  const detail = field(body, 'detail');
  const errors = field(body, 'errors');
  const sentence = typeof detail === 'string' ? detail : `The API answered ${status}.`;
  if (!Array.isArray(errors) || errors.length < 2) return sentence;
  const lines = errors.map((error) => `  ${String(field(error, 'field'))}: ${String(field(error, 'message'))}`);
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
  let status: number;
  let text: string;
  try {
    // Not fetch: it refuses some ports that a server may well listen on.
    const answer = await request(new URL(path, access.url), {
      method,
      headers,
      body: body ?? null,
      signal: AbortSignal.timeout(API_TIMEOUT_MS),
    });
    status = answer.statusCode;
    text = await answer.body.text();
  } catch (error) {
    throw new CommandError(
      `No Posthorn answers at ${access.url} (${reason(error)}). Start one with "posthorn serve", or name another with --url or POSTHORN_URL.`,
    );
  }
  if (text === '') return { status, body: undefined };
  try {
    return { status, body: JSON.parse(text) };
  } catch {
    throw new CommandError(`What answers at ${access.url} is not a Posthorn: status ${status}, and no JSON.`);
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${API_TIMEOUT_MS / 1_000} s`;
  return 'code' in error ? String(error.code) : error.message;
}

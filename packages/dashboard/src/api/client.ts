// Calls to the API with the session's cookie. A refused call becomes an `ApiProblem` with the server's own words.
import { atRoot } from './root.ts';

/** A request that was refused, or that got no answer. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const NO_ANSWER = 'Posthorn does not answer. Check that it is running; this page goes on asking.';

async function request(method: string, path: string, body: string | undefined): Promise<Response> {
  try {
    return await fetch(atRoot(path), {
      method,
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    });
  } catch {
    throw new ApiProblem(0, NO_ANSWER);
  }
}

/** @param body JSON text: payloads keep their digits as they were typed */
async function call<Answer>(method: string, path: string, body?: string): Promise<Answer> {
  const response = await request(method, path, body);
  const text = await response.text();
  if (!response.ok) throw new ApiProblem(response.status, detailOf(text) ?? `Posthorn answered ${response.status}.`);
  // The shape is the server's promise, checked by its own tests against its schemas.
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

function detailOf(text: string): string | undefined {
  try {
    const { detail, reference } = Object(JSON.parse(text));
    if (typeof detail !== 'string') return undefined;
    return typeof reference === 'string' ? `${detail} (reference ${reference})` : detail;
  } catch {
    return undefined;
  }
}

/** @throws ApiProblem */
export const get = <Answer>(path: string) => call<Answer>('GET', path);
/** @throws ApiProblem */
export const post = <Answer>(path: string, body?: string) => call<Answer>('POST', path, body);
/** @throws ApiProblem */
export const put = <Answer>(path: string, body: string) => call<Answer>('PUT', path, body);
/** @throws ApiProblem */
export const patch = <Answer>(path: string, body: string) => call<Answer>('PATCH', path, body);
/** @throws ApiProblem */
export const remove = <Answer = undefined>(path: string) => call<Answer>('DELETE', path);

/** A path with a query; what is `undefined` or empty is left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** The path of a tenant's things. */
export const ofTenant = (tenant: string, rest = '') => `/v1/tenants/${encodeURIComponent(tenant)}${rest}`;

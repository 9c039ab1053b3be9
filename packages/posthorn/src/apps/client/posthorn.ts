// A running Posthorn as the commands ask it: answers are checked to be what the API says they are, and whatever goes
// wrong is a sentence that tells what to do.
import { MAX_PAGE_ITEMS } from '../api/limits.ts';
import { type ApiAccess, type ApiAnswer, callApi, keyRefused, problemSentence } from '../command/api-client.ts';
import { CommandError } from '../command/exit-codes.ts';
import { inert } from '../terminal/inert.ts';
import { type Listed, pageOf } from './answers.ts';
import type { Guard } from './guard.ts';

const UNAUTHORIZED = 401;
const NOT_FOUND = 404;

export class Posthorn {
  readonly #access: ApiAccess;

  constructor(access: ApiAccess) {
    this.#access = access;
  }

  /** @throws CommandError when it is not answered as asked */
  async get<T>(guard: Guard<T>, path: string): Promise<T> {
    return this.#accept(guard, path, await this.#call('GET', path));
  }

  /** The same for what may not be there. */
  async find<T>(guard: Guard<T>, path: string): Promise<T | undefined> {
    const answer = await this.#call('GET', path);
    return answer.status === NOT_FOUND ? undefined : this.#accept(guard, path, answer);
  }

  /**
   * @param timeoutMs where it may take longer than usual
   * @returns `undefined` when what it is to be done to is not there
   */
  async post<T>(guard: Guard<T>, path: string, body?: object, timeoutMs?: number): Promise<T | undefined> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await this.#call('POST', path, text, timeoutMs);
    return answer.status === NOT_FOUND ? undefined : this.#accept(guard, path, answer);
  }

  /**
   * The first items of a list, however many pages they are on.
   * @param item whether it is one of them
   * @param path with its query, `limit` and `cursor` left out
   * @returns `undefined` when what it is a list of is not there
   */
  async list<Item>(item: Guard<Item>, path: string, limit: number): Promise<Listed<Item> | undefined> {
    const guard = pageOf(item);
    const data: Item[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ limit: String(Math.min(limit - data.length, MAX_PAGE_ITEMS)) });
      if (cursor !== null) query.set('cursor', cursor);
      const answer: Listed<Item> | undefined = await this.find(
        guard,
        `${path}${path.includes('?') ? '&' : '?'}${query}`,
      );
      if (answer === undefined) return undefined;
      data.push(...answer.data);
      cursor = answer.nextCursor;
    } while (cursor !== null && data.length < limit);
    return { data, nextCursor: cursor };
  }

  async #call(method: string, path: string, body?: string, timeoutMs?: number): Promise<ApiAnswer> {
    const answer = await callApi(this.#access, method, path, body, timeoutMs);
    if (answer.status === UNAUTHORIZED) throw new CommandError(keyRefused(this.#access));
    return answer;
  }

  #accept<T>(guard: Guard<T>, path: string, answer: ApiAnswer): T {
    if (answer.status >= 300) throw new CommandError(problemSentence(answer));
    const { body } = answer;
    if (guard(body)) return body;
    throw new CommandError(
      `The Posthorn at ${inert(this.#access.url)} answers ${path} in a way that this version does not know. Use the command of the server's version.`,
    );
  }
}

/** The path of something of a tenant. */
export const tenantPath = (tenant: string, below = ''): string => `/v1/tenants/${encodeURIComponent(tenant)}${below}`;

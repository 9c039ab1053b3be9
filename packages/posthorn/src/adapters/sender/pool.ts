// Every connection, by origin. Between calls they are kept for a while, the latest used first, so that those beyond need grow
// old and go.
import type { DialLimit } from './dial-limit.ts';
import { HttpConnection, type NewConnection } from './http-connection.ts';
import { Origin, type Waiter } from './origin.ts';

/** Over all origins. A TLS connection held open costs about 110 KB, so this is about 55 MB at most. */
const MAX_IDLE = 500;

export class Pool {
  readonly #dialLimit: DialLimit;
  readonly #origins = new Map<string, Origin>();
  readonly #open = new Set<HttpConnection>();
  /** Of all origins, the longest idle first. */
  readonly #idle = new Set<HttpConnection>();
  #emptied: (() => void) | undefined;

  constructor(dialLimit: DialLimit) {
    this.#dialLimit = dialLimit;
  }

  /** Serves a waiter with an open connection at once or when one is free, or tells it to make one. */
  enter(name: string, waiter: Waiter): void {
    this.#origin(name).enter(waiter);
  }

  leave(name: string, waiter: Waiter): void {
    this.#origins.get(name)?.leave(waiter);
    this.#forget(name);
  }

  /** A connection is being made. It comes to `open`, or to `ended` if nothing becomes of it. */
  begun(name: string): void {
    this.#origin(name).begun();
  }

  /** A connection is closed, or was never made. Callers tell of the latter: of those that were open the pool hears itself. */
  ended(name: string): void {
    this.#origins.get(name)?.ended();
    this.#forget(name);
  }

  /** Wraps a connection that is ready for HTTP; it is the caller's until `put`. */
  open(name: string, made: NewConnection): HttpConnection {
    const connection = new HttpConnection(name, made, this.#closed);
    this.#open.add(connection);
    return connection;
  }

  put(connection: HttpConnection): void {
    if (!connection.reusable) {
      connection.destroy();
      return;
    }
    connection.rest();
    this.#origin(connection.origin).put(connection);
    if (this.#idle.size <= MAX_IDLE) return;
    const [oldest = connection] = this.#idle;
    this.#origins.get(oldest.origin)?.remove(oldest);
    oldest.destroy();
  }

  /** Closes every connection, in use or not, and resolves when they are closed. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#emptied = resolve;
      for (const connection of this.#open) connection.destroy();
      if (this.#open.size === 0) resolve();
    });
  }

  readonly #closed = (connection: HttpConnection): void => {
    this.#open.delete(connection);
    this.#origins.get(connection.origin)?.remove(connection);
    this.ended(connection.origin);
    if (this.#open.size === 0) this.#emptied?.();
  };

  #origin(name: string): Origin {
    const known = this.#origins.get(name);
    if (known !== undefined) return known;
    const origin = new Origin(this.#dialLimit, this.#idle);
    this.#origins.set(name, origin);
    return origin;
  }

  #forget(name: string): void {
    if (this.#origins.get(name)?.empty === true) this.#origins.delete(name);
  }
}

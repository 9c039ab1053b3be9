// One origin's connections, and the calls that wait for one. A busy connection is free again sooner than a new one is made,
// so beyond the first few, another is begun only when waiting would take long: a short crowd then costs no handshakes, which
// would only delay it, and a slow receiver still gets as many connections as it has calls.
import type { Dialer, DialLimit } from './dial-limit.ts';
import type { HttpConnection } from './http-connection.ts';

/** Connections that are begun for whoever finds none free: as many as one endpoint's calls under way, unless that is set otherwise. */
const FREELY = 16;
/** How often the queue of calls is looked at while there is one. */
const LOOK_MS = 20;
/** The last in the queue is not to wait longer than this for a connection of the others. */
const PATIENCE_MS = 250;

export interface Waiter {
  /** A connection to call on; the waiter's until it is put back. */
  serve(connection: HttpConnection): void;
  /** No connection will be free soon: it is to make one. Its time has not been running so far. */
  connect(): void;
}

/**
 * How many connections an origin is to begin, once calls have waited for a look.
 * @param waiting calls in the queue
 * @param served calls that left the queue for a free connection in the last `withinMs`
 * @param connections open or being made
 */
export function shortage(waiting: number, served: number, withinMs: number, connections: number): number {
  const waitMs = (waiting / served) * withinMs;
  // As many again: a receiver that says nothing at all has one for each call after a few looks.
  return waitMs > PATIENCE_MS ? Math.min(waiting, Math.max(FREELY, connections)) : 0;
}

export class Origin implements Dialer {
  readonly #dialLimit: DialLimit;
  /** Those of all origins, the longest idle first. */
  readonly #allIdle: Set<HttpConnection>;
  readonly #idle: HttpConnection[] = [];
  /** In the order they came. */
  readonly #waiting = new Set<Waiter>();
  /** Open, or being made. */
  #connections = 0;
  #served = 0;
  #looking = false;

  constructor(dialLimit: DialLimit, allIdle: Set<HttpConnection>) {
    this.#dialLimit = dialLimit;
    this.#allIdle = allIdle;
  }

  /** Whether there is nothing to remember. */
  get empty(): boolean {
    return this.#connections === 0 && this.#waiting.size === 0;
  }

  /** Serves a waiter with an open connection at once or when one is free, or tells it to make one. */
  enter(waiter: Waiter): void {
    const connection = this.#waiting.size === 0 ? this.#take() : undefined;
    if (connection !== undefined) {
      waiter.serve(connection);
      return;
    }
    this.#waiting.add(waiter);
    const wanted = this.#dialLimit.wanted(this);
    if (this.#connections + wanted < FREELY) this.#dialLimit.want(this, wanted + 1);
    if (!this.#looking && this.#waiting.size > 0) this.#lookLater();
  }

  leave(waiter: Waiter): void {
    this.#waiting.delete(waiter);
  }

  begin(): boolean {
    const waiter = this.#first();
    waiter?.connect();
    return waiter !== undefined;
  }

  /** A connection is being made. */
  begun(): void {
    this.#connections += 1;
  }

  /** One is closed, or was never made. */
  ended(): void {
    this.#connections -= 1;
  }

  /** A call on the connection has just ended. */
  put(connection: HttpConnection): void {
    this.#idle.push(connection);
    this.#allIdle.add(connection);
    this.#serve();
  }

  /** An idle connection is not to be used again. */
  remove(connection: HttpConnection): void {
    if (this.#allIdle.delete(connection)) this.#idle.splice(this.#idle.indexOf(connection), 1);
  }

  #serve(): void {
    while (this.#waiting.size > 0) {
      const connection = this.#take();
      if (connection === undefined) return;
      this.#served += 1;
      this.#first()?.serve(connection);
    }
  }

  #first(): Waiter | undefined {
    const [waiter] = this.#waiting;
    if (waiter !== undefined) this.#waiting.delete(waiter);
    return waiter;
  }

  /** The connection that was used last and is still open. */
  #take(): HttpConnection | undefined {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      this.#allIdle.delete(connection);
      if (connection.reusable) return connection;
      connection.destroy();
    }
    return undefined;
  }

  #lookLater(): void {
    const since = performance.now();
    this.#looking = true;
    this.#served = 0;
    setTimeout(() => this.#look(performance.now() - since), LOOK_MS);
  }

  #look(withinMs: number): void {
    this.#looking = false;
    if (this.#waiting.size === 0) return;
    this.#dialLimit.want(this, shortage(this.#waiting.size, this.#served, withinMs, this.#connections));
    this.#lookLater();
  }
}

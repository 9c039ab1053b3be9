// Every connection, by origin. Between calls they are kept for a while, the latest used first, so that those beyond need grow
// old and go.
import type { Gate } from './gate.ts';
import { type Connection, Line } from './line.ts';
import { Origin, type Waiter } from './origin.ts';

/** Over all origins. A TLS connection held open costs about 110 KB, so this is about 55 MB at most. */
const MAX_IDLE_LINES = 500;

export class Pool {
  readonly #gate: Gate;
  readonly #origins = new Map<string, Origin>();
  readonly #open = new Set<Line>();
  /** Of all origins, the longest idle first. */
  readonly #idle = new Set<Line>();
  #emptied: (() => void) | undefined;

  constructor(gate: Gate) {
    this.#gate = gate;
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

  /** Makes a line of a connection that is ready for HTTP; it is the caller's until `put`. */
  open(name: string, connection: Connection): Line {
    const line = new Line(name, connection, this.#closed);
    this.#open.add(line);
    return line;
  }

  put(line: Line): void {
    if (!line.reusable) {
      line.destroy();
      return;
    }
    line.rest();
    this.#origin(line.origin).put(line);
    if (this.#idle.size <= MAX_IDLE_LINES) return;
    const [oldest = line] = this.#idle;
    this.#origins.get(oldest.origin)?.remove(oldest);
    oldest.destroy();
  }

  /** Closes every connection, in use or not, and resolves when they are closed. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#emptied = resolve;
      for (const line of this.#open) line.destroy();
      if (this.#open.size === 0) resolve();
    });
  }

  readonly #closed = (line: Line): void => {
    this.#open.delete(line);
    this.#origins.get(line.origin)?.remove(line);
    this.ended(line.origin);
    if (this.#open.size === 0) this.#emptied?.();
  };

  #origin(name: string): Origin {
    const known = this.#origins.get(name);
    if (known !== undefined) return known;
    const origin = new Origin(this.#gate, this.#idle);
    this.#origins.set(name, origin);
    return origin;
  }

  #forget(name: string): void {
    if (this.#origins.get(name)?.empty === true) this.#origins.delete(name);
  }
}

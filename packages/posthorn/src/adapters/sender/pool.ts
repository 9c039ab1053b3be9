// Connections between calls: kept for a while, the latest used first, so that those beyond need grow old and go.
import type { Socket } from 'node:net';
import { Line } from './line.ts';

/** Over all origins. A TLS connection held open costs about 110 KB, so this is about 55 MB at most. */
const MAX_IDLE_LINES = 500;

export class Pool {
  readonly #open = new Set<Line>();
  #emptied: (() => void) | undefined;
  readonly #byOrigin = new Map<string, Line[]>();
  /** All of them, the longest idle first. */
  readonly #idle = new Set<Line>();

  /** Makes a line of a connection that is ready for HTTP; it is the caller's until `put`. */
  open(origin: string, socket: Socket): Line {
    const line = new Line(origin, socket, this.#closed);
    this.#open.add(line);
    return line;
  }

  /** A connection that is still open, now the caller's. */
  take(origin: string): Line | undefined {
    const lines = this.#byOrigin.get(origin);
    for (let line = lines?.pop(); line !== undefined; line = lines?.pop()) {
      this.#idle.delete(line);
      if (lines?.length === 0) this.#byOrigin.delete(origin);
      if (line.reusable) return line;
      line.destroy();
    }
    return undefined;
  }

  put(line: Line): void {
    if (!line.reusable) {
      line.destroy();
      return;
    }
    this.#idle.add(line);
    const lines = this.#byOrigin.get(line.origin);
    if (lines === undefined) this.#byOrigin.set(line.origin, [line]);
    else lines.push(line);
    if (this.#idle.size <= MAX_IDLE_LINES) return;
    const [oldest = line] = this.#idle;
    this.#remove(oldest);
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
    this.#remove(line);
    if (this.#open.size === 0) this.#emptied?.();
  };

  #remove(line: Line): void {
    if (!this.#idle.delete(line)) return;
    const lines = this.#byOrigin.get(line.origin) ?? [];
    lines.splice(lines.indexOf(line), 1);
    if (lines.length === 0) this.#byOrigin.delete(line.origin);
  }
}

// The live stream: what happens in this process, told to whoever listens at this moment. A reader who does not keep up is
// dropped, one who comes back soon misses nothing, and as long as nobody listens it costs nothing.
import { Readable } from 'node:stream';
import type { EndpointId, TenantId } from '../../domain/ids.ts';
import { steady } from '../../domain/time.ts';
import type { Report } from '../../engine/reports.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Random } from '../../seams/random.ts';
import { isTold, messageData } from './messages.ts';
import { type Message, Recent } from './recent.ts';

/** Readers at once: each may cost `MAX_UNREAD_BYTES`. */
export const MAX_READERS = 32;
/** Bytes kept for a reader that does not read; more than all recent messages, which it gets at once when it comes back. */
export const MAX_UNREAD_BYTES = 2 * 1_024 * 1_024;
/** A comment this often keeps the connection open through proxies, in milliseconds. */
export const HEARTBEAT_MS = 15_000;
/** Messages are kept for readers to come back for this long after the last one has gone, in milliseconds. */
export const REMEMBER_MS = 60_000;
/** The wait that readers are asked for before they come back, in milliseconds. */
const RETRY_MS = 2_000;
/** At the end, readers get this long to take what they have not read, in milliseconds. */
const LINGER_MS = 500;

const LAST_ID = /^([0-9a-f]{8})-(\d{1,15})$/;

export interface StreamFilter {
  readonly tenantId?: TenantId | undefined;
  readonly endpointId?: EndpointId | undefined;
}

interface Reader {
  readonly filter: StreamFilter;
  readonly readable: Readable;
  /** Written in one piece at the end of this turn of the event loop. */
  waiting: string[];
  waitingBytes: number;
}

export class LiveStream {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #readers = new Set<Reader>();
  /** Connections that are not closed yet, with or without something to read. */
  readonly #connections = new Map<Promise<void>, () => void>();
  /** Messages of one period in which somebody listened, under a name of its own. */
  #period: { readonly name: string; readonly recent: Recent } | undefined;
  #cancelHeartbeat: () => void = () => {};
  #cancelForgetting: () => void = () => {};
  #flushing = false;
  #closed = false;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Readers connected. */
  get size(): number {
    return this.#readers.size;
  }

  /** Tells everybody who wants to know. */
  tell(report: Report): void {
    if (this.#closed || this.#period === undefined || !isTold(report)) return;
    const { name, recent } = this.#period;
    const number = recent.last + 1;
    const text = `id: ${name}-${number}\nevent: ${report.kind}\ndata: ${messageData(report, this.#clock)}\n\n`;
    const endpointId = report.kind === 'accepted' ? undefined : report.endpointId;
    const message = { number, tenantId: report.tenantId, endpointId, text, bytes: Buffer.byteLength(text) };
    recent.add(message);
    for (const reader of this.#readers) if (wants(reader, message)) this.#write(reader, message);
  }

  /**
   * Adds a reader.
   * @param lastId the id of the last message that it has; `undefined` when it is new
   * @param gone resolves when its connection is closed
   * @param cut closes its connection, whatever is still to be read
   * @returns what to send it; `undefined` when there are too many readers, or the service is stopping
   */
  open(filter: StreamFilter, lastId: string | undefined, gone: Promise<void>, cut: () => void): Readable | undefined {
    if (this.#closed || this.#readers.size >= MAX_READERS) return undefined;
    const { name, recent } = this.#begin();
    const readable = new Readable({ read() {} });
    const reader: Reader = { filter, readable, waiting: [], waitingBytes: 0 };
    this.#readers.add(reader);
    readable.once('close', () => this.#leave(reader));
    this.#connections.set(gone, cut);
    void gone.then(() => {
      this.#connections.delete(gone);
      readable.destroy();
    });

    const missed = lastId === undefined ? undefined : this.#missed(lastId, name, recent);
    if (missed === undefined) {
      const kind = lastId === undefined ? 'ready' : 'reset';
      this.#write(reader, plain(`retry: ${RETRY_MS}\nid: ${name}-${recent.last}\nevent: ${kind}\ndata: {}\n\n`));
    } else {
      this.#write(reader, plain(`retry: ${RETRY_MS}\n\n`));
      for (const message of missed) if (wants(reader, message)) this.#write(reader, message);
    }
    return readable;
  }

  /** Ends every reader's stream. Resolves when their connections are closed, by force if need be. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelForgetting();
    this.#cancelHeartbeat();
    this.#flush();
    for (const { readable } of this.#readers) readable.push(null);
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.timer(steady(this.#clock.now() + LINGER_MS), resolve);
    await Promise.race([Promise.all(this.#connections.keys()), over]);
    cancel();
    for (const cut of this.#connections.values()) cut();
    this.#period = undefined;
  }

  #begin(): { readonly name: string; readonly recent: Recent } {
    this.#cancelForgetting();
    if (this.#readers.size === 0) this.#beat();
    this.#period ??= { name: Buffer.from(this.#random.bytes(4)).toString('hex'), recent: new Recent() };
    return this.#period;
  }

  #missed(lastId: string, name: string, recent: Recent): readonly Message[] | undefined {
    const [, period, number] = LAST_ID.exec(lastId) ?? [];
    return period === name ? recent.after(Number(number)) : undefined;
  }

  #leave(reader: Reader): void {
    const left = this.#readers.delete(reader);
    if (!left || this.#readers.size > 0 || this.#closed) return;
    this.#cancelHeartbeat();
    this.#cancelForgetting = this.#clock.timer(steady(this.#clock.now() + REMEMBER_MS), () => {
      this.#period = undefined;
    });
  }

  #beat(): void {
    this.#cancelHeartbeat = this.#clock.timer(steady(this.#clock.now() + HEARTBEAT_MS), () => {
      for (const reader of this.#readers) this.#write(reader, plain(':\n\n'));
      // The comment may have been too much for the last one; the next reader begins anew.
      if (this.#readers.size > 0) this.#beat();
    });
  }

  #write(reader: Reader, { text, bytes }: Pick<Message, 'text' | 'bytes'>): void {
    if (reader.readable.destroyed) return;
    reader.waiting.push(text);
    reader.waitingBytes += bytes;
    if (reader.readable.readableLength + reader.waitingBytes > MAX_UNREAD_BYTES) {
      reader.readable.destroy();
      this.#leave(reader);
      return;
    }
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    for (const reader of this.#readers) {
      if (reader.waiting.length === 0) continue;
      const text = reader.waiting.join('');
      reader.waiting = [];
      reader.waitingBytes = 0;
      reader.readable.push(text);
    }
  }
}

const plain = (text: string) => ({ text, bytes: text.length });

function wants({ filter }: Reader, { tenantId, endpointId }: Message): boolean {
  return (
    (filter.tenantId === undefined || filter.tenantId === tenantId) &&
    (filter.endpointId === undefined || filter.endpointId === endpointId)
  );
}

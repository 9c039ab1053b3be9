// One HTTP connection and the calls that are made on it, one at a time. Its socket is made elsewhere and handed in.
import type { Socket } from 'node:net';
import { isBlankLines, type Progress, ResponseReader } from './http/response-reader.ts';

/** How long a connection is kept without a call. A receiver that announces less (`keep-alive: timeout=5`) is believed. */
const IDLE_MS = 30_000;
/** How much earlier than a receiver's announced limit the connection is given up. */
const IDLE_MARGIN_MS = 1_000;
/** Some servers end a body with a line end too many. More than two are a flood of nothing. */
const MAX_BLANK_BYTES = 4;
/** Longest life of a connection, also where no name server was asked. */
const MAX_LIFE_MS = 300_000;
/** Shortest: many names have a TTL of nothing, and a handshake for each call would cost more than the call. */
const MIN_LIFE_MS = 10_000;

/** The error of a call that found the connection gone; not a byte of it was sent. */
export const CONNECTION_GONE = 'POSTHORN_CONNECTION_GONE';
/** The error of a connection that was closed before the response was whole. */
export const CLOSED = 'POSTHORN_CLOSED';

/** An error of the connection, by the system's, OpenSSL's or our code. */
export interface ExchangeError {
  readonly code?: string | undefined;
}

/** A socket that is ready for HTTP, and how long it took to be, in milliseconds. */
export interface ReadySocket {
  readonly socket: Socket;
  readonly address: string;
  readonly tcpMs: number;
  readonly tlsMs: number;
}

/** The socket of a connection that was just made. */
export interface NewConnection extends ReadySocket {
  /** On the monotonic clock: when name servers let the answer behind it be forgotten; `undefined` if none was asked. */
  readonly validUntil: number | undefined;
}

/** A request and the response to it. Of `ended` and `failed` it hears one, and nothing afterwards. */
export interface Exchange {
  /** The request is in the socket's hands. */
  written(): void;
  /** The response is whole, or it is cut, or it breaks a rule: its reader knows. */
  ended(progress: Progress): void;
  failed(error: ExchangeError): void;
}

/**
 * How long calls are made on a connection, in milliseconds from its beginning: as long as name servers let the answer behind it
 * be remembered, but not shorter than 10 s and not longer than 300 s.
 * @param leftMs of the answer's TTL; `undefined` where no name server was asked
 */
export function lifeOf(leftMs: number | undefined): number {
  return Math.min(Math.max(leftMs ?? MAX_LIFE_MS, MIN_LIFE_MS), MAX_LIFE_MS);
}

export class HttpConnection {
  readonly origin: string;
  /** Where it leads. */
  readonly address: string;
  readonly #socket: Socket;
  readonly #end: NodeJS.Timeout;
  #exchange: Exchange | undefined;
  #reader: ResponseReader | undefined;
  /** It has lived its life; the call on it, if there is one, may end. */
  #over = false;
  #calls = 0;
  /** Between calls. */
  #blankBytes = 0;
  #keep = true;
  #idleMs = IDLE_MS;
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param closed called once when the connection is gone */
  constructor(
    origin: string,
    { socket, address, validUntil }: NewConnection,
    closed: (connection: HttpConnection) => void,
  ) {
    this.origin = origin;
    this.address = address;
    this.#socket = socket;
    const leftMs = validUntil === undefined ? undefined : validUntil - performance.now();
    this.#end = setTimeout(() => this.#expire(), lifeOf(leftMs)).unref();
    socket.on('data', (bytes: Buffer) => this.#came(bytes));
    socket.once('end', () => this.#ended());
    socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error));
    socket.once('close', () => {
      clearTimeout(this.#end);
      clearTimeout(this.#idleTimer);
      this.#fail({ code: CLOSED });
      closed(this);
    });
  }

  /** Whether a call was answered on it before: only then can it be that the receiver was just closing it. */
  get served(): boolean {
    return this.#calls > 1;
  }

  get reusable(): boolean {
    return this.#keep && !this.#over && !this.#socket.destroyed;
  }

  /**
   * Makes a call: writes the request and reads the response.
   * @param head of the request, to be written as Latin-1
   * @returns what reads the response
   */
  send(head: string, body: Uint8Array, exchange: Exchange): ResponseReader {
    const reader = new ResponseReader();
    this.#calls += 1;
    this.#socket.ref();
    // On a kept connection, what has come meanwhile is to be seen first: an end, or a response that was planted for this call.
    if (this.served) setImmediate(() => this.#write(head, body, reader, exchange));
    else this.#write(head, body, reader, exchange);
    return reader;
  }

  /** The call on it has ended, and with `reusable` there may be another. */
  rest(): void {
    this.#socket.unref();
    if (this.#idleTimer === undefined) this.#idleTimer = setTimeout(() => this.#idled(), this.#idleMs).unref();
    else this.#idleTimer.refresh();
  }

  /** Closes the connection. Nothing more is heard of a call on it. */
  destroy(): void {
    this.#exchange = undefined;
    this.#socket.destroy();
  }

  #write(head: string, body: Uint8Array, reader: ResponseReader, exchange: Exchange): void {
    if (this.#socket.destroyed || this.#clogged) {
      exchange.failed({ code: CONNECTION_GONE });
      return;
    }
    this.#reader = reader;
    this.#exchange = exchange;
    this.#blankBytes = 0;
    exchange.written();
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    this.#socket.write(body);
    this.#socket.uncork();
  }

  /**
   * Whether the receiver has not read the last call to its end, though it answered it: another one would stand in line
   * behind the rest. To be asked when a call is about to be written: right after the answer even a healthy TLS connection
   * has not been told yet that all is sent.
   */
  get #clogged(): boolean {
    return this.served && this.#socket.writableLength > 0;
  }

  #came(bytes: Buffer): void {
    if (this.#exchange !== undefined && this.#reader !== undefined) {
      this.#told(this.#reader, this.#reader.push(bytes));
      return;
    }
    this.#blankBytes += bytes.length;
    // Bytes that nobody asked for must not be taken for the response to the next call.
    if (this.#blankBytes > MAX_BLANK_BYTES || !isBlankLines(bytes, 0)) this.destroy();
  }

  #told(reader: ResponseReader, progress: Progress): void {
    if (progress === 'more') return;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#keep = reader.keep;
    if (reader.idleMs !== undefined) this.#announced(reader.idleMs);
    exchange?.ended(progress);
  }

  #announced(ms: number): void {
    const idleMs = Math.min(ms - IDLE_MARGIN_MS, IDLE_MS);
    if (idleMs <= 0) this.#keep = false;
    if (idleMs === this.#idleMs) return;
    this.#idleMs = idleMs;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
  }

  /** The receiver has closed its half. */
  #ended(): void {
    const reader = this.#reader;
    if (reader !== undefined && this.#exchange !== undefined) this.#told(reader, reader.end());
    this.#fail({ code: CLOSED });
    this.destroy();
  }

  #fail(error: ExchangeError): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.failed(error);
  }

  /** The timer goes on while a call is made. */
  #idled(): void {
    if (this.#exchange === undefined) this.destroy();
  }

  /** An unused connection is closed at once; a call that is under way ends first. */
  #expire(): void {
    this.#over = true;
    if (this.#exchange === undefined) this.destroy();
  }
}

// One connection and undici's HTTP/1.1 client on top of it. The connection is made elsewhere and handed in, so undici never
// resolves, connects or times anything; when the connection is gone, so is the line.
import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';

/** How long a connection is kept without a call. A receiver that announces less (`keep-alive: timeout=5`) is believed. */
const IDLE_MS = 30_000;
/** How much earlier than a receiver's announced limit the connection is given up. */
const IDLE_MARGIN_MS = 1_000;
/** Oldest connection to be used again: after a change of its DNS or of the allowed networks, nobody is called the old way for longer. */
const MAX_AGE_MS = 300_000;
/** Longest header section of a response, as Node's own client. */
const MAX_HEADER_BYTES = 16_384;
/** Longest response as it comes over the wire, framing included: with a body cut off at 64 KiB, more is a flood of nothing. */
const MAX_WIRE_BYTES = 524_288;

/** The error of a call that was dispatched on a connection that was not there any more; not a byte of it was sent. */
export const LINE_GONE = 'POSTHORN_LINE_GONE';

export function lineGone(): Error {
  return Object.assign(new Error('the connection is gone'), { code: LINE_GONE });
}

export interface Exchange extends Dispatcher.DispatchHandler {
  /** More came over the wire than any response needs. The connection is to be destroyed. */
  flooded(): void;
}

export class Line {
  readonly origin: string;
  readonly #socket: Socket;
  readonly #client: Client;
  readonly #openedAt = performance.now();
  #exchange: Exchange | undefined;
  #readBefore = 0;
  #calls = 0;

  /** @param closed called once when the connection is gone */
  constructor(origin: string, socket: Socket, closed: (line: Line) => void) {
    this.origin = origin;
    this.#socket = socket;
    let handedOver = false;
    this.#client = new Client(origin, {
      connect: (_, callback) => {
        const error = handedOver ? lineGone() : null;
        handedOver = true;
        // undici takes no answer while it is still asking.
        queueMicrotask(() => (error === null ? callback(null, socket) : callback(error, null)));
      },
      allowH2: false,
      useMilo: false,
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      keepAliveTimeoutThreshold: IDLE_MARGIN_MS,
      // Neither is a deadline, and both tick in half seconds: the call has its own clock.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    socket.on('readable', () => {
      if (socket.bytesRead - this.#readBefore > MAX_WIRE_BYTES) this.#exchange?.flooded();
    });
    socket.once('close', () => closed(this));
  }

  /** Whether a call was answered on it before: only then can it be that the receiver was just closing it. */
  get served(): boolean {
    return this.#calls > 1;
  }

  get reusable(): boolean {
    return !this.#socket.destroyed && performance.now() - this.#openedAt < MAX_AGE_MS;
  }

  /**
   * Whether the receiver has not read the last call to its end, though it answered it: another one would stand in line
   * behind the rest. To be asked when a call is about to be written: right after the answer even a healthy TLS connection
   * has not been told yet that all is sent.
   */
  get clogged(): boolean {
    return this.served && this.#socket.writableLength > 0;
  }

  dispatch(options: Dispatcher.DispatchOptions, exchange: Exchange): void {
    this.#calls++;
    this.#exchange = exchange;
    this.#readBefore = this.#socket.bytesRead;
    this.#client.dispatch(options, exchange);
  }

  /** The call on it has ended. */
  release(): void {
    this.#exchange = undefined;
  }

  /** Closes the connection. A call on it ends with an error. */
  destroy(): void {
    this.#socket.destroy();
  }
}

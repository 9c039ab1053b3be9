// One call from beginning to end: on a kept connection or a new one, under its own reply clock, with at most one repetition.
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { type CallResult, isSuccessStatus } from '../../domain/outcome.ts';
import type { Call } from '../../seams/sender.ts';
import { Connecting, type ConnectOwner, type ConnectorParts } from './connector.ts';
import { Deadline } from './deadline.ts';
import {
  type ExchangeError,
  exchangeFailure,
  type Failure,
  interrupted,
  isClosed,
  malformed,
  replyTimeout,
} from './failures.ts';
import { type Exchange, LINE_GONE, type Line, lineGone } from './line.ts';
import type { Waiter } from './origin.ts';
import type { Pool } from './pool.ts';
import { ResponseBuffer } from './response-buffer.ts';
import type { Target } from './target.ts';
import type { UnderWay } from './under-way.ts';

/** What all calls of a sender share. */
export interface CallParts extends ConnectorParts {
  readonly pool: Pool;
  readonly underWay: UnderWay;
}

/** Its owner hears the result once. The methods without a docstring are undici's `DispatchHandler`. */
export class OneCall implements Exchange, ConnectOwner, Waiter {
  readonly #call: Call;
  readonly #target: Target;
  readonly #parts: CallParts;
  readonly #stop: AbortSignal;
  readonly #resolve: (result: CallResult) => void;
  readonly #startedAt = performance.now();
  #connecting: Connecting | undefined;
  #connectStartedAt = 0;
  #connectMs: number | null = null;
  #line: Line | undefined;
  #clock: Deadline | undefined;
  #repeated = false;
  /** Of the exchange under way: whether it was written to the socket, and whether a byte of the response has come. */
  #handed = false;
  #answered = false;
  /** Exists once the response's status and headers have come. */
  #response: ResponseBuffer | undefined;
  #over = false;

  constructor(call: Call, target: Target, parts: CallParts, stop: AbortSignal, resolve: (result: CallResult) => void) {
    this.#call = call;
    this.#target = target;
    this.#parts = parts;
    this.#stop = stop;
    this.#resolve = resolve;
  }

  start(): void {
    this.#parts.underWay.add(this.#stop, this);
    this.#parts.pool.enter(this.#target.origin, this);
  }

  /** Ends the call at once. A status that already came decides it all the same: after a 20x, another call is a duplicate. */
  stop(): void {
    if (this.#over) return;
    // Nothing else ends a call that waits for a connection: no clock of its own is running yet.
    this.#parts.pool.leave(this.#target.origin, this);
    if (this.#response === undefined) this.#fail(interrupted());
    else this.#judge(this.#response, 'Posthorn was stopped before the response had ended.');
  }

  connect(): void {
    this.#connectStartedAt = performance.now();
    this.#parts.pool.begun(this.#target.origin);
    this.#connecting = new Connecting(this.#target, this.#call.connectTimeoutMs, this.#parts, this);
  }

  connected(socket: Socket): void {
    this.#connecting = undefined;
    this.#connectMs = Math.round(performance.now() - this.#connectStartedAt);
    this.serve(this.#parts.pool.open(this.#target.origin, socket));
  }

  connectFailed(failure: Failure): void {
    this.#fail(failure);
  }

  serve(line: Line): void {
    this.#line = line;
    this.#handed = false;
    const { headers, body } = this.#call;
    line.dispatch({ method: 'POST', path: this.#target.path, headers: flat(headers), body }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#line?.clogged === true) {
      controller.abort(lineGone());
      return;
    }
    this.#handed = true;
    this.#clock ??= new Deadline(this.#call.replyTimeoutMs, this);
  }

  onResponseStarted(): void {
    this.#answered = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // Interim responses (1xx) are passed over; undici itself refuses 100 and 101, which nobody asked for.
    if (!this.#over && status >= 200) this.#response = new ResponseBuffer(status, controller.rawHeaders);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    const response = this.#response;
    if (!this.#over && response?.add(chunk) === false) this.#judge(response, null);
  }

  onResponseEnd(): void {
    if (this.#over || this.#response === undefined || this.#line === undefined) return;
    const line = this.#line;
    this.#line = undefined;
    this.#judge(this.#response, null);
    line.release();
    this.#parts.pool.put(line);
  }

  onResponseError(_: unknown, error: ExchangeError): void {
    if (this.#over) return;
    const served = this.#line?.served === true;
    this.#line?.destroy();
    this.#line = undefined;
    if (this.#response !== undefined) {
      this.#judge(this.#response, 'The connection broke before the response had ended.');
    } else if (served && !this.#handed && error.code === LINE_GONE) {
      // Not a byte was sent, so this is not even a repetition.
      this.connect();
    } else if (served && !this.#answered && isClosed(error)) {
      // Once only: the new connection has not served a call before.
      this.#repeated = true;
      this.connect();
    } else {
      this.#fail(exchangeFailure(this.#target.host, error));
    }
  }

  /** More came over the wire than any response needs. */
  flooded(): void {
    if (this.#over) return;
    if (this.#response === undefined) this.#fail(malformed(this.#target.host, 'it goes on and on without a status'));
    else this.#judge(this.#response.cut(), null);
  }

  /** The reply clock. It also runs on while a repetition connects. */
  expired(): void {
    this.#fail(replyTimeout(this.#target.host, this.#call.replyTimeoutMs, this.#response !== undefined));
  }

  /** The status decides. @param note what went wrong with the rest of the response */
  #judge(buffer: ResponseBuffer, note: string | null): void {
    const response = buffer.take();
    if (isSuccessStatus(response.status)) {
      this.#end({ outcome: 'succeeded', response, error: note, ...this.#measured() });
      return;
    }
    const redirect = response.status >= 300 && response.status <= 399 ? ' Redirects are not followed.' : '';
    const error = `The receiver answered with status ${response.status}; 200 to 209 is success.${redirect}`;
    this.#end({ outcome: 'http_status', response, error, ...this.#measured() });
  }

  #fail({ outcome, error }: Failure): void {
    this.#end({ outcome, response: this.#response?.take() ?? null, error, ...this.#measured() });
  }

  #measured(): Pick<CallResult, 'connectMs' | 'durationMs' | 'repeated'> {
    const durationMs = Math.round(performance.now() - this.#startedAt);
    return { connectMs: this.#connectMs, durationMs, repeated: this.#repeated };
  }

  /** A connection that is still the call's has an unfinished exchange on it and is of no more use. */
  #end(result: CallResult): void {
    this.#over = true;
    this.#clock?.cancel();
    this.#giveUpConnecting();
    this.#line?.destroy();
    this.#parts.underWay.delete(this.#stop, this);
    this.#resolve(result);
  }

  #giveUpConnecting(): void {
    if (this.#connecting === undefined) return;
    this.#connecting.cancel();
    this.#parts.pool.ended(this.#target.origin);
  }
}

/** Headers as undici takes them with the least work: names and values in turn. */
function flat(headers: Call['headers']): string[] {
  const list: string[] = [];
  for (const [name, value] of headers) list.push(name, value);
  return list;
}

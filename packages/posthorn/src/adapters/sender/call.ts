// One call from beginning to end: on a kept connection or a new one, under its own reply clock, with at most one repetition.
import type { Call } from '../../domain/call.ts';
import { type CallResult, isSuccessStatus } from '../../domain/outcome.ts';
import { answered } from './answered.ts';
import { Connecting, type ConnectOwner, type ConnectorParts } from './connector.ts';
import { Deadline } from './deadline.ts';
import {
  exchangeFailure,
  type Failure,
  interrupted,
  isClosed,
  malformed,
  replyTimeout,
  unwritable,
} from './failures.ts';
import { requestHead, unwritableHeader } from './http/request-head.ts';
import type { Progress, ResponseReader } from './http/response-reader.ts';
import {
  CONNECTION_GONE,
  type Exchange,
  type ExchangeError,
  type HttpConnection,
  type NewConnection,
} from './http-connection.ts';
import type { Waiter } from './origin.ts';
import type { Pool } from './pool.ts';
import type { Target } from './target.ts';
import type { UnderWay } from './under-way.ts';

/** The parts that all calls of a sender share. */
export interface CallParts extends ConnectorParts {
  readonly pool: Pool;
  readonly underWay: UnderWay;
}

/** Its owner hears the result once. */
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
  #connection: HttpConnection | undefined;
  #clock: Deadline | undefined;
  #repeated = false;
  /** Of the exchange under way: whether its request was written to the socket. */
  #written = false;
  #reader: ResponseReader | undefined;
  #over = false;

  constructor(call: Call, target: Target, parts: CallParts, stop: AbortSignal, resolve: (result: CallResult) => void) {
    this.#call = call;
    this.#target = target;
    this.#parts = parts;
    this.#stop = stop;
    this.#resolve = resolve;
  }

  start(): void {
    const unfit = unwritableHeader(this.#call.headers);
    if (unfit !== undefined) {
      this.#fail(unwritable(unfit));
      return;
    }
    this.#parts.underWay.add(this.#stop, this);
    this.#parts.pool.enter(this.#target.origin, this);
  }

  /** Ends the call at once. A status that already came decides it all the same: after a 20x, another call is a duplicate. */
  stop(): void {
    if (this.#over) return;
    // Nothing else ends a call that waits for a connection: no clock of its own is running yet.
    this.#parts.pool.leave(this.#target.origin, this);
    if (this.#reader?.decided !== true) this.#fail(interrupted());
    else this.#judge(this.#reader, 'Posthorn was stopped before the response had ended.');
  }

  connect(): void {
    this.#connectStartedAt = performance.now();
    this.#parts.pool.begun(this.#target.origin);
    this.#connecting = new Connecting(this.#target, this.#call.connectTimeoutMs, this.#parts, this);
  }

  connected(connection: NewConnection): void {
    this.#connecting = undefined;
    this.#connectMs = Math.round(performance.now() - this.#connectStartedAt);
    this.serve(this.#parts.pool.open(this.#target.origin, connection));
  }

  connectFailed(failure: Failure): void {
    this.#fail(failure);
  }

  serve(connection: HttpConnection): void {
    const { headers, body } = this.#call;
    const { authority, path } = this.#target;
    this.#connection = connection;
    this.#written = false;
    this.#reader = connection.send(requestHead(authority, path, headers, body.length), body, this);
  }

  written(): void {
    this.#written = true;
    this.#clock ??= new Deadline(this.#call.replyTimeoutMs, this);
  }

  ended(progress: Progress): void {
    const [connection, reader] = [this.#connection, this.#reader];
    if (this.#over || connection === undefined || reader === undefined) return;
    if (progress === 'broken') {
      this.#brokeRule(reader, reader.breach ?? '');
      return;
    }
    if (progress === 'whole') this.#connection = undefined;
    this.#judge(reader, null);
    if (progress === 'whole') this.#parts.pool.put(connection);
  }

  failed(error: ExchangeError): void {
    if (this.#over) return;
    const connection = this.#connection;
    const served = connection?.served === true;
    connection?.destroy();
    this.#connection = undefined;
    if (this.#reader?.decided === true) {
      this.#judge(this.#reader, 'The connection broke before the response had ended.');
    } else if (served && !this.#written && error.code === CONNECTION_GONE) {
      // Not a byte was sent, so this is not even a repetition.
      this.connect();
    } else if (served && this.#reader?.answered !== true && isClosed(error)) {
      // Once only: the new connection has not served a call before.
      this.#repeated = true;
      this.connect();
    } else {
      this.#fail(exchangeFailure(this.#target.host, error), connection);
    }
  }

  #brokeRule(reader: ResponseReader, breach: string): void {
    if (reader.decided) this.#judge(reader, `The rest of the response is not valid HTTP: ${breach}.`);
    else this.#fail(malformed(this.#target.host, breach));
  }

  /** The reply clock. It also runs on while a repetition connects. */
  expired(): void {
    this.#fail(replyTimeout(this.#target.host, this.#call.replyTimeoutMs, this.#reader?.decided === true));
  }

  /** The status decides. @param note what went wrong with the rest of the response */
  #judge(reader: ResponseReader, note: string | null): void {
    const response = reader.take();
    if (response === null) return;
    if (isSuccessStatus(response.status)) {
      this.#end({ outcome: 'succeeded', response, error: note, ...this.#measured() });
      return;
    }
    const error = answered(response, this.#call.url);
    this.#end({ outcome: 'http_status', response, error, ...this.#measured() });
  }

  /** @param line whose address a retry is not to begin with, though connecting to it went well */
  #fail({ outcome, error }: Failure, connection = this.#connection): void {
    if (connection !== undefined && outcome !== 'interrupted') {
      this.#parts.failedAddresses.failed(this.#target.origin, connection.address);
    }
    this.#end({ outcome, response: this.#reader?.take() ?? null, error, ...this.#measured() });
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
    this.#connection?.destroy();
    this.#parts.underWay.delete(this.#stop, this);
    this.#resolve(result);
  }

  #giveUpConnecting(): void {
    if (this.#connecting === undefined) return;
    this.#connecting.cancel();
    this.#parts.pool.ended(this.#target.origin);
  }
}

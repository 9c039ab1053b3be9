// The engine's way out: one HTTP call, judged, bounded and timed by whoever implements this.
import type { CallResult } from '../domain/outcome.ts';

/** One call to make. Everything in it is final: the sender adds only what HTTP itself needs (host, content-length). */
export interface Call {
  /** The callback URL in its canonical form. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** DNS + TCP + TLS together, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** From the request being handed to the connected socket to the last byte of the response, in milliseconds. */
  readonly replyTimeoutMs: number;
}

export interface Sender {
  /**
   * Makes one POST. Never throws and never rejects: every way to fail is an outcome. The address is resolved and judged
   * anew for every connection, and a call is repeated once, at once, when a reused connection broke before any byte of
   * the reply (contract, "Retries").
   * @param stop ends the call at once: as `interrupted`, or by its status if that had come already
   */
  send(call: Call, stop: AbortSignal): Promise<CallResult>;
  /** Closes idle connections; calls under way are ended as `interrupted`. */
  close(): Promise<void>;
}

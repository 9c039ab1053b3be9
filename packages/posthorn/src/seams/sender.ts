// The engine's way out: one HTTP call, judged, bounded and timed by whoever implements this.
import type { Call } from '../domain/call.ts';
import type { CallResult } from '../domain/outcome.ts';

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

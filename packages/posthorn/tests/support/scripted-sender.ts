// Receivers that behave as they are told, in simulated time, and remember every call.

import type { Call } from '../../src/domain/call.ts';
import type { CallResult } from '../../src/domain/outcome.ts';
import type { Sender } from '../../src/seams/sender.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** How a receiver meets one call: after how long, and with what. `hang` runs into the call's own limits. */
export type Behaviour =
  | { readonly kind: 'answer'; readonly status: number; readonly afterMs: number }
  | { readonly kind: 'refuse'; readonly afterMs: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'local_error' };

/** One call as it went over the wire. */
export interface WireCall {
  readonly url: string;
  readonly attemptId: string;
  readonly correlationId: string;
  readonly signature: string;
  readonly headers: Call['headers'];
  readonly body: string;
  readonly startedAt: number;
  endedAt: number | undefined;
  outcome: CallResult['outcome'] | undefined;
}

const none = { connectMs: null, repeated: false, response: null };

export class ScriptedSender implements Sender {
  readonly #time: SimulatedTime;
  readonly #behave: (url: string, earlier: number) => Behaviour;
  readonly #onCall: (call: WireCall) => void;
  readonly #hear: (answer: () => void) => void;
  readonly #earlier = new Map<string, number>();

  /**
   * @param behave how the receiver behind `url` meets its next call, `earlier` calls after its first
   * @param onCall told of every call as it goes out
   * @param hear lets the caller hear the end of a call, if it still can
   */
  constructor(
    time: SimulatedTime,
    behave: (url: string, earlier: number) => Behaviour,
    onCall: (call: WireCall) => void,
    hear: (answer: () => void) => void = (answer) => answer(),
  ) {
    this.#time = time;
    this.#behave = behave;
    this.#onCall = onCall;
    this.#hear = hear;
  }

  send(call: Call, stop: AbortSignal): Promise<CallResult> {
    const earlier = this.#earlier.get(call.url) ?? 0;
    this.#earlier.set(call.url, earlier + 1);
    const wire = this.#wireCall(call);
    this.#onCall(wire);
    const { afterMs, result } = resultOf(this.#behave(call.url, earlier), call);
    return new Promise((resolve) => {
      const end = (final: CallResult) => {
        wire.endedAt ??= this.#time.now;
        wire.outcome = final.outcome;
        this.#hear(() => resolve(final));
      };
      const cancel = this.#time.plan(this.#time.now + afterMs, () => {
        stop.removeEventListener('abort', interrupt);
        end(result);
      });
      const interrupt = () => {
        cancel();
        const durationMs = this.#time.now - wire.startedAt;
        end({ ...none, durationMs, outcome: 'interrupted', error: 'The call was cut off.' });
      };
      if (stop.aborted) interrupt();
      else stop.addEventListener('abort', interrupt, { once: true });
    });
  }

  async close(): Promise<void> {}

  #wireCall(call: Call): WireCall {
    const header = (name: string) => call.headers.find(([key]) => key.endsWith(name))?.[1] ?? '';
    return {
      url: call.url,
      attemptId: header('-delivery'),
      correlationId: header('-correlationid'),
      signature: header('-signature'),
      headers: call.headers,
      body: new TextDecoder().decode(call.body),
      startedAt: this.#time.now,
      endedAt: undefined,
      outcome: undefined,
    };
  }
}

function resultOf(behaviour: Behaviour, call: Call): { afterMs: number; result: CallResult } {
  switch (behaviour.kind) {
    case 'answer': {
      const { afterMs, status } = behaviour;
      const response = { status, headers: [], body: new Uint8Array(), truncated: false };
      const result: CallResult =
        status >= 200 && status <= 209
          ? { ...none, durationMs: afterMs, outcome: 'succeeded', response, error: null }
          : { ...none, durationMs: afterMs, outcome: 'http_status', response, error: `It answered ${status}.` };
      return { afterMs, result };
    }
    case 'refuse':
      return {
        afterMs: behaviour.afterMs,
        result: { ...none, durationMs: behaviour.afterMs, outcome: 'connect_refused', error: 'It refused.' },
      };
    case 'hang':
      return {
        afterMs: call.replyTimeoutMs,
        result: { ...none, durationMs: call.replyTimeoutMs, outcome: 'reply_timeout', error: 'It never answered.' },
      };
    case 'local_error':
      return { afterMs: 1, result: { ...none, durationMs: 1, outcome: 'local_error', error: 'Out of sockets.' } };
  }
}

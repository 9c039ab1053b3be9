// The words between the receiver's process and the harness.

/** How a path of the receiver meets a call. `switched` changes at the harness's word. */
export const BEHAVIOURS = ['ok', 'hangs', 'fails', 'drips', 'floods', 'switched'] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];
export type SteadyBehaviour = Exclude<Behaviour, 'switched'>;

export type ToReceiver =
  | { readonly kind: 'listen'; readonly cert: string; readonly key: string; readonly behaviour: SteadyBehaviour }
  | { readonly kind: 'behaviour'; readonly behaviour: SteadyBehaviour }
  /** Calls whose payload gives a moment in this time are measured from now on, and those before are forgotten. */
  | { readonly kind: 'measure'; readonly from: number; readonly until: number }
  | { readonly kind: 'tell' };

export type FromReceiver =
  | { readonly kind: 'listening'; readonly port: number }
  | {
      readonly kind: 'told';
      /** From the moment in the payload to the whole call's arrival, in milliseconds. */
      readonly latencies: readonly number[];
      /** Calls since the measure was begun, whatever their payload says. */
      readonly calls: Readonly<Record<Behaviour, number>>;
    };

/** A payload of about 1 KB, with the moment at which it was posted on the machine's monotonic clock. */
export function payloadAt(moment: number): string {
  return `{"at":${moment.toFixed(3)},"filling":"${FILLING}"}`;
}

/** The moment in a body that begins with such a payload. */
export function momentIn(body: Buffer): number {
  return Number(body.toString('latin1', MOMENT_AT, body.indexOf(0x2c, MOMENT_AT)));
}

const FILLING = 'x'.repeat(1_000);
const MOMENT_AT = '{"at":'.length;

// Events in iAdvize's shapes, put in by the build from the server's own samples.

export interface SampleEvent {
  readonly type: string;
  /** Compact JSON. */
  readonly payload: string;
}

declare const SAMPLE_EVENTS: readonly SampleEvent[];

export const sampleEvents = SAMPLE_EVENTS;

// The demo's observations: accepted events, every call that reached a receiver, and where each delivery ended. Times are
// milliseconds on the demo's own monotonic clock, so that the service does not judge itself.

/** One delivery of an accepted event. */
export interface PromisedDelivery {
  readonly id: string;
  readonly eventId: string;
  readonly endpoint: string;
  /** When the event was posted. */
  readonly postedAt: number;
}

/** One call, as the receiver saw it. */
export interface SeenCall {
  readonly endpoint: string;
  /** Value of the delivery header: new for every call. */
  readonly callId: string;
  /** Value of the correlation id header: the event. */
  readonly eventId: string;
  /** `undefined` when the signature was right. */
  readonly refusal: string | undefined;
  /** The body itself: every call of an event must carry the same bytes. */
  readonly body: string;
  readonly arrivedAt: number;
  /** When the answer was written, or the caller gave up; later ones may not have one yet. */
  endedAt: number | undefined;
  /** False when the caller gave up waiting. */
  answered: boolean;
}

/** Where a delivery ended, as the API tells it. */
export interface Ending {
  readonly state: string;
  readonly attempts: number;
}

export interface Ledger {
  readonly promised: PromisedDelivery[];
  readonly calls: SeenCall[];
  readonly endings: Map<string, Ending>;
}

export const emptyLedger = (): Ledger => ({ promised: [], calls: [], endings: new Map() });

/** The calls of one delivery, in the order they came. */
export function callsOf(ledger: Ledger, delivery: Pick<PromisedDelivery, 'eventId' | 'endpoint'>): SeenCall[] {
  return ledger.calls.filter((call) => call.endpoint === delivery.endpoint && call.eventId === delivery.eventId);
}

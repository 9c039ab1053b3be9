// The stream's messages of a short while, put together: however many attempts were made, a page has one thing to do about it.
import type { DeliveryState, Outcome } from '../api/answers.ts';
import type { ServerSent } from './server-sent.ts';

/** An attempt that is on disk, and what follows from it: the data of the stream's message `attempted`. */
export interface AttemptMessage {
  readonly tenant: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly deliveryId: string;
  readonly eventType: string;
  readonly number: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly state: DeliveryState;
  readonly nextAttemptAt: string | null;
  readonly late: boolean;
}

/** Deliveries that are told apart; of more than these it is only known that there are many. */
export const MAX_TOLD_APART = 2_000;

export class Changes {
  /** The latest attempt of each delivery. */
  readonly attempts = new Map<string, AttemptMessage>();
  /** Deliveries whose call is under way. */
  readonly started = new Set<string>();
  readonly #endpoints = new Set<string>();
  readonly #events = new Set<string>();
  #accepted = 0;
  #everything = false;

  /** That anything may have changed. */
  static ofEverything(): Changes {
    const changes = new Changes();
    changes.#everything = true;
    return changes;
  }

  /** Events that were accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Something may have been missed, or there was too much to tell apart: whatever is shown may have changed. */
  get everything(): boolean {
    return this.#everything;
  }

  /** Takes in a message of the stream. Kinds that are not known, of a later version, are left alone. */
  add({ kind, data }: ServerSent): void {
    if (kind === 'ready' || kind === 'reset') this.#everything = true;
    else if (kind === 'accepted') this.#accepted += 1;
    else if (kind === 'started') this.#start(JSON.parse(data));
    else if (kind === 'attempted') this.#attempt(JSON.parse(data));
  }

  /** Whether a delivery may have changed. */
  ofDelivery(id: string): boolean {
    return this.#everything || this.attempts.has(id) || this.started.has(id);
  }

  /** Whether deliveries to an endpoint may have changed. */
  ofEndpoint(id: string): boolean {
    return this.#everything || this.#endpoints.has(id);
  }

  /** Whether deliveries of an event may have changed. */
  ofEvent(id: string): boolean {
    return this.#everything || this.#events.has(id);
  }

  #start({ deliveryId }: Pick<AttemptMessage, 'deliveryId'>): void {
    if (this.started.size < MAX_TOLD_APART) this.started.add(deliveryId);
    else this.#everything = true;
  }

  #attempt(attempt: AttemptMessage): void {
    if (this.attempts.size >= MAX_TOLD_APART && !this.attempts.has(attempt.deliveryId)) {
      this.#everything = true;
      return;
    }
    this.attempts.set(attempt.deliveryId, attempt);
    this.#endpoints.add(attempt.endpointId);
    this.#events.add(attempt.eventId);
  }
}

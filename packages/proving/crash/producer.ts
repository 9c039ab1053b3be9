// The application that posts events: many at once over kept connections, noting what it was promised. An event whose answer
// is missing or not a yes is posted again under the same id until there is a yes, as a careful caller does.
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Dice } from '../../posthorn/tests/support/dice.ts';
import { now } from '../../posthorn/tests/support/waiting.ts';
import { API_KEY, TENANT } from '../support/api.ts';
import { payloadOf } from './payload.ts';

/** After a refusal, and while no service is there to be asked. */
const REFUSED_PAUSE_MS = 100;
const ABSENT_PAUSE_MS = 10;
/** No fault here lasts as long; after it the service is given up. */
const GIVE_UP_MS = 60_000;

export interface PromisedDelivery {
  readonly id: string;
  readonly endpointId: string;
}

/** An event that was answered with a yes. */
export interface Accepted {
  readonly event: string;
  readonly type: string;
  /** When the yes came. */
  readonly at: number;
  readonly deliveries: readonly PromisedDelivery[];
}

/** A 503. */
export interface Refusal {
  readonly at: number;
  readonly detail: string;
}

export interface ProducerOptions {
  /** Where a service may be asked now; `undefined` when there is none. */
  readonly target: () => string | undefined;
  readonly dice: Dice;
  readonly types: readonly [string, ...string[]];
  /** How many post at once. */
  readonly posters: number;
  /** Each poster thinks between two events, up to this long: the rate must leave the machine room for its faults. */
  readonly thinkMs: number;
  /** An answer that takes longer is given up. */
  readonly answerLimitMs: number;
}

export class Producer {
  readonly accepted: Accepted[] = [];
  readonly refusals: Refusal[] = [];
  /** Answers that no caller should ever get. */
  readonly oddities: string[] = [];
  /** Every id that was posted, answered or not. */
  readonly posted = new Set<string>();
  /** Answers that never came: refused and broken connections, time over. */
  unanswered = 0;
  readonly #options: ProducerOptions;
  readonly #agent: Agent;
  #posters: Promise<void>[] = [];
  #stopping = false;
  #closed = false;

  constructor(options: ProducerOptions) {
    this.#options = options;
    this.#agent = new Agent({
      connections: options.posters,
      headersTimeout: options.answerLimitMs,
      bodyTimeout: options.answerLimitMs,
    });
  }

  start(): void {
    this.#stopping = false;
    this.#posters = Array.from({ length: this.#options.posters }, () => this.#keepPosting());
  }

  /** Resolves when every event that was begun has its yes. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#posters);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopping = true;
    await this.#agent.destroy();
  }

  /**
   * Posts one event until there is a yes.
   * @throws when there is none for a minute
   */
  async post(type: string): Promise<Accepted> {
    const accepted = await this.postAside(type);
    this.accepted.push(accepted);
    return accepted;
  }

  /** Posts an event until there is a yes, without counting on it to be delivered. */
  async postAside(type: string): Promise<Accepted> {
    const event = crypto.randomUUID();
    this.posted.add(event);
    const began = now();
    while (!this.#closed && now() - began < GIVE_UP_MS) {
      const accepted = await this.#ask(event, type);
      if (accepted !== undefined) return accepted;
    }
    throw new Error(`event ${event} got no yes in ${Math.round((now() - began) / 1_000)} s`);
  }

  /** Posts an accepted event once more. @returns whether it was answered as the first time */
  async repeats({ event, type, deliveries }: Accepted): Promise<boolean> {
    const again = await this.#ask(event, type);
    return JSON.stringify(again?.deliveries) === JSON.stringify(deliveries);
  }

  /** The first yes from this moment on; `undefined` when there has been none. */
  firstAcceptedAfter(moment: number): number | undefined {
    return firstAfter(this.accepted, moment);
  }

  firstRefusedAfter(moment: number): number | undefined {
    return firstAfter(this.refusals, moment);
  }

  async #keepPosting(): Promise<void> {
    const { dice, types, thinkMs } = this.#options;
    while (!this.#stopping) {
      try {
        await this.post(dice.pick([...types]));
      } catch (error) {
        if (!this.#closed) this.oddities.push(String(error));
        return;
      }
      await delay(dice.between(0, thinkMs));
    }
  }

  async #ask(event: string, type: string): Promise<Accepted | undefined> {
    const url = this.#options.target();
    if (url === undefined) {
      await delay(ABSENT_PAUSE_MS);
      return undefined;
    }
    try {
      const { statusCode, headers, body } = await request(`${url}/v1/tenants/${TENANT}/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: `{"id":"${event}","type":"${type}","payload":${payloadOf(event)}}`,
        dispatcher: this.#agent,
      });
      const text = await body.text();
      if (statusCode === 202 || statusCode === 200) {
        const { deliveries }: { deliveries: PromisedDelivery[] } = JSON.parse(text);
        return { event, type, at: now(), deliveries };
      }
      this.#noteRefusal(statusCode, String(headers['content-type']), text);
      await delay(REFUSED_PAUSE_MS);
    } catch {
      this.unanswered++;
      await delay(ABSENT_PAUSE_MS);
    }
    return undefined;
  }

  #noteRefusal(status: number, type: string, text: string): void {
    if (status !== 503 || !type.startsWith('application/problem+json')) {
      this.oddities.push(`an event was answered ${status} (${type}): ${text.slice(0, 300)}`);
      return;
    }
    const { detail = '' }: { detail?: string } = JSON.parse(text);
    this.refusals.push({ at: now(), detail });
  }
}

function firstAfter(list: readonly { readonly at: number }[], moment: number): number | undefined {
  return list.find(({ at }) => at >= moment)?.at;
}

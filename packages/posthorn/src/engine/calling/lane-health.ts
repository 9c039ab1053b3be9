// How calls end, as lanes see it, and which endpoints are known to hang though they have no lane. One that gets an event now and
// then has none between two calls: if it were forgotten, each call would take a slot as if it were the first one.
import type { EndpointId } from '../../domain/ids.ts';
import type { Outcome } from '../../domain/outcome.ts';

/** How the last call of a lane ended: it succeeded, it failed, or it ran out of time. */
export type LaneHealth = 'healthy' | 'failing' | 'hanging';

/** The endpoint's health after a call; `undefined` when the call says nothing: we have cut it off. */
export function healthAfter(outcome: Outcome): LaneHealth | undefined {
  if (outcome === 'interrupted') return undefined;
  if (outcome === 'connect_timeout' || outcome === 'reply_timeout') return 'hanging';
  return outcome === 'succeeded' ? 'healthy' : 'failing';
}

/** Remembers the latest 20,000 to 40,000 endpoints, about 100 bytes each. */
const REMEMBERED = 20_000;

/** Endpoints that have no lane just now, and whose last call ran out of time. */
export class HangingEndpoints {
  /**
   * In two generations, the elder of which goes as a whole: a set that gives up its oldest entry each time looks for it for
   * longer than a call takes to begin.
   */
  #younger = new Set<EndpointId>();
  #elder = new Set<EndpointId>();

  note(endpointId: EndpointId): void {
    this.#younger.add(endpointId);
    if (this.#younger.size < REMEMBERED) return;
    this.#elder = this.#younger;
    this.#younger = new Set();
  }

  /** Whether the last call of an endpoint that gets a lane ran out of time. From now on the lane knows it, and it is forgotten here. */
  take(endpointId: EndpointId): boolean {
    const [younger, elder] = [this.#younger.delete(endpointId), this.#elder.delete(endpointId)];
    return younger || elder;
  }
}

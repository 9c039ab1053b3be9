// How calls end, as lanes see it, and what is remembered of lanes that are gone. An endpoint in trouble that gets an event now
// and then has no lane between two calls: without this, each of its calls would be the first one.
import type { EndpointId } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';

/** How the last call of a lane ended: it succeeded, it failed, or it ran out of time. */
export type Manner = 'well' | 'failing' | 'slow';

/** What the end of a call says of the endpoint; `undefined` when that is nothing: we have cut it off. */
export function mannerOf(outcome: Outcome): Manner | undefined {
  if (outcome === 'interrupted') return undefined;
  if (outcome === 'connect_timeout' || outcome === 'reply_timeout') return 'slow';
  return outcome === 'succeeded' ? 'well' : 'failing';
}

/** So many endpoints are remembered at least, those noted last, and at most twice as many: about 100 bytes each. */
const REMEMBERED = 20_000;

export class Manners {
  /**
   * Only those that are not `well`, in two generations, the elder of which goes as a whole: a map that gives up its oldest
   * entry each time looks for it for longer than a call takes to begin.
   */
  #younger = new Map<EndpointId, Manner>();
  #elder = new Map<EndpointId, Manner>();

  /** Keeps how the last call of a lane ended that is no more. */
  remember(endpointId: EndpointId, manner: Manner): void {
    if (manner === 'well') return;
    this.#younger.set(endpointId, manner);
    if (this.#younger.size < REMEMBERED) return;
    this.#elder = this.#younger;
    this.#younger = new Map();
  }

  /** How the last call ended before this endpoint got a lane again. From now on the lane knows it, and it is forgotten here. */
  recall(endpointId: EndpointId): Manner {
    const manner = this.#younger.get(endpointId) ?? this.#elder.get(endpointId) ?? 'well';
    this.#younger.delete(endpointId);
    this.#elder.delete(endpointId);
    return manner;
  }
}

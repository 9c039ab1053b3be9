// Which endpoints an event went to, and why the others did not get it.
import { matches } from '../../../posthorn/src/domain/event-type.ts';
import type { Endpoint } from '../api/answers.ts';

/** The facts of an endpoint that decide. */
type Subscriber = Pick<Endpoint, 'id' | 'enabled' | 'eventTypes'>;

export interface Match<Of extends Subscriber> {
  readonly endpoint: Of;
  /** Its delivery; `undefined` when it got none. */
  readonly deliveryId: string | undefined;
  /** Why it got it, or why not. */
  readonly reason: string;
}

/** @param deliveries as the answer to posting the event named them */
export function explainMatches<Of extends Subscriber>(
  type: string,
  endpoints: readonly Of[],
  deliveries: readonly { readonly id: string; readonly endpointId: string }[],
): readonly Match<Of>[] {
  const byEndpoint = new Map(deliveries.map(({ id, endpointId }) => [endpointId, id]));
  return endpoints
    .map((endpoint) => {
      const deliveryId = byEndpoint.get(endpoint.id);
      return { endpoint, deliveryId, reason: reasonOf(type, endpoint, deliveryId !== undefined) };
    })
    .sort((a, b) => Number(b.deliveryId !== undefined) - Number(a.deliveryId !== undefined));
}

function reasonOf(type: string, { enabled, eventTypes }: Subscriber, got: boolean): string {
  const wanted = eventTypes?.find((each) => matches([each], type));
  if (eventTypes !== null && wanted === undefined) return `Wants only ${eventTypes.join(', ')}${got ? ' by now' : ''}`;
  if (got) return wanted === undefined ? 'Wants all events' : `Wants ${wanted}`;
  return enabled ? 'Was changed or created after the event' : 'Is disabled';
}

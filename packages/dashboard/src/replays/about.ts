// A replay's filter, in a line.
import type { Endpoint, Replay } from '../api/answers.ts';
import { shortId, shortUrl } from '../endpoints/name.tsx';
import { inert } from '../parts/inert.ts';

/** `Exhausted deliveries of user.* to CRM production`. */
export function aboutText(
  { states, endpointId, eventTypes }: Pick<Replay, 'states' | 'endpointId' | 'eventTypes'>,
  endpoints: readonly Endpoint[],
): string {
  const types = eventTypes === null ? '' : ` of ${eventTypes.join(', ')}`;
  const [first = '', ...others] = states;
  const kinds = [first.charAt(0).toUpperCase() + first.slice(1), ...others].join(' and ');
  return `${kinds} deliveries${types} to ${endpointText(endpointId, endpoints)}`;
}

function endpointText(id: string | null, endpoints: readonly Endpoint[]): string {
  if (id === null) return 'every endpoint';
  const endpoint = endpoints.find((each) => each.id === id);
  if (endpoint === undefined) return `endpoint ${shortId(id)}`;
  return inert(endpoint.description) || shortUrl(endpoint.url);
}

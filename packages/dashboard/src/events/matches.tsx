// Where an event went, endpoint by endpoint.
import { Link } from 'wouter';
import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import { useEndpoints } from '../api/queries.ts';
import { EndpointName } from '../endpoints/name.tsx';
import { Badge } from '../parts/badge.tsx';
import { explainMatches } from './matching.ts';

/** Those that got it come first. */
const MAX_SHOWN = 100;

interface MatchesProps {
  readonly tenant: string;
  readonly type: string;
  readonly deliveries: readonly { readonly id: string; readonly endpointId: string }[];
}

export function Matches({ tenant, type, deliveries }: MatchesProps) {
  const endpoints = useEndpoints(tenant);
  const base = `/t/${encodeURIComponent(tenant)}`;
  const matches = explainMatches(type, endpoints.data ?? [], deliveries);
  return (
    <ul className="matches">
      {matches.slice(0, MAX_SHOWN).map(({ endpoint, deliveryId, reason }) => (
        <li key={endpoint.id}>
          <Badge tone={deliveryId === undefined ? 'quiet' : 'good'}>
            {deliveryId === undefined ? 'Not sent' : 'Sent'}
          </Badge>
          <Link href={`${base}/endpoints/${endpoint.id}`}>
            <EndpointName endpoint={endpoint} id={endpoint.id} />
          </Link>
          <span className="muted">{reason}</span>
          {deliveryId !== undefined && <Link href={`${base}/deliveries/${deliveryId}`}>Delivery</Link>}
        </li>
      ))}
      {matches.length > MAX_SHOWN && <li className="muted">And {countText(matches.length - MAX_SHOWN)} more.</li>}
      {endpoints.data?.length === 0 && <li className="muted">The tenant has no endpoints; the event is kept.</li>}
    </ul>
  );
}

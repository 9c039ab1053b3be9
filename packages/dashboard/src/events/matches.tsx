// Where an event went, endpoint by endpoint.
import { Link } from 'wouter';
import { useEndpoints } from '../api/queries.ts';
import { EndpointName } from '../endpoints/name.tsx';
import { Badge } from '../parts/badge.tsx';
import { explainMatches } from './matching.ts';

interface MatchesProps {
  readonly tenant: string;
  readonly type: string;
  readonly deliveries: readonly { readonly id: string; readonly endpointId: string }[];
}

export function Matches({ tenant, type, deliveries }: MatchesProps) {
  const endpoints = useEndpoints(tenant);
  const base = `/t/${encodeURIComponent(tenant)}`;
  return (
    <ul className="matches">
      {explainMatches(type, endpoints.data ?? [], deliveries).map(({ endpoint, deliveryId, reason }) => (
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
      {endpoints.data?.length === 0 && <li className="muted">The tenant has no endpoints; the event is kept.</li>}
    </ul>
  );
}

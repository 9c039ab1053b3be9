// Where an event went, endpoint by endpoint.
import { Link } from 'wouter';
import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import { EndpointName } from '../endpoints/name.tsx';
import { Badge } from '../parts/badge.tsx';
import { MAX_SHOWN, ONLY_THE_NEWEST, useMatches } from './use-matches.ts';

interface MatchesProps {
  readonly tenant: string;
  readonly type: string;
  readonly deliveries: readonly { readonly id: string; readonly endpointId: string }[];
}

export function Matches({ tenant, type, deliveries }: MatchesProps) {
  const base = `/t/${encodeURIComponent(tenant)}`;
  const { matches, count, more, none } = useMatches(tenant, type, deliveries);
  const shown = matches.slice(0, MAX_SHOWN);
  return (
    <ul className="matches">
      {shown.map(({ endpoint, deliveryId, reason }) => (
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
      {count > shown.length && <li className="muted">And {countText(count - shown.length)} more.</li>}
      {more && <li className="muted">{ONLY_THE_NEWEST}</li>}
      {none && <li className="muted">The tenant has no endpoints; the event is kept.</li>}
    </ul>
  );
}

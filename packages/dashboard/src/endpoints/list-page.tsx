// The endpoints of a tenant, with how their latest deliveries went.
import { useState } from 'react';
import { Link } from 'wouter';
import { useEndpoints, useRecentDeliveries } from '../api/queries.ts';
import type { Delivery, Endpoint } from '../api/shapes.ts';
import { usePageTitle } from '../frame/frame.tsx';
import { healthOf, percentText } from '../overview/health.ts';
import { EnabledBadge } from '../parts/badge.tsx';
import { inert } from '../parts/inert.ts';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { shortUrl } from './name.tsx';
import { NewEndpoint } from './new-form.tsx';

/** Rows before somebody must ask for the rest. */
const SHOWN_ROWS = 200;

export function EndpointsPage({ tenant }: { readonly tenant: string }) {
  usePageTitle('Endpoints');
  const endpoints = useEndpoints(tenant);
  const recent = useRecentDeliveries(tenant);
  const [adding, setAdding] = useState(false);
  const list = endpoints.data;
  const none = list?.length === 0;
  return (
    <>
      <div className="page-head">
        <h1>Endpoints</h1>
        {!adding && !none && (
          <button type="button" className="button primary" onClick={() => setAdding(true)}>
            Add endpoint
          </button>
        )}
      </div>
      {endpoints.isPending && <Loading />}
      {endpoints.isError && <Failed error={endpoints.error} again={() => void endpoints.refetch()} />}
      {none && (
        <Empty title="No endpoints yet">
          <p>An endpoint is a callback URL that wants events.</p>
        </Empty>
      )}
      {(adding || none) && <NewEndpoint tenant={tenant} cancel={none ? undefined : () => setAdding(false)} />}
      {list !== undefined && list.length > 0 && (
        <EndpointTable tenant={tenant} endpoints={list} deliveries={recent.data?.data ?? []} />
      )}
    </>
  );
}

interface EndpointTableProps {
  readonly tenant: string;
  readonly endpoints: readonly Endpoint[];
  readonly deliveries: readonly Delivery[];
}

function EndpointTable({ tenant, endpoints, deliveries }: EndpointTableProps) {
  const [shown, setShown] = useState(SHOWN_ROWS);
  const byEndpoint = Map.groupBy(deliveries, ({ endpointId }) => endpointId);
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Endpoint</th>
            <th scope="col">Wants</th>
            <th scope="col">State</th>
            <th scope="col" className="number">
              Recent success
            </th>
          </tr>
        </thead>
        <tbody>
          {endpoints.slice(0, shown).map(({ id, url, description, eventTypes, enabled }) => (
            <tr key={id}>
              <td className="two-lines">
                <Link href={`/t/${encodeURIComponent(tenant)}/endpoints/${id}`}>
                  {inert(description) || shortUrl(url)}
                </Link>
                <small className="muted">{inert(url)}</small>
              </td>
              <td className="types">{eventTypes === null ? 'all events' : eventTypes.join(', ')}</td>
              <td>
                <EnabledBadge enabled={enabled} />
              </td>
              <td className="number">{percentText(healthOf(byEndpoint.get(id) ?? []).successRate)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown < endpoints.length && (
        <button type="button" className="button" onClick={() => setShown(shown + SHOWN_ROWS)}>
          Show more of {endpoints.length}
        </button>
      )}
    </div>
  );
}

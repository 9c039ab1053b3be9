// The endpoints of a tenant, and which of them have trouble.
import { useState } from 'react';
import { Link } from 'wouter';
import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import { useEndpoints, useStatistics } from '../api/queries.ts';
import type { Endpoint, Trouble } from '../api/shapes.ts';
import { usePageTitle } from '../frame/frame.tsx';
import { Badge, EnabledBadge } from '../parts/badge.tsx';
import { inert } from '../parts/inert.ts';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { shortUrl } from './name.tsx';
import { NewEndpoint } from './new-form.tsx';
import { unlistedText } from './trouble.ts';

/** Rows before somebody must ask for the rest. */
const SHOWN_ROWS = 200;

export function EndpointsPage({ tenant }: { readonly tenant: string }) {
  usePageTitle('Endpoints');
  const endpoints = useEndpoints(tenant);
  const statistics = useStatistics(tenant, 'day');
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
        <EndpointTable tenant={tenant} endpoints={list} troubles={statistics.data?.worst} />
      )}
    </>
  );
}

interface EndpointTableProps {
  readonly tenant: string;
  readonly endpoints: readonly Endpoint[];
  /** Endpoints that had trouble within a day, the worst ones if there are many; `undefined` while that is not known. */
  readonly troubles: readonly Trouble[] | undefined;
}

function EndpointTable({ tenant, endpoints, troubles }: EndpointTableProps) {
  const [shown, setShown] = useState(SHOWN_ROWS);
  const byEndpoint = new Map(troubles?.map((trouble) => [trouble.endpointId, trouble]));
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Endpoint</th>
            <th scope="col">Wants</th>
            <th scope="col">State</th>
            <th scope="col">Last 24 hours</th>
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
              <td className="types">
                <span title={eventTypes?.join(', ')}>{eventTypes === null ? 'all events' : eventTypes.join(', ')}</span>
              </td>
              <td>
                <EnabledBadge enabled={enabled} />
              </td>
              <td className="two-lines">
                {troubles !== undefined && <Health trouble={byEndpoint.get(id)} unlisted={unlistedText(troubles)} />}
              </td>
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

interface HealthProps {
  readonly trouble: Trouble | undefined;
  /** The text when there is none. */
  readonly unlisted: string;
}

function Health({ trouble, unlisted }: HealthProps) {
  if (trouble === undefined) return <span className="muted">{unlisted}</span>;
  const { failedAttempts, attempts, exhausted } = trouble;
  return (
    <>
      {exhausted > 0 && <Badge tone="bad">{`${countText(exhausted)} exhausted`}</Badge>}
      <small className="muted">
        {countText(failedAttempts)} of {countText(attempts)} attempts failed
      </small>
    </>
  );
}

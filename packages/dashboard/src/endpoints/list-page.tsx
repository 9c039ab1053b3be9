// The endpoints of a tenant, page by page and found by a text, and which of them have trouble.
import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import type { Endpoint, Trouble } from '../api/answers.ts';
import { withQuery } from '../api/client.ts';
import { useEndpointList, useStatistics } from '../api/queries.ts';
import { usePageTitle } from '../frame/frame.tsx';
import { Badge, EnabledBadge } from '../parts/badge.tsx';
import { inert } from '../parts/inert.ts';
import { SearchField } from '../parts/search-field.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { shortUrl } from './name.tsx';
import { NewEndpoint } from './new-form.tsx';
import { unlistedText } from './trouble.ts';

export function EndpointsPage({ tenant }: { readonly tenant: string }) {
  usePageTitle('Endpoints');
  const [search, find] = useSearchedText();
  const endpoints = useEndpointList(tenant, search);
  const statistics = useStatistics(tenant, 'day');
  const [adding, setAdding] = useState(false);
  const list = endpoints.data?.pages.flatMap(({ data }) => data);
  const none = search === '' && list?.length === 0;
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
          <p>An endpoint is a callback URL that receives events.</p>
        </Empty>
      )}
      {(adding || none) && <NewEndpoint tenant={tenant} cancel={none ? undefined : () => setAdding(false)} />}
      {!none && (
        <div className="filters">
          <SearchField label="Search by description, host or id" value={search} search={find} />
        </div>
      )}
      {search !== '' && list?.length === 0 && !endpoints.isPlaceholderData && (
        <Empty title="No endpoint is found">
          <p>No endpoint has this text in its description, host or id.</p>
          <button type="button" className="button" onClick={() => find('')}>
            Show all
          </button>
        </Empty>
      )}
      {list !== undefined && list.length > 0 && (
        <>
          <EndpointTable tenant={tenant} endpoints={list} troubles={statistics.data?.worst} />
          <div className="list-foot muted">
            <span role="status">{footText(list.length, endpoints.hasNextPage, search)}</span>
            {endpoints.hasNextPage && (
              <button
                type="button"
                className="button"
                disabled={endpoints.isFetchingNextPage}
                onClick={() => void endpoints.fetchNextPage()}
              >
                Show more
              </button>
            )}
          </div>
        </>
      )}
    </>
  );
}

/** The text of the address that endpoints are searched by, and a way to change it. */
function useSearchedText(): readonly [string, (text: string) => void] {
  const [path, go] = useLocation();
  const given = new URLSearchParams(useSearch()).get('search') ?? '';
  return [given, (text) => go(withQuery(path, { search: text }), { replace: true })];
}

function footText(count: number, hasMore: boolean, search: string): string {
  if (hasMore) return `The newest ${countText(count)} are shown; there are more.`;
  return search === '' ? 'That is all.' : `${countText(count)} found.`;
}

interface EndpointTableProps {
  readonly tenant: string;
  readonly endpoints: readonly Endpoint[];
  /** Endpoints that had trouble within a day, the worst ones if there are many; `undefined` while that is not known. */
  readonly troubles: readonly Trouble[] | undefined;
}

function EndpointTable({ tenant, endpoints, troubles }: EndpointTableProps) {
  const byEndpoint = new Map(troubles?.map((trouble) => [trouble.endpointId, trouble]));
  return (
    <div className="scroll-x endpoint-list">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Endpoint</th>
            <th scope="col" className="types">
              Wants
            </th>
            <th scope="col">State</th>
            <th scope="col">Last 24 hours</th>
          </tr>
        </thead>
        <tbody>
          {endpoints.map(({ id, url, description, eventTypes, enabled }) => (
            <tr key={id}>
              <td className="two-lines">
                <Link href={`/t/${encodeURIComponent(tenant)}/endpoints/${id}`}>
                  {inert(description) || shortUrl(url)}
                </Link>
                <small className="muted">{inert(url)}</small>
                <small className="muted phone-only">{typesText(eventTypes)}</small>
              </td>
              <td className="types">
                <span title={eventTypes?.join(', ')}>{typesText(eventTypes)}</span>
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
    </div>
  );
}

const typesText = (eventTypes: Endpoint['eventTypes']): string =>
  eventTypes === null ? 'all events' : eventTypes.join(', ');

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

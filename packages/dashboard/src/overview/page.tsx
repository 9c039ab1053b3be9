// How things are for a tenant, at a glance: of its latest deliveries, how many arrive, and where they do not.
import { Link } from 'wouter';
import { withQuery } from '../api/client.ts';
import { useEndpoints, useRecentDeliveries } from '../api/queries.ts';
import type { Delivery, Endpoint } from '../api/shapes.ts';
import { EndpointName } from '../endpoints/name.tsx';
import { usePageTitle } from '../frame/frame.tsx';
import { EnabledBadge } from '../parts/badge.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { Bars } from './bars.tsx';
import { healthOf, percentText, spansOf, worstFirst } from './health.ts';

const SPANS = 48;

export function OverviewPage({ tenant }: { readonly tenant: string }) {
  usePageTitle('Overview');
  const recent = useRecentDeliveries(tenant);
  const endpoints = useEndpoints(tenant);
  const base = `/t/${encodeURIComponent(tenant)}`;
  const deliveries = recent.data?.data;
  return (
    <>
      <div className="page-head">
        <h1>Overview</h1>
      </div>
      {recent.isPending && <Loading />}
      {recent.isError && <Failed error={recent.error} again={() => void recent.refetch()} />}
      {deliveries !== undefined && deliveries.length === 0 && (
        <Empty title="Nothing has been delivered yet">
          {endpoints.data?.length === 0 ? (
            <p>
              Begin with <Link href={`${base}/endpoints`}>an endpoint</Link>: a callback URL that wants events.
            </p>
          ) : (
            <p>
              <Link href={`${base}/events`}>Send a test event</Link> to see one arrive.
            </p>
          )}
        </Empty>
      )}
      {deliveries !== undefined && deliveries.length > 0 && (
        <>
          <Numbers base={base} deliveries={deliveries} />
          <Worst base={base} deliveries={deliveries} endpoints={endpoints.data ?? []} />
        </>
      )}
    </>
  );
}

interface PartProps {
  readonly base: string;
  readonly deliveries: readonly Delivery[];
}

function Numbers({ base, deliveries }: PartProps) {
  const health = healthOf(deliveries);
  const oldest = deliveries.at(-1);
  const tiles = [
    ['Success rate', percentText(health.successRate), undefined],
    ['Succeeded', health.succeeded, 'succeeded'],
    ['Exhausted', health.exhausted, 'exhausted'],
    ['Retrying or waiting', health.retrying + health.waiting, 'pending'],
  ] as const;
  return (
    <section className="card" aria-label="Latest deliveries in numbers">
      <dl className="tiles">
        {tiles.map(([name, value, state]) => (
          <div key={name} className={`tile ${state === 'exhausted' && health.exhausted > 0 ? 'bad' : ''}`}>
            <dt>{name}</dt>
            <dd>{state === undefined ? value : <Link href={`${base}/deliveries?state=${state}`}>{value}</Link>}</dd>
          </div>
        ))}
      </dl>
      <Bars spans={spansOf(deliveries, SPANS, Date.now())} />
      <p className="bars-foot muted">
        {oldest !== undefined && <Moment at={oldest.createdAt} />}
        <span>the latest {deliveries.length} deliveries</span>
        <span>now</span>
      </p>
    </section>
  );
}

function Worst({ base, deliveries, endpoints }: PartProps & { readonly endpoints: readonly Endpoint[] }) {
  const byId = new Map(endpoints.map((each) => [each.id, each]));
  return (
    <section aria-labelledby="worst-title">
      <h2 id="worst-title">Endpoints, worst first</h2>
      <div className="scroll-x">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Endpoint</th>
              <th scope="col" className="number">
                Success
              </th>
              <th scope="col" className="number">
                Exhausted
              </th>
              <th scope="col" className="number">
                Retrying
              </th>
              <th scope="col" className="number">
                Succeeded
              </th>
            </tr>
          </thead>
          <tbody>
            {worstFirst(deliveries).map(({ endpointId, health }) => {
              const endpoint = byId.get(endpointId);
              return (
                <tr key={endpointId}>
                  <td>
                    {endpoint === undefined ? (
                      <EndpointName endpoint={endpoint} id={endpointId} />
                    ) : (
                      <Link href={`${base}/endpoints/${endpointId}`}>
                        <EndpointName endpoint={endpoint} id={endpointId} />
                      </Link>
                    )}{' '}
                    {endpoint?.enabled === false && <EnabledBadge enabled={false} />}
                  </td>
                  <td className="number">{percentText(health.successRate)}</td>
                  <td className="number">
                    {health.exhausted === 0 ? (
                      0
                    ) : (
                      <Link href={withQuery(`${base}/deliveries`, { state: 'exhausted', endpointId })}>
                        {health.exhausted}
                      </Link>
                    )}
                  </td>
                  <td className="number">{health.retrying}</td>
                  <td className="number">{health.succeeded}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

// The endpoints that had most trouble, worst first.
import { useQueries } from '@tanstack/react-query';
import { Link } from 'wouter';
import { countText, percentText } from '../../../posthorn/src/apps/words/figures.ts';
import type { Endpoint, Trouble } from '../api/answers.ts';
import { withQuery } from '../api/client.ts';
import { endpointQuery } from '../api/queries.ts';
import { EndpointName, shortId } from '../endpoints/name.tsx';
import { EnabledBadge } from '../parts/badge.tsx';
import { Moment } from '../parts/moment.tsx';

interface WorstProps {
  readonly worst: readonly Trouble[];
  /** Since when it was counted. */
  readonly since: string;
  /** Of more than one tenant: whose each of them is, is said. */
  readonly ofAll: boolean;
}

export function Worst({ worst, since, ofAll }: WorstProps) {
  const endpoints = useQueries({
    queries: worst.map(({ tenant, endpointId }) => endpointQuery(tenant, endpointId)),
  });
  return (
    <section className="card worst" aria-labelledby="worst-title">
      <h2 id="worst-title">Endpoints in trouble, worst first</h2>
      {worst.length === 0 ? (
        <p className="muted">None: no attempt has failed in this time.</p>
      ) : (
        <div className="scroll-x plain-box">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Endpoint</th>
                {ofAll && <th scope="col">Tenant</th>}
                <th scope="col">Attempts that failed</th>
                <th scope="col" className="number">
                  Exhausted
                </th>
                <th scope="col" className="number">
                  Last failure
                </th>
              </tr>
            </thead>
            <tbody>
              {worst.map((trouble, index) => (
                <Row
                  key={trouble.endpointId}
                  trouble={trouble}
                  endpoint={endpoints[index]?.data}
                  known={endpoints[index]?.isPending !== true}
                  since={since}
                  ofAll={ofAll}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

interface RowProps {
  readonly trouble: Trouble;
  readonly endpoint: Endpoint | undefined;
  /** Whether it was looked up already. */
  readonly known: boolean;
  readonly since: string;
  readonly ofAll: boolean;
}

function Row({ trouble, endpoint, known, since, ofAll }: RowProps) {
  const { tenant, endpointId, attempts, failedAttempts, exhausted, lastFailedAt } = trouble;
  const base = `/t/${encodeURIComponent(tenant)}`;
  const failed = attempts === 0 ? 0 : failedAttempts / attempts;
  return (
    <tr>
      <td className="clipped">
        <Link href={`${base}/endpoints/${endpointId}`}>
          {known ? <EndpointName endpoint={endpoint} id={endpointId} /> : shortId(endpointId)}
        </Link>{' '}
        {endpoint?.enabled === false && <EnabledBadge enabled={false} />}
      </td>
      {ofAll && (
        <td>
          <Link href={base}>{tenant}</Link>
        </td>
      )}
      <td>
        <span className="share">
          <span className="share-track">
            <span className="share-bar" style={{ width: `${failed * 100}%` }} />
          </span>
          {percentText(failed)}
          <small className="muted">
            {countText(failedAttempts)} of {countText(attempts)}
          </small>
        </span>
      </td>
      <td className="number">
        {exhausted === 0 ? (
          0
        ) : (
          <Link href={withQuery(`${base}/deliveries`, { state: 'exhausted', endpointId, since })}>
            {countText(exhausted)}
          </Link>
        )}
      </td>
      <td className="number">
        <Moment at={lastFailedAt} />
      </td>
    </tr>
  );
}

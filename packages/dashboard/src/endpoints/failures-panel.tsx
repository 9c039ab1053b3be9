// The latest failures of an endpoint by what went wrong, each with what can be done about it.
import { useQueries } from '@tanstack/react-query';
import { Link } from 'wouter';
import { outcomeAdvice } from '../../../posthorn/src/apps/words/outcomes.ts';
import { deliveryQuery, useRecentDeliveries } from '../api/queries.ts';
import { every } from '../live/live.ts';
import { Badge, outcomeTone } from '../parts/badge.tsx';
import { inert } from '../parts/inert.ts';
import { Moment } from '../parts/moment.tsx';
import { Loading } from '../parts/states.tsx';
import { groupFailures } from './failures.ts';
import { shortId } from './name.tsx';

/** Failed deliveries that are looked into: each is a request. */
const MAX_LOOKED_INTO = 24;
/** Pending ones among which those are searched that have failed before. */
const MAX_PENDING = 100;
/** Of a group, so many are named. */
const NAMED = 3;
/** Changes of them are shown at once; what no message tells, after so many milliseconds: they are many, and may be large. */
const LOOKED_INTO_INTERVAL_MS = 15_000;

export function Failures({ tenant, endpointId }: { readonly tenant: string; readonly endpointId: string }) {
  const exhausted = useRecentDeliveries(tenant, { endpointId, state: 'exhausted', limit: MAX_LOOKED_INTO });
  const pending = useRecentDeliveries(tenant, { endpointId, state: 'pending', limit: MAX_PENDING });
  const failed = [
    ...(exhausted.data?.data ?? []),
    ...(pending.data?.data ?? []).filter(({ attemptCount }) => attemptCount > 0),
  ]
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, MAX_LOOKED_INTO);
  const details = useQueries({
    queries: failed.map(({ id }) => ({
      ...deliveryQuery(tenant, id),
      refetchInterval: every(LOOKED_INTO_INTERVAL_MS),
    })),
  });
  const groups = groupFailures(details.flatMap(({ data }) => data ?? []));
  const base = `/t/${encodeURIComponent(tenant)}/deliveries`;
  return (
    <section className="card" aria-labelledby="failures-title">
      <div className="card-head">
        <h2 id="failures-title">Latest failures</h2>
        <Link href={`${base}?endpointId=${endpointId}`}>All deliveries</Link>
      </div>
      {(exhausted.isPending || pending.isPending || details.some(({ isPending }) => isPending)) && (
        <Loading lines={2} />
      )}
      {exhausted.isSuccess && pending.isSuccess && failed.length === 0 && (
        <p className="muted">No delivery is exhausted, and none is being tried again.</p>
      )}
      <ul className="groups">
        {groups.map(({ title, sample, deliveries }) => (
          <li key={title}>
            <div className="group-head">
              <Badge tone={outcomeTone(sample.outcome)}>{title}</Badge>
              <strong>
                {deliveries.length} {deliveries.length === 1 ? 'delivery' : 'deliveries'}
              </strong>
              <span className="muted">
                last <Moment at={sample.startedAt} />
              </span>
            </div>
            {sample.error !== null && <p>{inert(sample.error)}</p>}
            <p>
              <strong>What to do:</strong> {outcomeAdvice(sample)}
            </p>
            <p className="chips">
              {deliveries.slice(0, NAMED).map(({ id, eventType }) => (
                <Link key={id} href={`${base}/${id}`} className="chip">
                  {inert(eventType)} {shortId(id)}
                </Link>
              ))}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

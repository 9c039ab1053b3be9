// How things are at a glance, for a tenant or for everybody: what was sent, whether it arrived, how fast, what waits, and where
// the trouble is.
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { Statistics } from '../api/answers.ts';
import { withQuery } from '../api/client.ts';
import { useRecentDeliveries, useStatistics, useTenant } from '../api/queries.ts';
import { usePageTitle } from '../frame/frame.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { StatisticsCharts } from '../statistics/charts.tsx';
import { SpanSwitch, useSpan } from '../statistics/span.tsx';
import { boundsOf } from '../statistics/steps.ts';
import { Worst } from '../statistics/worst.tsx';

/** @param tenant whose; `undefined` for everybody's */
export function OverviewPage({ tenant }: { readonly tenant: string | undefined }) {
  usePageTitle('Overview');
  const [span, choose] = useSpan();
  const [, go] = useLocation();
  const statistics = useStatistics(tenant, span);
  const { data } = statistics;
  const deliveries = tenant === undefined ? undefined : `/t/${encodeURIComponent(tenant)}/deliveries`;
  return (
    <>
      <div className="page-head">
        <h1>{tenant === undefined ? 'All tenants' : 'Overview'}</h1>
        <div className="action">
          <SpanSwitch span={span} choose={choose} />
        </div>
      </div>
      {tenant !== undefined && <OwnRetention tenant={tenant} />}
      {statistics.isError && <Failed error={statistics.error} again={() => void statistics.refetch()} />}
      {statistics.isPending && <Loading lines={8} />}
      {data !== undefined && (
        <UnlessNothingEver tenant={tenant} statistics={data}>
          <StatisticsCharts
            statistics={data}
            {...(deliveries !== undefined && {
              pathOf: (filters) => withQuery(deliveries, filters),
              open: (step) => go(withQuery(deliveries, boundsOf(data, step))),
            })}
          />
          <Worst worst={data.worst} since={data.since} ofAll={tenant === undefined} />
        </UnlessNothingEver>
      )}
    </>
  );
}

/** Says that the tenant keeps payloads for a shorter time, for people who miss one. */
function OwnRetention({ tenant }: { readonly tenant: string }) {
  const days = useTenant(tenant).data?.retentionDays ?? null;
  if (days === null) return null;
  return (
    <p className="muted">
      Payloads and responses of this tenant are erased after {days} {days === 1 ? 'day' : 'days'}.
    </p>
  );
}

const isQuiet = ({ accepted, attempts, pending }: Statistics): boolean =>
  (accepted ?? 0) + attempts + pending.count === 0;

interface UnlessNothingEverProps {
  readonly tenant: string | undefined;
  readonly statistics: Statistics;
  readonly children: ReactNode;
}

/** If nothing happened in this time, and nothing ever has for the tenant: what to do first, instead of empty charts. */
function UnlessNothingEver({ tenant, statistics, children }: UnlessNothingEverProps) {
  if (tenant === undefined || !isQuiet(statistics)) return children;
  return <UnlessNoDelivery tenant={tenant}>{children}</UnlessNoDelivery>;
}

function UnlessNoDelivery({ tenant, children }: { readonly tenant: string; readonly children: ReactNode }) {
  const recent = useRecentDeliveries(tenant, { limit: 1 });
  if (recent.isPending) return <Loading lines={8} />;
  if (recent.data === undefined || recent.data.data.length > 0) return children;
  const base = `/t/${encodeURIComponent(tenant)}`;
  return (
    <Empty title="Nothing has been delivered yet">
      <p>
        Begin with <Link href={`${base}/endpoints`}>an endpoint</Link>: a callback URL that wants events. Then{' '}
        <Link href={`${base}/events`}>send a test event</Link> to see it arrive.
      </p>
    </Empty>
  );
}

// One endpoint: its settings, whether it works, and switching it on and off.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { durationText } from '../../../posthorn/src/apps/words/times.ts';
import type { Endpoint } from '../api/answers.ts';
import { ofTenant, post, withQuery } from '../api/client.ts';
import { endpointsKey, useEndpoint, useEndpointStatistics } from '../api/queries.ts';
import { usePageTitle } from '../frame/frame.tsx';
import { EnabledBadge } from '../parts/badge.tsx';
import { Copy } from '../parts/copy.tsx';
import { inert } from '../parts/inert.ts';
import { Clock } from '../parts/moment.tsx';
import { Failed, FailedPage, Loading, LoadingPage } from '../parts/states.tsx';
import { ReplayButton } from '../replays/button.tsx';
import { EXHAUSTED } from '../replays/request.ts';
import { RunningReplays } from '../replays/running.tsx';
import { StatisticsCharts } from '../statistics/charts.tsx';
import { SpanSwitch, useSpan } from '../statistics/span.tsx';
import { boundsOf } from '../statistics/steps.ts';
import { EditEndpoint } from './edit-form.tsx';
import { Failures } from './failures-panel.tsx';
import { shortUrl } from './name.tsx';
import { Secret } from './secret.tsx';
import { TestPanel, useTest } from './test-panel.tsx';

interface EndpointPageProps {
  readonly tenant: string;
  readonly id: string;
}

export function EndpointPage({ tenant, id }: EndpointPageProps) {
  usePageTitle('Endpoint');
  const endpoint = useEndpoint(tenant, id);
  if (endpoint.isPending) return <LoadingPage title="Endpoint" />;
  if (endpoint.data === undefined)
    return <FailedPage title="Endpoint" error={endpoint.error} again={() => void endpoint.refetch()} />;
  return (
    <>
      {endpoint.isError && <Failed error={endpoint.error} />}
      <Shown tenant={tenant} endpoint={endpoint.data} />
    </>
  );
}

function Shown({ tenant, endpoint }: { readonly tenant: string; readonly endpoint: Endpoint }) {
  const { id, url, enabled } = endpoint;
  const queries = useQueryClient();
  const [editing, setEditing] = useState(false);
  const test = useTest(tenant, id);
  const turn = useMutation({
    mutationFn: () => post<Endpoint>(ofTenant(tenant, `/endpoints/${id}/${enabled ? 'disable' : 'enable'}`)),
    onSuccess: () => queries.invalidateQueries({ queryKey: endpointsKey(tenant) }),
  });
  return (
    <>
      <nav className="crumbs" aria-label="Where this is">
        <Link href={`/t/${encodeURIComponent(tenant)}/endpoints`}>Endpoints</Link>
      </nav>
      <div className="page-head">
        <h1>{inert(endpoint.description) || shortUrl(url)}</h1>
        <EnabledBadge enabled={enabled} />
        <div className="buttons action">
          <button type="button" className="button" disabled={turn.isPending} onClick={() => turn.mutate()}>
            {enabled ? 'Disable' : 'Enable'}
          </button>
          <ReplayButton tenant={tenant} request={enabled ? { ...EXHAUSTED, endpointId: id } : undefined} />
          <button type="button" className="button primary" disabled={test.isPending} onClick={() => test.mutate()}>
            {test.isPending ? 'Sending…' : 'Send test event'}
          </button>
        </div>
      </div>
      {turn.isError && <Failed error={turn.error} />}
      {!enabled && (
        <p className="notice">
          Disabled: its deliveries are paused, and new events are not matched to it. If you enable it, paused deliveries
          become due at once.
        </p>
      )}
      <TestPanel test={test} />
      <RunningReplays tenant={tenant} endpointId={id} />
      <Health tenant={tenant} endpointId={id} />
      <div className="columns">
        <Failures tenant={tenant} endpointId={id} />
        <section className="card" aria-labelledby="settings-title">
          <div className="card-head">
            <h2 id="settings-title">Settings</h2>
            {!editing && (
              <button type="button" className="button small" onClick={() => setEditing(true)}>
                Edit
              </button>
            )}
          </div>
          {editing ? (
            <EditEndpoint tenant={tenant} endpoint={endpoint} done={() => setEditing(false)} />
          ) : (
            <Settings tenant={tenant} endpoint={endpoint} />
          )}
        </section>
      </div>
    </>
  );
}

/** How it has been over time. */
function Health({ tenant, endpointId }: { readonly tenant: string; readonly endpointId: string }) {
  const [span, choose] = useSpan();
  const [, go] = useLocation();
  const statistics = useEndpointStatistics(tenant, endpointId, span);
  const { data } = statistics;
  const list = `/t/${encodeURIComponent(tenant)}/deliveries`;
  return (
    <section aria-labelledby="health-title" className="health">
      <div className="card-head">
        <h2 id="health-title">Health</h2>
        <SpanSwitch span={span} choose={choose} />
      </div>
      {statistics.isPending && <Loading />}
      {statistics.isError && <Failed error={statistics.error} again={() => void statistics.refetch()} />}
      {data !== undefined && (
        <StatisticsCharts
          statistics={data}
          pathOf={(filters) => withQuery(list, { ...filters, endpointId })}
          open={(step) => go(withQuery(list, { endpointId, ...boundsOf(data, step) }))}
        />
      )}
    </section>
  );
}

function Settings({ tenant, endpoint }: { readonly tenant: string; readonly endpoint: Endpoint }) {
  const { id, url, eventTypes, scheduleMs, connectTimeoutMs, replyTimeoutMs, concurrency } = endpoint;
  const { headerNames, version, createdAt } = endpoint;
  const rows = [
    ['Callback URL', <code key="url">{inert(url)}</code>],
    ['Events', eventTypes === null ? 'all' : eventTypes.join(', ')],
    ['Retries after', scheduleMs.length === 0 ? 'never' : scheduleMs.map(durationText).join(', then ')],
    ['Timeouts', `${durationText(connectTimeoutMs)} to connect, ${durationText(replyTimeoutMs)} to reply`],
    ['Calls at once', concurrency === null ? 'as many as the installation allows' : `${concurrency} per process`],
    ['Created', <Clock key="created" at={createdAt} />],
  ] as const;
  return (
    <dl className="settings">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>Id</dt>
        <dd className="secret">
          <code>{id}</code> <Copy text={id} />
        </dd>
      </div>
      <Secret tenant={tenant} endpointId={id} headerNames={headerNames} version={version} />
    </dl>
  );
}

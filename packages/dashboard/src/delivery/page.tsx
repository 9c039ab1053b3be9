// One delivery: what happened when, each call in full, and one more attempt.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation, useSearch } from 'wouter';
import { RETRIED } from '../../../posthorn/src/apps/words/retries.ts';
import type { DeliveryDetail, Retry } from '../api/answers.ts';
import { ofTenant, post } from '../api/client.ts';
import { deliveryQuery, endpointQuery, useEvent } from '../api/queries.ts';
import { EndpointName } from '../endpoints/name.tsx';
import { usePageTitle } from '../frame/frame.tsx';
import { StateBadge } from '../parts/badge.tsx';
import { Copy } from '../parts/copy.tsx';
import { inert } from '../parts/inert.ts';
import { Clock } from '../parts/moment.tsx';
import { Empty, Failed, FailedPage, LoadingPage } from '../parts/states.tsx';
import { CallPanel } from './call-panel.tsx';
import { curlCommand } from './curl.ts';
import { isToCome } from './retry.ts';
import { Timeline } from './timeline.tsx';

interface DeliveryPageProps {
  readonly tenant: string;
  readonly id: string;
}

export function DeliveryPage({ tenant, id }: DeliveryPageProps) {
  usePageTitle('Delivery');
  const delivery = useQuery(deliveryQuery(tenant, id));
  if (delivery.isPending) return <LoadingPage title="Delivery" />;
  if (delivery.data === undefined)
    return <FailedPage title="Delivery" error={delivery.error} again={() => void delivery.refetch()} />;
  return (
    <>
      {delivery.isError && <Failed error={delivery.error} />}
      <Shown tenant={tenant} delivery={delivery.data} />
    </>
  );
}

function Shown({ tenant, delivery }: { readonly tenant: string; readonly delivery: DeliveryDetail }) {
  const { id, eventId, endpointId, attempts, state } = delivery;
  const base = `/t/${encodeURIComponent(tenant)}`;
  // In the address: whoever searched for a call is shown that one, and can send it to a colleague.
  const [path, go] = useLocation();
  const chosen = new URLSearchParams(useSearch()).get('attempt');
  const endpoint = useQuery(endpointQuery(tenant, endpointId)).data;
  const body = useEvent(tenant, eventId).data?.body;
  const attempt = attempts.find((each) => each.id === chosen) ?? attempts.at(-1);
  const request = attempt?.request ?? null;
  return (
    <>
      <nav className="crumbs" aria-label="Where this is">
        <Link href={`${base}/deliveries`}>Deliveries</Link>
      </nav>
      <div className="page-head">
        <h1>{inert(delivery.eventType)}</h1>
        <StateBadge state={state} retrying={state === 'pending' && attempts.length > 0} />
        <RetryButton tenant={tenant} delivery={delivery} afterwards={() => go(path, { replace: true })} />
      </div>
      <dl className="facts">
        <div>
          <dt>Endpoint</dt>
          <dd>
            {endpoint === undefined ? (
              <EndpointName endpoint={endpoint} id={endpointId} />
            ) : (
              <Link href={`${base}/endpoints/${endpointId}`}>
                <EndpointName endpoint={endpoint} id={endpointId} />
              </Link>
            )}
          </dd>
        </div>
        <div>
          <dt>Event</dt>
          <dd>
            <Link href={`${base}/events/${eventId}`}>
              <code>{eventId}</code>
            </Link>
          </dd>
        </div>
        <div>
          <dt>Delivery</dt>
          <dd>
            <code>{id}</code> <Copy text={id} />
          </dd>
        </div>
        <div>
          <dt>Created</dt>
          <dd>
            <Clock at={delivery.createdAt} />
          </dd>
        </div>
      </dl>
      <section className="card" aria-labelledby="timeline-title">
        <h2 id="timeline-title">Timeline</h2>
        <Timeline
          delivery={delivery}
          shown={attempt?.id}
          show={(attemptId) => go(`${path}?attempt=${attemptId}`, { replace: true })}
        />
      </section>
      {attempt === undefined ? (
        <Empty title="No attempt yet">
          <p>
            {endpoint?.enabled === false
              ? 'The endpoint is disabled: its deliveries are paused.'
              : 'It waits for its turn.'}
          </p>
        </Empty>
      ) : (
        <section aria-label={`Attempt ${attempt.number}`}>
          <h2>Attempt {attempt.number}</h2>
          {attempt.late && (
            <p className="notice">Made by a process that had been taken for dead: it changed nothing.</p>
          )}
          {attempt.version !== null && endpoint !== undefined && attempt.version < endpoint.version && (
            <p className="notice">
              The endpoint was changed after this call: this is what version {attempt.version} sent; now it is version{' '}
              {endpoint.version}.
            </p>
          )}
          <CallPanel
            call={attempt}
            request={request}
            requestBody={body}
            tools={
              request !== null && body !== undefined && <Copy label="Copy as curl" text={curlCommand(request, body)} />
            }
          />
        </section>
      )}
    </>
  );
}

interface RetryButtonProps {
  readonly tenant: string;
  readonly delivery: DeliveryDetail;
  readonly afterwards: () => void;
}

function RetryButton({ tenant, delivery, afterwards }: RetryButtonProps) {
  const { id, attemptCount } = delivery;
  const queries = useQueryClient();
  const retry = useMutation({
    mutationFn: async () => {
      const { retry: inMotion } = await post<Retry>(ofTenant(tenant, `/deliveries/${id}/retry`));
      return { inMotion, before: attemptCount };
    },
    onSuccess: () => {
      afterwards();
      return queries.invalidateQueries({ queryKey: deliveryQuery(tenant, id).queryKey });
    },
  });
  return (
    <div className="action">
      <button type="button" className="button primary" disabled={retry.isPending} onClick={() => retry.mutate()}>
        Retry now
      </button>
      <span role="status" className="muted">
        {retry.data !== undefined && isToCome(delivery, retry.data.before) && RETRIED[retry.data.inMotion]}
      </span>
      {retry.isError && <Failed error={retry.error} />}
    </div>
  );
}

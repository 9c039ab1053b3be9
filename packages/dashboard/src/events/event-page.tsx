// One event: its body as it was sent, and where it went.
import { Link } from 'wouter';
import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import { useEvent } from '../api/queries.ts';
import { EndpointName } from '../endpoints/name.tsx';
import { usePageTitle } from '../frame/frame.tsx';
import { StateBadge } from '../parts/badge.tsx';
import { Code } from '../parts/code.tsx';
import { Copy } from '../parts/copy.tsx';
import { inert } from '../parts/inert.ts';
import { Clock, Moment } from '../parts/moment.tsx';
import { FailedPage, LoadingPage } from '../parts/states.tsx';
import { MAX_SHOWN, ONLY_THE_NEWEST, useMatches } from './use-matches.ts';

export function EventPage({ tenant, id }: { readonly tenant: string; readonly id: string }) {
  usePageTitle('Event');
  const event = useEvent(tenant, id, true);
  const { matches, more } = useMatches(tenant, event.data?.type ?? '', event.data?.deliveries ?? []);
  const base = `/t/${encodeURIComponent(tenant)}`;
  if (event.isPending) return <LoadingPage title="Event" />;
  if (event.data === undefined)
    return <FailedPage title="Event" error={event.error} again={() => void event.refetch()} />;
  const { id: eventId, ownId, type, createdAt, body, erasedAt, deliveries } = event.data;
  const others = matches.filter(({ deliveryId }) => deliveryId === undefined);
  return (
    <>
      <nav className="crumbs" aria-label="Where this is">
        <Link href={`${base}/events`}>Events</Link>
      </nav>
      <div className="page-head">
        <h1>{inert(type)}</h1>
      </div>
      <dl className="facts">
        <div>
          <dt>Event</dt>
          <dd>
            <code>{eventId}</code> <Copy text={eventId} />
          </dd>
        </div>
        {ownId !== null && (
          <div>
            <dt>Own id</dt>
            <dd>
              <code>{inert(ownId)}</code> <Copy text={ownId} />
            </dd>
          </div>
        )}
        <div>
          <dt>Accepted</dt>
          <dd>
            <Clock at={createdAt} />
          </dd>
        </div>
      </dl>
      <div className="columns">
        <section className="card" aria-labelledby="body-title">
          <h2 id="body-title">Body</h2>
          {erasedAt === null ? (
            <Code label="Body of the event" text={body} />
          ) : (
            <p>
              It was erased <Moment at={erasedAt} />, with the responses to it.
            </p>
          )}
        </section>
        <div>
          <section className="card" aria-labelledby="deliveries-title">
            <h2 id="deliveries-title">Deliveries</h2>
            {deliveries.length === 0 && <p className="muted">No endpoint wanted it.</p>}
            <ul className="matches">
              {deliveries.slice(0, MAX_SHOWN).map((delivery) => (
                <li key={delivery.id}>
                  <StateBadge
                    state={delivery.state}
                    retrying={delivery.state === 'pending' && delivery.attemptCount > 0}
                  />
                  <Link href={`${base}/deliveries/${delivery.id}`}>
                    <EndpointName
                      endpoint={matches.find((each) => each.deliveryId === delivery.id)?.endpoint}
                      id={delivery.endpointId}
                    />
                  </Link>
                  <span className="muted">
                    {delivery.attemptCount} {delivery.attemptCount === 1 ? 'attempt' : 'attempts'}
                  </span>
                  <span className="muted reason">
                    {matches.find((each) => each.deliveryId === delivery.id)?.reason}
                  </span>
                </li>
              ))}
            </ul>
            {deliveries.length > MAX_SHOWN && (
              <p>
                <Link href={`${base}/deliveries?eventId=${eventId}`}>
                  All {countText(deliveries.length)} deliveries
                </Link>
              </p>
            )}
          </section>
          {others.length > 0 && (
            <section className="card" aria-labelledby="others-title">
              <h2 id="others-title">Not sent to</h2>
              <ul className="matches">
                {others.slice(0, MAX_SHOWN).map(({ endpoint, reason }) => (
                  <li key={endpoint.id}>
                    <Link href={`${base}/endpoints/${endpoint.id}`}>
                      <EndpointName endpoint={endpoint} id={endpoint.id} />
                    </Link>
                    <span className="muted reason">{reason}</span>
                  </li>
                ))}
              </ul>
              {others.length > MAX_SHOWN && <p className="muted">And {countText(others.length - MAX_SHOWN)} more.</p>}
              {more && <p className="muted">{ONLY_THE_NEWEST}</p>}
            </section>
          )}
        </div>
      </div>
    </>
  );
}

// The events of a tenant, and sending one to try things out.
import { Link } from 'wouter';
import { useEvents } from '../api/queries.ts';
import { shortId } from '../endpoints/name.tsx';
import { usePageTitle } from '../frame/frame.tsx';
import { inert } from '../parts/inert.ts';
import { Moment } from '../parts/moment.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { SendForm } from './send-form.tsx';

/** All pages that are shown are asked for again when events come. */
const MAX_PAGES = 10;

export function EventsPage({ tenant }: { readonly tenant: string }) {
  usePageTitle('Events');
  const events = useEvents(tenant);
  const pages = events.data?.pages ?? [];
  const list = events.data && pages.flatMap(({ data }) => data);
  return (
    <>
      <div className="page-head">
        <h1>Events</h1>
      </div>
      <div className="columns">
        <SendForm tenant={tenant} />
        <section className="card" aria-labelledby="latest-title">
          <h2 id="latest-title">Latest events</h2>
          {events.isPending && <Loading />}
          {events.isError && <Failed error={events.error} again={() => void events.refetch()} />}
          {list?.length === 0 && (
            <Empty title="No events yet">
              <p>Send one with the form, or with the API.</p>
            </Empty>
          )}
          <ul className="event-list">
            {list?.map(({ id, type, createdAt }) => (
              <li key={id}>
                <Link href={`/t/${encodeURIComponent(tenant)}/events/${id}`}>{inert(type)}</Link>
                <code title={id}>{shortId(id)}</code>
                <Moment at={createdAt} />
              </li>
            ))}
          </ul>
          {events.hasNextPage && pages.length === MAX_PAGES && <p className="muted">Find older ones by their ids.</p>}
          {events.hasNextPage && pages.length < MAX_PAGES && (
            <button
              type="button"
              className="button"
              disabled={events.isFetchingNextPage}
              onClick={() => void events.fetchNextPage()}
            >
              Show older
            </button>
          )}
        </section>
      </div>
    </>
  );
}

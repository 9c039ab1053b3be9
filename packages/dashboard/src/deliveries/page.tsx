// The deliveries of a tenant: newest first, filtered, live.
import { useCallback, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import { useNewestEndpoints } from '../api/queries.ts';
import { usePageTitle } from '../frame/frame.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { ReplayButton } from '../replays/button.tsx';
import { requestOf } from '../replays/request.ts';
import { MAX_ROWS } from './feed.ts';
import { FilterBar } from './filter-bar.tsx';
import { type Filters, isFiltered, useFilters } from './filters.ts';
import { type LongList, type Range, rowAt } from './long-list.ts';
import { DeliveryTable } from './table.tsx';
import { useFeed } from './use-feed.ts';

export function DeliveriesPage({ tenant }: { readonly tenant: string }) {
  usePageTitle('Deliveries');
  const [filters, change] = useFilters();
  const [paused, setPaused] = useState(false);
  const endpoints = useNewestEndpoints(tenant);
  const { feed, view } = useFeed(tenant, filters);
  const newest = useMemo(
    () => endpoints.data && new Map(endpoints.data.data.map((each) => [each.id, each])),
    [endpoints.data],
  );
  const look = useCallback((range: Range, held: boolean) => feed.look(range, held), [feed]);
  const { list, loaded, error, olderError, fresh, manyFresh } = view;
  const toHead = () => {
    setPaused(false);
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    scrollTo(0, 0);
  };
  return (
    <>
      <div className="page-head">
        <h1>Deliveries</h1>
        <div className="action">
          <ReplayButton tenant={tenant} request={requestOf(filters)} />
          <button type="button" className="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
            Pause
          </button>
        </div>
      </div>
      <FilterBar filters={filters} tenant={tenant} change={change} />
      {error !== undefined && <Failed error={error} again={() => feed.refresh()} />}
      {!loaded && error === undefined && <Loading lines={10} />}
      {loaded && list.length === 0 && <Nothing tenant={tenant} filtered={isFiltered(filters)} />}
      {fresh > 0 && (
        <button type="button" className="button primary fresh" onClick={toHead}>
          ↑ {countText(fresh)}
          {manyFresh ? ' and more' : ''} new
        </button>
      )}
      {list.length > 0 && (
        <>
          <DeliveryTable
            key={JSON.stringify(filters)}
            tenant={tenant}
            list={list}
            endpoints={newest}
            goesOn={list.next !== null}
            paused={paused}
            look={look}
          />
          {olderError !== undefined && <Failed error={olderError} again={() => feed.refresh()} />}
          <div className="list-foot muted">
            <Foot list={list} change={change} />
            <span className="keys">
              <kbd>j</kbd> <kbd>k</kbd> move · <kbd>Enter</kbd> open · <kbd>/</kbd> find
            </span>
          </div>
        </>
      )}
    </>
  );
}

function Nothing({ tenant, filtered }: { readonly tenant: string; readonly filtered: boolean }) {
  return (
    <Empty title={filtered ? 'No delivery fits these filters' : 'No deliveries yet'}>
      <p>
        {filtered ? (
          'Widen or clear the filters above.'
        ) : (
          <>
            A delivery is made for each endpoint that subscribed to an event.{' '}
            <Link href={`/t/${encodeURIComponent(tenant)}/events`}>Send a test event</Link>
          </>
        )}
      </p>
    </Empty>
  );
}

function Foot({ list, change }: { readonly list: LongList; readonly change: (change: Partial<Filters>) => void }) {
  if (list.next === null) return <span>That is all.</span>;
  if (list.length < MAX_ROWS) return <span>Loading older ones…</span>;
  const last = rowAt(list, list.length - 1);
  return (
    <span>
      The newest {countText(list.length)} are shown.{' '}
      {typeof last === 'object' && (
        <button type="button" className="button small" onClick={() => change({ until: justAfter(last.createdAt) })}>
          Go on from here
        </button>
      )}
    </span>
  );
}

const justAfter = (at: string): string => new Date(Date.parse(at) + 1).toISOString();

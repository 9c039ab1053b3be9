// The deliveries of a tenant: newest first, filtered, current.
import { useMemo } from 'react';
import { Link } from 'wouter';
import { useEndpoints } from '../api/queries.ts';
import { usePageTitle } from '../frame/frame.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { FilterBar } from './filter-bar.tsx';
import { useFilters } from './filters.ts';
import { useDeliveries } from './query.ts';
import { Search } from './search.tsx';
import { DeliveryTable } from './table.tsx';

export function DeliveriesPage({ tenant }: { readonly tenant: string }) {
  usePageTitle('Deliveries');
  const [filters, change] = useFilters();
  const endpoints = useEndpoints(tenant);
  const { items, head, older } = useDeliveries(tenant, filters);
  const byId = useMemo(() => new Map((endpoints.data ?? []).map((each) => [each.id, each])), [endpoints.data]);
  const filtered = Object.values(filters).some((value) => value !== undefined);
  const more = older.hasNextPage && !older.isFetching ? () => void older.fetchNextPage() : undefined;
  return (
    <>
      <div className="page-head">
        <h1>Deliveries</h1>
        <Search tenant={tenant} />
      </div>
      <FilterBar filters={filters} endpoints={endpoints.data ?? []} change={change} />
      {head.isError && <Failed error={head.error} again={() => void head.refetch()} />}
      {head.isPending && <Loading lines={10} />}
      {head.isSuccess && items.length === 0 && (
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
      )}
      {items.length > 0 && (
        <>
          <DeliveryTable tenant={tenant} items={items} endpoints={byId} more={more} />
          <p className="list-foot muted">
            {older.isFetchingNextPage ? 'Loading older ones…' : older.hasNextPage ? '' : 'That is all.'}
            <span className="keys">
              <kbd>j</kbd> <kbd>k</kbd> move · <kbd>Enter</kbd> open · <kbd>/</kbd> find
            </span>
          </p>
        </>
      )}
    </>
  );
}

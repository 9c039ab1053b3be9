// The list itself. Only the rows in view are in the page, so that a hundred thousand scroll like fifty.
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import type { Delivery, Endpoint } from '../api/shapes.ts';
import { EndpointName, shortId } from '../endpoints/name.tsx';
import { StateBadge } from '../parts/badge.tsx';
import { inert } from '../parts/inert.ts';
import { Moment } from '../parts/moment.tsx';
import { useListKeys } from './keyboard.ts';

const ROW_PX = 48;
const PHONE_ROW_PX = 76;
const PHONE = matchMedia('(max-width: 640px)');
/** Rows before the end at which more are asked for. */
const AHEAD = 30;

interface TableProps {
  readonly tenant: string;
  readonly items: readonly Delivery[];
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** Asks for older ones; `undefined` when there are none. */
  readonly more: (() => void) | undefined;
}

export function DeliveryTable({ tenant, items, endpoints, more }: TableProps) {
  const body = useRef<HTMLDivElement>(null);
  const [, go] = useLocation();
  const path = (delivery: Delivery) => `/t/${encodeURIComponent(tenant)}/deliveries/${delivery.id}`;
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => (PHONE.matches ? PHONE_ROW_PX : ROW_PX),
    overscan: 12,
    scrollMargin: body.current?.offsetTop ?? 0,
    getItemKey: (index) => items[index]?.id ?? index,
  });
  const chosen = useListKeys({
    count: items.length,
    show: (index) => rows.scrollToIndex(index, { align: 'auto' }),
    open: (index) => {
      const delivery = items[index];
      if (delivery !== undefined) go(path(delivery));
    },
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= items.length - AHEAD) more?.();
  }, [last, items.length, more]);

  return (
    <div
      className="table deliveries"
      role="table"
      aria-label="Deliveries, newest first"
      aria-rowcount={more === undefined ? items.length + 1 : -1}
    >
      <div role="rowgroup" className="table-head">
        <div role="row" aria-rowindex={1}>
          {['State', 'Event', 'Endpoint', 'Attempts', 'Created'].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="table-body" ref={body} style={{ height: rows.getTotalSize() }}>
        {shown.map(({ index, key, start, size }) => {
          const delivery = items[index];
          if (delivery === undefined) return null;
          const { state, attemptCount } = delivery;
          return (
            <div
              key={key}
              role="row"
              aria-rowindex={index + 2}
              className={index === chosen ? 'chosen' : ''}
              style={{ height: size, transform: `translateY(${start - rows.options.scrollMargin}px)` }}
            >
              <span role="cell">
                <StateBadge state={state} retrying={state === 'pending' && attemptCount > 0} />
              </span>
              <span role="cell" className="cell-event">
                <Link href={path(delivery)} className="row-link">
                  {inert(delivery.eventType)}
                </Link>
                <code title={delivery.id}>{shortId(delivery.id)}</code>
              </span>
              <span role="cell" className="cell-endpoint">
                <EndpointName endpoint={endpoints.get(delivery.endpointId)} id={delivery.endpointId} />
              </span>
              <span role="cell" className="cell-attempts">
                {attemptCount}
                {state === 'pending' && attemptCount > 0 && delivery.nextAttemptAt !== null && (
                  <small>
                    next <Moment at={delivery.nextAttemptAt} />
                  </small>
                )}
              </span>
              <span role="cell" className="cell-time">
                <Moment at={delivery.createdAt} />
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

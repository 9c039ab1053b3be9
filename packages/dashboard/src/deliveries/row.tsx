// One row of the list of deliveries: a link to the delivery, with what became of it.
import { useQuery } from '@tanstack/react-query';
import { memo } from 'react';
import { Link } from 'wouter';
import { outcomeTitle } from '../../../posthorn/src/apps/words/outcomes.ts';
import type { Delivery, Endpoint } from '../api/answers.ts';
import { endpointQuery } from '../api/queries.ts';
import { EndpointName, shortId } from '../endpoints/name.tsx';
import { outcomeTone, StateBadge } from '../parts/badge.tsx';
import { inert } from '../parts/inert.ts';
import { Moment } from '../parts/moment.tsx';

/** The element that has the focus when somebody goes through the list by keyboard. */
export const rowLinkId = (deliveryId: string): string => `row-${deliveryId}`;

interface RowProps {
  readonly tenant: string;
  readonly delivery: Delivery;
  /** The newest endpoints; `undefined` while they are not known. */
  readonly newest: ReadonlyMap<string, Endpoint> | undefined;
  readonly path: string;
}

export const RowCells = memo(function RowCells({ tenant, delivery, newest, path }: RowProps) {
  const { id, state, attemptCount, nextAttemptAt, lastAttempt, endpointHost } = delivery;
  const listed = newest?.get(delivery.endpointId);
  const isDeleted = endpointHost === null;
  const asked = useQuery({
    ...endpointQuery(tenant, delivery.endpointId),
    enabled: newest !== undefined && listed === undefined && !isDeleted,
    retryOnMount: false,
  });
  const endpoint = listed ?? asked.data;
  return (
    <>
      <span role="cell">
        <StateBadge state={state} retrying={state === 'pending' && attemptCount > 0} />
      </span>
      <span role="cell" className="cell-event">
        <Link href={path} id={rowLinkId(id)} className="row-link">
          {inert(delivery.eventType)}
        </Link>
        <code title={id}>{shortId(id)}</code>
      </span>
      <span role="cell" className="cell-endpoint">
        {endpoint === undefined && !isDeleted ? (
          inert(endpointHost)
        ) : (
          <EndpointName endpoint={endpoint} id={delivery.endpointId} withoutHost={!isDeleted} />
        )}
        {endpoint?.description !== undefined && endpoint.description !== '' && !isDeleted && (
          <small className="muted">{inert(endpointHost)}</small>
        )}
      </span>
      <span role="cell" className="cell-cause">
        {lastAttempt !== null && (
          <>
            <span className={`cause ${outcomeTone(lastAttempt.outcome)}`}>{outcomeTitle(lastAttempt)}</span>
            <small className="muted">
              <Moment at={lastAttempt.startedAt} />
            </small>
          </>
        )}
      </span>
      <span role="cell" className="cell-attempts">
        {attemptCount}
        {state === 'pending' && attemptCount > 0 && nextAttemptAt !== null && (
          <small>
            next <Moment at={nextAttemptAt} />
          </small>
        )}
      </span>
      <span role="cell" className="cell-time">
        <Moment at={delivery.createdAt} />
      </span>
    </>
  );
});

// One replay: how far it is, what it is about, and cancelling it.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import { durationText } from '../../../posthorn/src/apps/words/times.ts';
import type { Replay } from '../api/answers.ts';
import { ofTenant, post, withQuery } from '../api/client.ts';
import { replaysKey, useEndpointsById, useReplay } from '../api/queries.ts';
import { usePageTitle } from '../frame/frame.tsx';
import { Clock } from '../parts/moment.tsx';
import { Failed, FailedPage, LoadingPage } from '../parts/states.tsx';
import { aboutText } from './about.ts';
import { doneOf, Progress, ReplayBadge } from './progress.tsx';
import { filtersOf } from './request.ts';

export function ReplayPage({ tenant, id }: { readonly tenant: string; readonly id: string }) {
  usePageTitle('Replay');
  const replay = useReplay(tenant, id);
  if (replay.isPending) return <LoadingPage title="Replay" />;
  if (replay.data === undefined)
    return <FailedPage title="Replay" error={replay.error} again={() => void replay.refetch()} />;
  return (
    <>
      {replay.isError && <Failed error={replay.error} />}
      <Shown tenant={tenant} replay={replay.data} />
    </>
  );
}

function Shown({ tenant, replay }: { readonly tenant: string; readonly replay: Replay }) {
  const { id, state, total, replayed, skipped, ratePerSecond, since, until, createdAt, endedAt } = replay;
  const base = `/t/${encodeURIComponent(tenant)}`;
  const endpoints = useEndpointsById(tenant, replay.endpointId === null ? [] : [replay.endpointId]);
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => post<Replay>(ofTenant(tenant, `/replays/${id}/cancel`)),
    onSettled: () => queries.invalidateQueries({ queryKey: replaysKey(tenant) }),
  });
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Replayed', countText(replayed)],
    ['Passed over', countText(skipped)],
    ['Left', countText(total - replayed - skipped)],
    ['Attempts per second', `up to ${ratePerSecond}`],
    ['Created from', since === null ? 'the beginning' : <Clock key="since" at={since} />],
    ['Created before', <Clock key="until" at={until} />],
  ];
  return (
    <>
      <nav className="crumbs" aria-label="Where this is">
        <Link href={`${base}/replays`}>Replays</Link>
      </nav>
      <div className="page-head">
        <h1>Replay of {countText(total)}</h1>
        <ReplayBadge state={state} />
        {state === 'running' && (
          <div className="action">
            <button type="button" className="button" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
              Cancel replay
            </button>
          </div>
        )}
      </div>
      {cancel.isError && <Failed error={cancel.error} />}
      <section className="card" aria-label="Progress">
        <p className="about">{aboutText(replay, endpoints)}</p>
        <Progress replay={replay} />
        <p className="bars-foot muted">
          <span>{Math.floor(doneOf(replay) * 100)} %</span>
          <span>{timeText(replay)}</span>
        </p>
      </section>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>Begun</dt>
          <dd>
            <Clock at={createdAt} />
          </dd>
        </div>
        {endedAt !== null && (
          <div>
            <dt>Ended</dt>
            <dd>
              <Clock at={endedAt} />
            </dd>
          </div>
        )}
      </dl>
      <p>
        <Link href={withQuery(`${base}/deliveries`, filtersOf(replay))}>Deliveries that it is about</Link>, as they are
        now.
      </p>
      {skipped > 0 && (
        <p className="muted">
          Passed over are those whose endpoint was disabled or gone by then, that were pending again, or no longer kept.
        </p>
      )}
    </>
  );
}

function timeText({ state, total, replayed, skipped, ratePerSecond, createdAt, endedAt }: Replay): string {
  if (endedAt !== null) return `took ${durationText(Date.parse(endedAt) - Date.parse(createdAt))}`;
  const left = total - replayed - skipped;
  return state === 'running' ? `${durationText((left / ratePerSecond) * 1_000)} left at the full rate` : '';
}

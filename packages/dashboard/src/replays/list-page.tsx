// The replays of a tenant, newest first.
import { Link } from 'wouter';
import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import type { Endpoint, Replay } from '../api/answers.ts';
import { useEndpointsById, useReplays } from '../api/queries.ts';
import { usePageTitle } from '../frame/frame.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { aboutText } from './about.ts';
import { ReplayButton } from './button.tsx';
import { Progress, ReplayBadge } from './progress.tsx';
import { EXHAUSTED } from './request.ts';

export function ReplaysPage({ tenant }: { readonly tenant: string }) {
  usePageTitle('Replays');
  const replays = useReplays(tenant);
  const list = replays.data?.data;
  const endpoints = useEndpointsById(tenant, list?.flatMap(({ endpointId }) => endpointId ?? []) ?? []);
  return (
    <>
      <div className="page-head">
        <h1>Replays</h1>
        <div className="action">
          <ReplayButton tenant={tenant} request={EXHAUSTED} />
        </div>
      </div>
      {replays.isPending && <Loading />}
      {replays.isError && <Failed error={replays.error} again={() => void replays.refetch()} />}
      {list?.length === 0 && (
        <Empty title="No replays yet">
          <p>A replay gives many deliveries one more attempt, e.g. after a receiver was down.</p>
        </Empty>
      )}
      {list !== undefined && list.length > 0 && <ReplayTable tenant={tenant} replays={list} endpoints={endpoints} />}
    </>
  );
}

interface ReplayTableProps {
  readonly tenant: string;
  readonly replays: readonly Replay[];
  readonly endpoints: readonly Endpoint[];
}

function ReplayTable({ tenant, replays, endpoints }: ReplayTableProps) {
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">About</th>
            <th scope="col">Progress</th>
            <th scope="col" className="number">
              Deliveries
            </th>
            <th scope="col" className="number">
              Begun
            </th>
          </tr>
        </thead>
        <tbody>
          {replays.map((replay) => (
            <tr key={replay.id}>
              <td>
                <ReplayBadge state={replay.state} />
              </td>
              <td>
                <Link href={`/t/${encodeURIComponent(tenant)}/replays/${replay.id}`}>
                  {aboutText(replay, endpoints)}
                </Link>
              </td>
              <td className="progress-cell">
                <Progress replay={replay} />
              </td>
              <td className="number">
                {countText(replay.replayed)} of {countText(replay.total)}
              </td>
              <td className="number">
                <Moment at={replay.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

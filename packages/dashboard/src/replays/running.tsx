// Says that replays are running to an endpoint, and how far they are.
import { Link } from 'wouter';
import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import { useReplays } from '../api/queries.ts';
import { doneOf, Progress } from './progress.tsx';

export function RunningReplays({ tenant, endpointId }: { readonly tenant: string; readonly endpointId: string }) {
  const replays = useReplays(tenant);
  const running = replays.data?.data.filter(
    (replay) => replay.state === 'running' && (replay.endpointId ?? endpointId) === endpointId,
  );
  return running?.map((replay) => (
    <div key={replay.id} className="notice">
      <p>
        <Link href={`/t/${encodeURIComponent(tenant)}/replays/${replay.id}`}>A replay is running</Link>:{' '}
        {countText(replay.replayed)} of {countText(replay.total)}, {Math.floor(doneOf(replay) * 100)} %
      </p>
      <Progress replay={replay} />
    </div>
  ));
}

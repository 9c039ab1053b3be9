// Watching a replay to its end. It runs in the server: to stop watching stops nothing.
import { setTimeout as wait } from 'node:timers/promises';
import { CommandError } from '../../command/exit-codes.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { isReplay, type Replay } from '../answers.ts';
import { type Posthorn, tenantPath } from '../posthorn.ts';
import { missing } from '../tenants.ts';
import { Progress } from './progress.ts';

const LOOK_INTERVAL_MS = 500;
/** A server that is started again is back by then. */
const PATIENCE_MS = 60_000;

/**
 * @param stop ends the watching
 * @returns as it was seen last
 * @throws CommandError when there is no such replay, or the server stays away
 */
export async function watchReplay(
  posthorn: Posthorn,
  tenant: string,
  id: string,
  stop: AbortSignal,
  terminal: Terminal,
): Promise<Replay | undefined> {
  const progress = new Progress(terminal);
  let seen: Replay | undefined;
  let seenAt = performance.now();
  while (!stop.aborted) {
    try {
      seen = await posthorn.find(isReplay, tenantPath(tenant, `/replays/${id}`));
      if (seen === undefined) throw await missing(posthorn, tenant, `replay ${id}`);
      seenAt = performance.now();
      progress.show(seen, seenAt);
      if (seen.state !== 'running') return seen;
    } catch (error) {
      const isPassing = error instanceof CommandError && seen !== undefined;
      if (!isPassing || performance.now() - seenAt > PATIENCE_MS) throw error;
    }
    await wait(LOOK_INTERVAL_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return seen;
}

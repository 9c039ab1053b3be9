// Replays as a table, newest first.
import { inert } from '../../terminal/inert.ts';
import type { Style } from '../../terminal/paint.ts';
import { type Sheet, table } from '../../terminal/table.ts';
import { countText } from '../../words/figures.ts';
import type { Replay } from '../answers.ts';
import { shortMoment } from '../times.ts';
import { filterText } from './text.ts';

const LEAST_FILTER_PLACES = 20;

const STYLES: Readonly<Record<Replay['state'], Style>> = { running: 'yellow', completed: 'green', cancelled: 'gray' };

/** @param now milliseconds since 1970 */
export function replayTable(replays: readonly Replay[], now: number, sheet: Sheet): string[] {
  return table<Replay>(
    [
      { title: 'ID', cell: ({ id }) => inert(id) },
      { title: 'STATE', cell: ({ state }) => state, style: ({ state }) => STYLES[state] },
      { title: 'DONE', cell: ({ replayed }) => countText(replayed), right: true },
      { title: 'SKIPPED', cell: ({ skipped }) => countText(skipped), right: true },
      { title: 'CREATED (UTC)', cell: ({ createdAt }) => shortMoment(inert(createdAt), now) },
      { title: 'OF', cell: (replay) => filterText(replay.total, replay), least: LEAST_FILTER_PLACES },
    ],
    replays,
    sheet,
  );
}

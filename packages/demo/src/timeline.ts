// The demo's live view: one line for each thing that happens, with the seconds since the first event was posted.
import { pad, padLeft } from '../../posthorn/src/apps/terminal/columns.ts';
import { inert } from '../../posthorn/src/apps/terminal/inert.ts';
import type { Paint } from '../../posthorn/src/apps/terminal/paint.ts';

export type Mark = 'accepted' | 'verified' | 'FORGED' | 'succeeded' | 'exhausted' | 'refused' | 'service';

const STYLES: Readonly<Record<Mark, Parameters<Paint>[0]>> = {
  accepted: 'blue',
  verified: 'green',
  FORGED: 'red',
  succeeded: 'green',
  exhausted: 'red',
  refused: 'magenta',
  service: 'bold',
};

const TIME_PLACES = 8;
const MARK_PLACES = 9;
const ENDPOINT_PLACES = 6;
const TYPE_PLACES = 22;

export interface Happening {
  /** Seconds are counted from the first event; before it there are none. */
  readonly atMs: number | undefined;
  readonly mark: Mark;
  readonly endpoint?: string;
  readonly eventType?: string;
  readonly text: string;
}

/** One line, aligned with all others. */
export function timelineLine({ atMs, mark, endpoint = '', eventType, text }: Happening, paint: Paint): string {
  const time = atMs === undefined ? '' : `${(atMs / 1_000).toFixed(3)} s`;
  return [
    paint('gray', padLeft(time, TIME_PLACES)),
    paint(STYLES[mark], pad(mark, MARK_PLACES)),
    paint('bold', pad(endpoint, ENDPOINT_PLACES)),
    ...(eventType === undefined ? [] : [pad(inert(eventType), TYPE_PLACES)]),
    inert(text),
  ]
    .join('  ')
    .trimEnd();
}

// Which rows of a long list are laid out: those in the window and some around them. All rows are equally high, so that it
// takes no measuring and no list of places.
import { type RefObject, useLayoutEffect, useState } from 'react';
import type { Range } from './long-list.ts';

/** Laid out above and below the window, so that there is something to see before the page has caught up. */
const AROUND_ROWS = 16;
/** The page is laid out again only when so many rows were scrolled past. */
const STEP_ROWS = 8;

export interface Window {
  /** From the top of the window to the first row, in pixels; negative once it was scrolled past. */
  readonly top: number;
  readonly heightPx: number;
  readonly rowPx: number;
  readonly count: number;
}

/** Rows that can be seen, the last one included. */
export function rowsSeen({ top, heightPx, rowPx, count }: Window): Range {
  const within = (row: number) => Math.min(Math.max(0, row), Math.max(0, count - 1));
  return { first: within(Math.floor(-top / rowPx)), last: within(Math.ceil((heightPx - top) / rowPx) - 1) };
}

/** Rows to lay out for those that are seen. */
export function rowsLaidOut({ first, last }: Range, count: number): Range {
  const down = Math.floor((first - AROUND_ROWS) / STEP_ROWS) * STEP_ROWS;
  const up = Math.ceil((last + AROUND_ROWS) / STEP_ROWS) * STEP_ROWS;
  return { first: Math.max(0, down), last: Math.min(count - 1, up) };
}

/**
 * Follows the window over a list.
 * @param body holds the rows and is as high as all of them
 * @param seen is told what can be seen whenever that may have changed
 * @returns the rows to lay out
 */
export function useRowsInView(
  body: RefObject<HTMLElement | null>,
  { rowPx, count }: Pick<Window, 'rowPx' | 'count'>,
  seen: (range: Range) => void,
): Range {
  const [range, setRange] = useState<Range>({ first: 0, last: -1 });
  useLayoutEffect(() => {
    const look = () => {
      const top = body.current?.getBoundingClientRect().top ?? 0;
      const now = rowsSeen({ top, heightPx: innerHeight, rowPx, count });
      const next = rowsLaidOut(now, count);
      setRange((before) => (before.first === next.first && before.last === next.last ? before : next));
      seen(now);
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [body, rowPx, count, seen]);
  return range;
}

// The list itself. Only the rows in view are in the page, so that a hundred thousand scroll like fifty.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Endpoint } from '../api/answers.ts';
import { useListKeys } from './keyboard.ts';
import { type LongList, type Range, rowAt } from './long-list.ts';
import { keepPlace, keptPlace } from './place.ts';
import { RowCells, rowLinkId } from './row.tsx';
import { useRowsInView } from './rows-in-view.ts';

const ROW_PX = 48;
const PHONE_ROW_PX = 76;
const PHONE = matchMedia('(max-width: 640px)');
/** Further down than this, nothing is put in above. */
const AT_HEAD_PX = 4;
/** Kept free above and below a row that is gone to: the bar, and the next row. */
const MARGIN_PX = 64;

interface TableProps {
  readonly tenant: string;
  readonly list: LongList;
  /** The newest endpoints; `undefined` while they are not known. */
  readonly endpoints: ReadonlyMap<string, Endpoint> | undefined;
  /** There are older ones behind. */
  readonly goesOn: boolean;
  /** Somebody wants nothing to move. */
  readonly paused: boolean;
  /** Is told which rows are in view, and whether they are to be held still. */
  readonly look: (range: Range, held: boolean) => void;
}

export function DeliveryTable({ tenant, list, endpoints, goesOn, paused, look }: TableProps) {
  const body = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<number>();
  const goal = useRef<number | undefined>(undefined);
  const firstSeen = useRef(0);
  const rowPx = PHONE.matches ? PHONE_ROW_PX : ROW_PX;

  useLayoutEffect(() => {
    const kept = keptPlace();
    if (kept !== undefined) scrollTo(0, kept);
  }, []);
  const seen = useCallback(
    (range: Range) => {
      firstSeen.current = range.first;
      look(range, paused || chosen !== undefined || scrollY > AT_HEAD_PX);
    },
    [look, paused, chosen],
  );
  const { first, last } = useRowsInView(body, { rowPx, count: list.length }, seen);

  const go = (place: number) => {
    if (place < 0 || place >= list.length) return;
    goal.current = place;
    setChosen(place);
    bringIntoView(body.current, place * rowPx, rowPx);
  };
  const leave = () => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  };
  useListKeys({ chosen, firstSeen: firstSeen.current, go, leave });
  // A row can take the focus only once it is there, which may be after a page was fetched.
  useEffect(() => {
    if (goal.current === undefined) return;
    const row = rowAt(list, goal.current);
    const link = typeof row === 'object' ? document.getElementById(rowLinkId(row.id)) : null;
    if (link === null) return;
    goal.current = undefined;
    link.focus({ preventScroll: true });
  });

  const places = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  // The row with the focus stays in the page, or the focus would be lost.
  if (chosen !== undefined && chosen < first) places.unshift(chosen);
  if (chosen !== undefined && chosen > last && chosen < list.length) places.push(chosen);
  const placeOf = (target: EventTarget) => {
    const row = target instanceof Element ? target.closest('[aria-rowindex]') : null;
    return row === null ? undefined : Number(row.getAttribute('aria-rowindex')) - 2;
  };
  return (
    <div
      className="table deliveries"
      role="table"
      aria-label="Deliveries, newest first"
      aria-rowcount={goesOn ? -1 : list.length + 1}
    >
      <div role="rowgroup" className="table-head">
        <div role="row" aria-rowindex={1}>
          {['State', 'Event', 'Endpoint', 'Last attempt', 'Attempts', 'Created'].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        className="table-body"
        ref={body}
        style={{ height: list.length * rowPx }}
        onFocus={({ target }) => setChosen(placeOf(target))}
        onBlur={() => setChosen(goal.current)}
        onClickCapture={() => keepPlace()}
      >
        {places.map((place) => {
          const row = rowAt(list, place);
          const delivery = typeof row === 'object' ? row : undefined;
          return (
            <div
              key={delivery?.id ?? place}
              role="row"
              aria-rowindex={place + 2}
              className={place === chosen ? 'chosen' : ''}
              style={{ height: rowPx, transform: `translateY(${place * rowPx}px)` }}
            >
              {delivery === undefined ? (
                <span role="cell" className={row === 'aside' ? 'bone' : 'muted'}>
                  {row === 'aside' ? '' : 'No longer in this list'}
                </span>
              ) : (
                <RowCells
                  delivery={delivery}
                  tenant={tenant}
                  newest={endpoints}
                  path={`/t/${encodeURIComponent(tenant)}/deliveries/${delivery.id}`}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Scrolls as little as makes a row visible. @param top of the row in the list, in pixels */
function bringIntoView(body: HTMLElement | null, top: number, rowPx: number): void {
  const at = (body?.getBoundingClientRect().top ?? 0) + top;
  if (at < MARGIN_PX) scrollBy(0, at - MARGIN_PX);
  else if (at + rowPx > innerHeight - MARGIN_PX) scrollBy(0, at + rowPx - innerHeight + MARGIN_PX);
}

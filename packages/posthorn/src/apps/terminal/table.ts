// A table with a head, as wide as the terminal: what may be cut is cut, and a column without room is left out.
import { cut, GAP, pad, padLeft, width } from './columns.ts';
import type { Paint, Style } from './paint.ts';

export interface Column<Row> {
  readonly title: string;
  /** The text of a cell; what came from outside must have been made inert. */
  readonly cell: (row: Row) => string;
  readonly style?: (row: Row) => Style | undefined;
  /** For figures. */
  readonly right?: boolean;
  /** The least places that are of use: a column with them is cut to fit, and left out when not even they are there. */
  readonly least?: number;
}

export interface Sheet {
  /** Places in a line; `undefined` for as many as are needed. */
  readonly places: number | undefined;
  readonly paint: Paint;
}

/** Lines of a head and a row each. Without rows there is no head either. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], { places, paint }: Sheet): string[] {
  if (rows.length === 0) return [];
  const texts = columns.map(({ title, cell }) => [title, ...rows.map(cell)]);
  const laidOut = layOut(
    columns.map(({ least }, index) => ({ index, least, places: Math.max(...(texts[index] ?? []).map(width)) })),
    places ?? Number.POSITIVE_INFINITY,
  );
  return ['head' as const, ...rows].map((row, line) =>
    laidOut
      .map(({ index, places: room }, at) => {
        const text = cut(texts[index]?.[line] ?? '', room);
        const style = row === 'head' ? 'gray' : columns[index]?.style?.(row);
        const painted = style === undefined ? text : paint(style, text);
        if (columns[index]?.right === true) return padLeft(painted, room);
        return at === laidOut.length - 1 ? painted : pad(painted, room);
      })
      .join(GAP)
      .trimEnd(),
  );
}

interface Laid {
  readonly index: number;
  readonly least: number | undefined;
  readonly places: number;
}

/** Takes from the widest of those that may be cut, then leaves the last of them out and begins anew. */
function layOut(wanted: readonly Laid[], places: number): readonly Laid[] {
  const laid = wanted.map((each) => ({ ...each }));
  let over = laid.reduce((sum, each) => sum + each.places, (laid.length - 1) * GAP.length) - places;
  while (over > 0) {
    const elastic = laid.filter(({ least, places: room }) => least !== undefined && room > least);
    const [widest] = elastic.sort((a, b) => b.places - a.places);
    if (widest === undefined) {
      const last = wanted.findLastIndex(({ least }) => least !== undefined);
      return last < 0 ? laid : layOut(wanted.toSpliced(last, 1), places);
    }
    widest.places -= 1;
    over -= 1;
  }
  return laid;
}

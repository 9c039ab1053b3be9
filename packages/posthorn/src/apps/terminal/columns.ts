// Aligned columns, measured as they are seen: colours take no room, wide characters take two places.
import { stripVTControlCharacters } from 'node:util';

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/gu;
const COMBINING = /\p{Mark}/gu;

/** Between columns. */
export const GAP = '  ';
const CUT_OFF = '…';

/** Places that a text takes on a terminal. */
export function width(text: string): number {
  const shown = stripVTControlCharacters(text).replace(COMBINING, '');
  return [...shown].length + (shown.match(WIDE)?.length ?? 0);
}

/** Fills a text up with spaces on the right; a longer one stays as it is. */
export const pad = (text: string, places: number): string => text + ' '.repeat(Math.max(0, places - width(text)));

/** Fills a text up with spaces on the left. */
export const padLeft = (text: string, places: number): string => ' '.repeat(Math.max(0, places - width(text))) + text;

/** A text that takes no more places than there are; one that is cut short ends in `…`, and loses its colours. */
export function cut(text: string, places: number): string {
  if (width(text) <= places) return text;
  let kept = '';
  let room = places - width(CUT_OFF);
  for (const character of stripVTControlCharacters(text)) {
    room -= width(character);
    if (room < 0) break;
    kept += character;
  }
  return kept + CUT_OFF;
}

/** Lines with two spaces between columns, each as wide as its widest cell; nothing trails. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, width(cell));
  }
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : pad(cell, widths[index] ?? 0)))
      .join(GAP)
      .trimEnd(),
  );
}

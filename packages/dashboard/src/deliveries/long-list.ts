// A list of any length as far as somebody has gone through it. The rows around those in view are kept; of all others only
// where they were and how to ask for them again, so that a hundred thousand rows cost little more than a thousand.
import type { Delivery, Page } from '../api/answers.ts';
import type { AttemptMessage } from '../live/changes.ts';

/** Rows kept around those in view: about 2 MB. */
export const MAX_KEPT_ROWS = 4_000;

/** One page of the API, in its place. */
interface Stretch {
  /** Asks for it again; `undefined` for the newest one. */
  readonly cursor: string | undefined;
  /** Place of its first row. */
  readonly from: number;
  readonly count: number;
  readonly newestId: string;
  /** Its last row: what comes behind belongs to the next one. */
  readonly lastId: string;
  /**
   * `undefined` when it was put aside. A row is `undefined` when it was no longer there as the stretch was asked for again:
   * its place stays, so that nothing moves.
   */
  readonly rows: readonly (Delivery | undefined)[] | undefined;
}

export interface LongList {
  readonly stretches: readonly Stretch[];
  /** Asks for what comes behind; `null` at the end. */
  readonly next: string | null;
  readonly length: number;
}

/** Rows by their places, the last one included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

export const NO_ROWS: LongList = { stretches: [], next: null, length: 0 };

/** A list of its newest page. @param known what was shown before: what has not changed stays the same object */
export function beginList(page: Page<Delivery>, known: LongList = NO_ROWS): LongList {
  const before = new Map(known.stretches[0]?.rows?.map((row) => [row?.id, row]));
  const data = page.data.map((row) => newer(before.get(row.id), row));
  return appendPage(NO_ROWS, { ...page, data }, undefined);
}

/** Adds the next page at the end. @param cursor that it was asked with */
export function appendPage(list: LongList, page: Page<Delivery>, cursor: string | undefined): LongList {
  const [newest, last] = [page.data[0], page.data.at(-1)];
  if (newest === undefined || last === undefined) return { ...list, next: page.nextCursor };
  const place = { cursor, from: list.length, count: page.data.length };
  const stretch = { ...place, newestId: newest.id, lastId: last.id, rows: page.data };
  return {
    stretches: [...list.stretches, stretch],
    next: page.nextCursor,
    length: list.length + stretch.count,
  };
}

/** Puts a page that was asked for again into its place. New rows in between wait until the list begins anew. */
export function refill(list: LongList, page: Page<Delivery>, cursor: string | undefined): LongList {
  return mapStretches(list, (stretch) => {
    if (stretch.cursor !== cursor) return stretch;
    if (stretch.rows === undefined) {
      const within = page.data.filter(({ id }) => id >= stretch.lastId);
      return { ...stretch, rows: Array.from({ length: stretch.count }, (_, index) => within[index]) };
    }
    const fetched = new Map(page.data.map((row) => [row.id, row]));
    return withRows(stretch, (row) => newer(row, fetched.get(row.id) ?? row));
  });
}

/** Takes in what the stream told of deliveries that are kept. */
export function applyAttempts(list: LongList, attempts: ReadonlyMap<string, AttemptMessage>): LongList {
  if (attempts.size === 0) return list;
  return mapStretches(list, (stretch) =>
    withRows(stretch, (row) => {
      const attempt = attempts.get(row.id);
      return attempt === undefined ? row : afterAttempt(row, attempt);
    }),
  );
}

/** Puts aside what is far from the rows in view, when there is more than is kept. */
export function putAside(list: LongList, { first, last }: Range): LongList {
  const kept = list.stretches.filter(({ rows }) => rows !== undefined);
  let count = kept.reduce((sum, stretch) => sum + stretch.count, 0);
  if (count <= MAX_KEPT_ROWS) return list;
  const distance = ({ from, count: rows }: Stretch) => Math.max(from - last, first - (from + rows), 0);
  const far = new Set<Stretch>();
  for (const stretch of kept.sort((a, b) => distance(b) - distance(a))) {
    if (count <= MAX_KEPT_ROWS || distance(stretch) === 0) break;
    far.add(stretch);
    count -= stretch.count;
  }
  return mapStretches(list, (stretch) => (far.has(stretch) ? { ...stretch, rows: undefined } : stretch));
}

/** The row at a place; `aside` when it is not kept, `gone` when it did not fit any more as it was asked for again. */
export function rowAt(list: LongList, place: number): Delivery | 'aside' | 'gone' {
  const stretch = list.stretches[indexOfStretch(list, place)];
  if (stretch?.rows === undefined) return 'aside';
  return stretch.rows[place - stretch.from] ?? 'gone';
}

/** The parts of a range, besides the newest page: cursors, and whether the rows are kept. */
export function stretchesIn(
  list: LongList,
  { first, last }: Range,
): readonly { readonly cursor: string; readonly kept: boolean }[] {
  return list.stretches
    .slice(Math.max(0, indexOfStretch(list, first)), indexOfStretch(list, Math.min(last, list.length - 1)) + 1)
    .flatMap(({ cursor, rows }) => (cursor === undefined ? [] : [{ cursor, kept: rows !== undefined }]));
}

/** Index of the stretch that holds a place; -1 for places before the first. */
function indexOfStretch({ stretches }: LongList, place: number): number {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stretches[middle]?.from ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function mapStretches(list: LongList, map: (stretch: Stretch) => Stretch): LongList {
  const stretches = list.stretches.map(map);
  return stretches.every((stretch, index) => stretch === list.stretches[index]) ? list : { ...list, stretches };
}

function withRows(stretch: Stretch, map: (row: Delivery) => Delivery): Stretch {
  const rows = stretch.rows?.map((row) => row && map(row));
  return rows === undefined || rows.every((row, index) => row === stretch.rows?.[index])
    ? stretch
    : { ...stretch, rows };
}

/** Answers overtake each other, and the stream overtakes them: more attempts are the later state. */
function newer(known: Delivery | undefined, fetched: Delivery): Delivery {
  if (known === undefined || known === fetched) return fetched;
  if (known.attemptCount > fetched.attemptCount) return known;
  const same =
    known.state === fetched.state &&
    known.attemptCount === fetched.attemptCount &&
    known.nextAttemptAt === fetched.nextAttemptAt &&
    known.endedAt === fetched.endedAt;
  return same ? known : fetched;
}

function afterAttempt(
  row: Delivery,
  { number, state, nextAttemptAt, startedAt, durationMs, outcome, status, late }: AttemptMessage,
): Delivery {
  if (late || number <= row.attemptCount) return row;
  const ended = new Date(Date.parse(startedAt) + durationMs).toISOString();
  return {
    ...row,
    state,
    attemptCount: number,
    nextAttemptAt,
    endedAt: state === 'pending' ? null : (row.endedAt ?? ended),
    lastAttempt: { outcome, status, startedAt },
  };
}

// Cursors: where a list goes on. Opaque to clients, so that what a list is sorted by can change; they hold no secret, and a
// forged one can at most skip items of a list that its owner may read anyway.
import { invalid } from './problems.ts';

/** Reads back the key of a list's last item; `undefined` when the text is none. */
export type KeyReader<Key> = (text: string) => Key | undefined;

/** @param list one word that tells lists apart, so that a cursor of one is refused by another */
export function makeCursor(list: string, key: string): string {
  return Buffer.from(`${list}:${key}`, 'utf8').toString('base64url');
}

/**
 * The key that a cursor holds; `null` when there is no cursor and the list begins at its beginning.
 * @throws Problem when it is not one of our cursors, or one of another list
 */
export function readCursor<Key>(list: string, cursor: string | undefined, read: KeyReader<Key>): Key | null {
  if (cursor === undefined) return null;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const key = text.startsWith(`${list}:`) ? read(text.slice(list.length + 1)) : undefined;
  // Base64 has many spellings of the same bytes; ours is the one we make.
  if (key === undefined || makeCursor(list, text.slice(list.length + 1)) !== cursor) {
    throw invalid({ field: 'query.cursor', message: 'must be the nextCursor of an earlier page of this list' });
  }
  return key;
}

/** A page of a list as it is answered. */
export interface Page<Item> {
  readonly data: Item[];
  readonly nextCursor: string | null;
}

/** The items that were found for a page. */
export interface Found<Item> {
  readonly items: readonly Item[];
  /** Where to go on if the search ended before the page was full; else `null`. */
  readonly cutAt: string | null;
}

/**
 * Makes a page of items that were asked for with one more than `limit`: whether there is one more tells whether the list
 * goes on. So it does, too, where the search ended early.
 */
export function pageOf<Item, Shown>(
  list: string,
  { items, cutAt }: Found<Item>,
  limit: number,
  keyOf: (item: Item) => string,
  show: (item: Item) => Shown,
): Page<Shown> {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  const end = items.length > limit && last !== undefined ? keyOf(last) : cutAt;
  return { data: shown.map(show), nextCursor: end === null ? null : makeCursor(list, end) };
}

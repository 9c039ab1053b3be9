// What a step through a list looks for, and what it finds.

/** What was found, and where to go on; `next` is `null` when nothing is left to examine. */
export interface Step<Item, Key> {
  readonly items: readonly Item[];
  readonly next: Key | null;
}

/** Rows to look through: ids from `low` (included) up to `high` (not included). */
export interface Search {
  readonly tenant: number;
  readonly endpoint: number | null;
  readonly event: number | null;
  readonly type: string | null;
  readonly since: number;
  readonly until: number;
  readonly low: Uint8Array;
  readonly high: Uint8Array;
}

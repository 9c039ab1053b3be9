// A step through a list: its conditions and its result.

/** The rows found, and where to go on; `next` is `null` when nothing is left to examine. */
export interface Step<Item, Key> {
  readonly items: readonly Item[];
  readonly next: Key | null;
}

/** Deliveries to look for: ids from `low` (included) up to `high` (not included). `null` is any. */
export interface Search {
  readonly tenant: number;
  readonly low: Uint8Array;
  readonly high: Uint8Array;
  readonly states: readonly number[];
  readonly endpoint: number | null;
  readonly type: string | null;
  readonly outcomes: readonly number[] | null;
  /** As they are stored: less `STATUS_BASE`. */
  readonly statuses: readonly number[] | null;
}

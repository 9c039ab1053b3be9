// The list of deliveries and what keeps it current: begins anew with the newest page while somebody looks at its head; holds
// still while they read on below, with states that change in place and a count of what is new.
import type { Delivery, Page } from '../api/answers.ts';
import type { Changes } from '../live/changes.ts';
import { Throttle } from '../live/throttle.ts';
import {
  appendPage,
  applyAttempts,
  beginList,
  type LongList,
  NO_ROWS,
  putAside,
  type Range,
  refill,
  stretchesIn,
} from './long-list.ts';

/** The newest page, asked for again and again: more than fits into a window. */
export const HEAD_ITEMS = 100;
/** The API's largest page: older ones are read in bulk. */
export const OLDER_ITEMS = 200;
/** The newest page is asked for this often at most, in milliseconds. */
export const HEAD_GAP_MS = 500;
/** Rows in view, and older ones, are asked for again this often at most, in milliseconds. */
const IN_VIEW_GAP_MS = 2_000;
/** Rows before the end at which the next page is fetched: a second of scrolling at full speed. */
const AHEAD_ROWS = 300;
/** At the head, where the list begins anew again and again, no more than a window needs. */
const AHEAD_AT_HEAD_ROWS = 40;
/** Rows around those in view that are fetched again once they were put aside. */
const AROUND_ROWS = 100;
/** As many as are laid out: browsers draw nothing beyond about 17 million pixels. Filters lead to what is behind. */
export const MAX_ROWS = 200_000;

/** @param cursor of the page; `undefined` for the newest one */
export type Ask = (cursor: string | undefined, limit: number) => Promise<Page<Delivery>>;

export interface FeedView {
  readonly list: LongList;
  /** The newest page has been there once. */
  readonly loaded: boolean;
  /** Why the newest page is not there, or not current. */
  readonly error: Error | undefined;
  /** Why older ones are not there. */
  readonly olderError: Error | undefined;
  /** Deliveries that are newer than the list; they are put in once its head is looked at. */
  readonly fresh: number;
  /** There may be more of them than were counted. */
  readonly manyFresh: boolean;
}

export class DeliveryFeed {
  readonly #ask: Ask;
  readonly #listeners = new Set<() => void>();
  readonly #head = new Throttle(HEAD_GAP_MS, () => this.#askHead());
  readonly #inView = new Throttle(IN_VIEW_GAP_MS, () => this.#askInView());
  #view: FeedView = {
    list: NO_ROWS,
    loaded: false,
    error: undefined,
    olderError: undefined,
    fresh: 0,
    manyFresh: false,
  };
  #range: Range = { first: 0, last: 0 };
  #held = false;
  /** Rows that came while the list was held still. */
  #latest: Page<Delivery> | undefined;
  /** Answers that were asked for before the list began anew have no place in it. */
  #edition = 0;
  #fetching = false;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  readonly view = (): FeedView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Tells which rows are in view.
   * @param held whether nothing may move: somebody has scrolled down, or goes through the list by keyboard
   */
  look(range: Range, held: boolean): void {
    const released = this.#held && !held;
    this.#range = range;
    this.#held = held;
    if (released) {
      if (this.#latest !== undefined) this.#begin(this.#latest);
      this.#head.ask();
    }
    void this.#fetchWhatIsSeen();
  }

  /** Asks for what may have changed. */
  refresh(): void {
    this.#head.ask();
    if (!this.#view.loaded) return;
    this.#inView.ask();
    if (this.#view.olderError !== undefined) this.#change({ olderError: undefined });
    void this.#fetchWhatIsSeen();
  }

  /** Takes in changes. @param mayAdd whether they may be of deliveries that belong into the list */
  hear(changes: Changes, mayAdd: boolean): void {
    const list = applyAttempts(this.#view.list, changes.attempts);
    if (list !== this.#view.list) this.#change({ list });
    if (changes.everything) this.refresh();
    else if (mayAdd) this.#head.ask();
  }

  async #askHead(): Promise<void> {
    try {
      const page = await this.#ask(undefined, HEAD_ITEMS);
      if (!this.#held || this.#view.list.length === 0) return this.#begin(page);
      this.#latest = page;
      const newest = this.#view.list.stretches[0]?.newestId ?? '';
      const fresh = page.data.filter(({ id }) => id > newest).length;
      this.#change({
        list: refill(this.#view.list, page, undefined),
        error: undefined,
        fresh,
        manyFresh: fresh === page.data.length && page.nextCursor !== null,
      });
    } catch (error) {
      this.#change({ error: asError(error) });
    }
  }

  #begin(page: Page<Delivery>): void {
    this.#edition += 1;
    this.#latest = undefined;
    this.#change({
      list: beginList(page, this.#view.list),
      loaded: true,
      error: undefined,
      olderError: undefined,
      fresh: 0,
      manyFresh: false,
    });
    void this.#fetchWhatIsSeen();
  }

  async #askInView(): Promise<void> {
    const edition = this.#edition;
    for (const { cursor, kept } of stretchesIn(this.#view.list, this.#range)) {
      if (kept) await this.#askAgain(cursor, edition).catch(() => {});
    }
  }

  /** Fetches one page after the other until everything is there that is, or will soon be, in view. */
  async #fetchWhatIsSeen(): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    try {
      for (let work = this.#missing(); work !== undefined; work = this.#missing()) await work();
    } catch (error) {
      this.#change({ olderError: asError(error) });
    }
    this.#fetching = false;
  }

  #missing(): (() => Promise<void>) | undefined {
    const { list, olderError } = this.#view;
    if (olderError !== undefined) return undefined;
    const edition = this.#edition;
    const { first, last } = this.#range;
    const around = { first: Math.max(0, first - AROUND_ROWS), last: last + AROUND_ROWS };
    const aside = stretchesIn(list, around).find(({ kept }) => !kept);
    if (aside !== undefined) return () => this.#askAgain(aside.cursor, edition);
    const ahead = this.#held ? AHEAD_ROWS : AHEAD_AT_HEAD_ROWS;
    const { next } = list;
    if (next === null || list.length >= MAX_ROWS || last + ahead < list.length) return undefined;
    return async () => {
      const page = await this.#ask(next, OLDER_ITEMS);
      if (edition !== this.#edition) return;
      this.#change({ list: putAside(appendPage(this.#view.list, page, next), this.#range) });
    };
  }

  async #askAgain(cursor: string, edition: number): Promise<void> {
    const page = await this.#ask(cursor, OLDER_ITEMS);
    if (edition !== this.#edition) return;
    this.#change({ list: putAside(refill(this.#view.list, page, cursor), this.#range) });
  }

  #change(change: Partial<FeedView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener();
  }
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

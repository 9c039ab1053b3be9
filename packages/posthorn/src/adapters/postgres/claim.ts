// Claiming: what is due, what waits in backlogs, and when something will be due.
import { type EndpointId, idFloor, idTime, type OwnerId } from '../../domain/ids.ts';
import { type SteadyMs, steady } from '../../domain/time.ts';
import type { Claim, DueClaim } from '../../seams/store/queue.ts';
import { BACKLOGS, CLAIM_BACKLOG, CLAIM_DUE, NEXT_DUE } from './claim-sql.ts';
import type { Database } from './connection.ts';
import { unregistered } from './errors.ts';
import { claimOf, type LeasedRow } from './leased-rows.ts';
import { type Look, MovingBound } from './moving-bound.ts';
import { NIL, plainArray } from './sql-values.ts';

/**
 * How far below the last claimed row another process, whose clock may be behind or whose commit late, may put a new one that is
 * seen by the next claim; by one of the next second, if it is further. While somebody holds a snapshot, each claim wades through
 * what this process has claimed in that time.
 */
const MARGIN_MS = 100;
/** Endpoints whose backlog's bound is remembered; the others are looked at from the front. */
const MAX_BACKLOG_BOUNDS = 10_000;

export interface Want {
  readonly endpointId: EndpointId;
  readonly limit: number;
}

/** Comes with what was due. */
type DueRow = LeasedRow & { readonly due_at: number };
type MaybeLeased = LeasedRow | { readonly id: null };

export class Claims {
  readonly #database: Database;
  readonly #due = new MovingBound<number>(0);
  readonly #backlogs = new Map<EndpointId, MovingBound<string>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** This process has made something due at `at`: no claim from now on may miss it. */
  noteDue(at: number): void {
    this.#due.note(at);
  }

  /** This process has put a delivery of any age into a backlog. */
  noteBacklog(endpointId: EndpointId): void {
    this.#backlogs.delete(endpointId);
  }

  /** See `Queue.claimDue`. */
  async claimDue(owner: OwnerId, now: SteadyMs, limit: number): Promise<DueClaim> {
    const claim = await this.#lookForDue(owner, now, limit, this.#due.begin(performance.now()));
    if (claim !== undefined) return claim;
    const found = await this.#lookForDue(owner, now, limit, this.#due.begin(performance.now(), true));
    return found ?? { deliveries: [], dueAt: [], revisions: new Map(), nextDue: null };
  }

  /** @returns `undefined` when nothing was found and the front has not been looked at */
  async #lookForDue(owner: OwnerId, now: SteadyMs, limit: number, look: Look<number>): Promise<DueClaim | undefined> {
    let bound: number | undefined;
    try {
      const rows = await this.#database.work<
        (DueRow | { readonly id: null }) & { registered: boolean; next_due: number | null; last_due: number | null }
      >(CLAIM_DUE, [owner, now, look.from, limit]);
      const [first] = rows;
      if (first?.registered !== true) throw unregistered(owner);
      if (first.last_due !== null) bound = first.last_due - MARGIN_MS;
      else if (!look.full) return undefined;
      const nextDue = first.next_due === null ? null : steady(first.next_due);
      const claimed = rows.filter((row) => row.id !== null);
      return { ...claimOf(claimed), dueAt: claimed.map(({ due_at }) => steady(due_at)), nextDue };
    } finally {
      this.#due.end(look, performance.now(), bound);
    }
  }

  /** See `Queue.claimBacklog`. */
  async claimBacklog(owner: OwnerId, wants: readonly Want[]): Promise<Claim> {
    const found = await this.#lookForBacklog(owner, wants, false);
    const claimed = new Set(found.rows.map(({ endpoint_id }) => endpoint_id));
    const empty = wants.filter(({ endpointId }) => found.bounded.has(endpointId) && !claimed.has(endpointId));
    if (empty.length === 0) return claimOf(found.rows);
    return claimOf([...found.rows, ...(await this.#lookForBacklog(owner, empty, true)).rows]);
  }

  async #lookForBacklog(
    owner: OwnerId,
    wants: readonly Want[],
    full: boolean,
  ): Promise<{ rows: LeasedRow[]; bounded: Set<EndpointId> }> {
    if (wants.length === 0) return { rows: [], bounded: new Set() };
    const beganMs = performance.now();
    const looks = wants.map(({ endpointId }) => {
      const bound = this.#backlogBound(endpointId);
      return { endpointId, bound, look: full ? bound.begin(beganMs, true) : bound.begin(beganMs) };
    });
    const last = new Map<EndpointId, string>();
    try {
      const all = await this.#database.work<MaybeLeased & { registered: boolean }>(CLAIM_BACKLOG, [
        owner,
        plainArray(wants.map(({ endpointId }) => endpointId)),
        plainArray(wants.map(({ limit }) => limit)),
        plainArray(looks.map(({ look }) => look.from)),
      ]);
      if (all[0]?.registered !== true) throw unregistered(owner);
      const rows = all.filter((row) => row.id !== null);
      for (const { endpoint_id, id } of rows) last.set(endpoint_id, idFloor(idTime(id) - MARGIN_MS));
      return { rows, bounded: new Set(looks.filter(({ look }) => !look.full).map(({ endpointId }) => endpointId)) };
    } finally {
      const endedMs = performance.now();
      for (const { endpointId, bound, look } of looks) bound.end(look, endedMs, last.get(endpointId));
    }
  }

  #backlogBound(endpointId: EndpointId): MovingBound<string> {
    const known = this.#backlogs.get(endpointId);
    if (known !== undefined) return known;
    const [oldest] = this.#backlogs.keys();
    if (oldest !== undefined && this.#backlogs.size >= MAX_BACKLOG_BOUNDS) this.#backlogs.delete(oldest);
    const bound = new MovingBound<string>(NIL);
    this.#backlogs.set(endpointId, bound);
    return bound;
  }

  /** See `Queue.backlogs`. */
  async backlogs(limit: number): Promise<EndpointId[]> {
    const rows = await this.#database.work<{ endpoint_id: EndpointId }>(BACKLOGS, [limit]);
    return rows.map(({ endpoint_id }) => endpoint_id);
  }

  /** See `Queue.nextDue`. */
  async nextDue(): Promise<SteadyMs | null> {
    const look = this.#due.begin(performance.now());
    const found = await this.#lookForNextDue(look);
    return found !== null || look.full ? found : this.#lookForNextDue(this.#due.begin(performance.now(), true));
  }

  async #lookForNextDue(look: Look<number>): Promise<SteadyMs | null> {
    try {
      const [row] = await this.#database.work<{ due_at: number }>(NEXT_DUE, [look.from]);
      return row === undefined ? null : steady(row.due_at);
    } finally {
      this.#due.end(look, performance.now());
    }
  }
}

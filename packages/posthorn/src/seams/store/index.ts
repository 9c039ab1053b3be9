// The engine's only memory. Two implementations, `sqlite` and `postgres`, keep the promises written at each call; one
// contract suite (tests/store-contract) holds both to them. All times that cross this seam are whole milliseconds: the caller
// rounds (`wholeMs`, `nextWholeMs`), and both stores refuse a fraction as a defect.
import type { History } from './history.ts';
import type { Idempotency } from './idempotency.ts';
import type { Queue } from './queue.ts';
import type { Registry } from './registry.ts';
import type { Replays } from './replays.ts';
import type { Sessions } from './sessions.ts';
import type { Tallies } from './tallies.ts';

export interface Store extends Registry, Queue, History, Replays, Sessions, Idempotency, Tallies {
  /** One word for logs: `sqlite` or `postgres`. */
  readonly kind: string;
  /** Writes something that nobody reads, as far as to the disk. Rejects with a `StoreUnavailable` when the store cannot be written to. */
  ping(): Promise<void>;
  /** Ends all use. Calls under way are finished first. */
  close(): Promise<void>;
}

/** Why a store cannot do its work. */
export const STORE_FAILURES = ['unreachable', 'refused', 'disk_full', 'read_only', 'busy', 'unregistered'] as const;

/**
 * The store cannot do its work right now: unreachable, refused, disk full, locked. Nothing is known of the call that met it; it may
 * be made again. Every other rejection of a store call is a defect.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly code: (typeof STORE_FAILURES)[number];

  /** @param message what happened and what to do, for the person who runs Posthorn */
  constructor(code: StoreUnavailable['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The store cannot be opened, and trying again will not help: newer than this program, in use, not a database. With
 * `wrong_settings` nothing but another setting will.
 */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
  readonly code:
    | 'newer'
    | 'in_use'
    | 'read_only'
    | 'not_a_database'
    | 'unreachable'
    | 'too_old'
    | 'wrong_settings'
    | 'reserved_tenant';

  /** @param message what happened, where, and what to do */
  constructor(code: StoreRefused['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A request was so slow that another one has claimed its key: it has changed nothing, and must not any more. */
export function keyLost(): StoreUnavailable {
  return new StoreUnavailable(
    'busy',
    'A request took so long that another one has its idempotency key. It did nothing.',
  );
}

/** The message of `reserved_tenant`. @param id of the tenant */
export const reservedTenant = (id: string): string =>
  `The database has a tenant whose id is ${id}. Ids that begin with "_" are kept for tenants of Posthorn's own from this version on. Start the Posthorn that wrote the database, delete this tenant or create it anew under another id, and start this one again.`;

// The store's part for requests that may be sent twice: what was done and answered under an idempotency key, the same for
// every process, and after a restart.
import type { ClaimId } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';

/**
 * A key that a request has claimed. Calls that take one store their outcome with it, in the transaction of their change: made
 * again under the same claim, by whichever process, they change nothing and answer with the first outcome. They reject with
 * `keyLost` when another request has the key by now.
 */
export interface ClaimedKey {
  /** SHA-256 of whose key it is and what it counts for. The key itself is stored nowhere. */
  readonly hash: Uint8Array;
  /** Of whatever the request makes. */
  readonly id: ClaimId;
}

/** A request under a key, as it begins. Its id is proposed. */
export interface KeyClaim extends ClaimedKey {
  /** SHA-256 of the request. */
  readonly request: Uint8Array;
  readonly at: WallMs;
}

export type ClaimAnswer =
  /**
   * The key is the caller's. `id` is the one it proposed, or that of an abandoned claim for the same request: whatever that one
   * has made before it died has this id, and is found again instead of being made twice.
   */
  | { readonly kind: 'claimed'; readonly id: ClaimId }
  /** The key is taken. `answer` is sealed, and `null` while the request is under way. */
  | { readonly kind: 'taken'; readonly request: Uint8Array; readonly answer: Uint8Array | null };

export interface Idempotency {
  /**
   * Takes a key for a request, if it is free: never used, claimed before `forgotten`, or claimed before `abandoned` and not
   * answered, since then whoever claimed it has died. If that one has left an outcome, the key is free for the same request
   * only.
   */
  claimKey(claim: KeyClaim, forgotten: WallMs, abandoned: WallMs): Promise<ClaimAnswer>;
  /** Stores the answer of the request that has claimed a key. Nothing happens if another one has claimed it since. */
  answerKey(hash: Uint8Array, id: ClaimId, answer: Uint8Array): Promise<void>;
  /**
   * Gives up a claim that is not answered: it counts as made at `at`, which is before `abandoned`, so that the next request
   * takes the key over. Nothing happens if another one has claimed it since.
   */
  giveUpKey(hash: Uint8Array, id: ClaimId, at: WallMs): Promise<void>;
  /** Removes what was claimed before a moment, at most `limit` keys. @returns how many they were */
  pruneKeys(before: WallMs, limit: number): Promise<number>;
}

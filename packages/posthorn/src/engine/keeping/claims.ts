// Claims of idempotency keys: a request that is sent twice under one key does its work once, whichever process it reaches and
// whatever dies meanwhile. Answers are sealed, since they may hold secrets.
import { CLAIM_ABANDONED_MS, KEY_KEPT_MS } from '../../domain/idempotency.ts';
import { type ClaimId, makeId } from '../../domain/ids.ts';
import { seal, unseal } from '../../domain/sealing.ts';
import { type WallMs, wall } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Random } from '../../seams/random.ts';
import type { ClaimedKey } from '../../seams/store/idempotency.ts';
import { type Store, StoreUnavailable } from '../../seams/store/index.ts';

const NONCE_BYTES = 12;

type Keys = Pick<Store, 'exclusive' | 'claimKey' | 'answerKey' | 'giveUpKey'>;

export type ClaimResult =
  | { readonly kind: 'claimed'; readonly claim: ClaimedKey }
  /** It was answered before, with this. */
  | { readonly kind: 'answered'; readonly answer: string }
  | { readonly kind: 'under_way' }
  | { readonly kind: 'other_request' };

export class Claims {
  readonly #store: Keys;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #key: Uint8Array;
  /** Processes that claimed a key before this moment have died; `null` while other processes may be at work. */
  readonly #aloneSince: WallMs | null;

  /** @param key 32 bytes; seals the answers */
  constructor(store: Keys, clock: Clock, random: Random, key: Uint8Array) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#key = key;
    this.#aloneSince = store.exclusive ? clock.wallNow() : null;
  }

  /** Claims a key for a request. @param hash see `claimHash` @param request see `requestHash` */
  async claim(hash: Uint8Array, request: Uint8Array): Promise<ClaimResult> {
    const at = this.#clock.wallNow();
    const proposed = { hash, request, id: makeId<ClaimId>(at, this.#random.bytes(10)), at };
    const [forgotten, abandoned] = [
      wall(at - KEY_KEPT_MS),
      wall(Math.max(at - CLAIM_ABANDONED_MS, this.#aloneSince ?? 0)),
    ];
    const found = await this.#store.claimKey(proposed, forgotten, abandoned);
    if (found.kind === 'claimed') return { kind: 'claimed', claim: { hash, id: found.id } };
    if (Buffer.compare(found.request, request) !== 0) return { kind: 'other_request' };
    if (found.answer === null) return { kind: 'under_way' };
    const plain = unseal(this.#key, contextOf(hash), found.answer);
    if (plain === undefined) throw new Error('A kept answer does not open with the encryption key in use.');
    return { kind: 'answered', answer: new TextDecoder().decode(plain) };
  }

  /** Keeps the answer to the request that has claimed a key. */
  async answer({ hash, id }: ClaimedKey, answer: string): Promise<void> {
    const plain = new TextEncoder().encode(answer);
    await this.#store.answerKey(hash, id, seal(this.#key, this.#random.bytes(NONCE_BYTES), contextOf(hash), plain));
  }

  /** Lets the same request try again, with the same id: what it did is not known, or it was refused for a moment only. */
  async giveUp({ hash, id }: ClaimedKey): Promise<void> {
    const at = wall(this.#clock.wallNow() - CLAIM_ABANDONED_MS - 1);
    await this.#store.giveUpKey(hash, id, at).catch((error: unknown) => {
      // Then it is given up by its age.
      if (!(error instanceof StoreUnavailable)) throw error;
    });
  }
}

function contextOf(hash: Uint8Array): string {
  return `idempotency:${Buffer.from(hash).toString('hex')}`;
}

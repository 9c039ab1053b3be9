// The key that API calls must carry: given by a setting, or made once for a store and kept there as a hash.
import type { Random } from '../../seams/random.ts';
import type { Registry } from '../../seams/store/registry.ts';
import { hashApiKey, makeApiKey } from '../settings/api-key.ts';

const HASH_NAME = 'api-key-sha256';
const KEY_RANDOM_BYTES = 32;

export interface OpenedApiKey {
  /** SHA-256 of the key. */
  readonly hash: Uint8Array;
  /** The key itself, if this start made it: to be shown now, for it is kept nowhere. */
  readonly made: string | undefined;
}

/** @param given from the settings; it is used for this run and not stored */
export async function openApiKey(
  given: string | undefined,
  store: Pick<Registry, 'keep'>,
  random: Random,
): Promise<OpenedApiKey> {
  if (given !== undefined) return { hash: hashApiKey(given), made: undefined };
  const key = makeApiKey(random.bytes(KEY_RANDOM_BYTES));
  const candidate = hashApiKey(key);
  const hash = await store.keep(HASH_NAME, candidate);
  return { hash, made: Buffer.compare(hash, candidate) === 0 ? key : undefined };
}

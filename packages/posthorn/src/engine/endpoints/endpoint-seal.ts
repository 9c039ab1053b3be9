// Opens and closes the secret part of endpoints. The tenant and the endpoint are bound into the ciphertext, so that a row
// moved to another endpoint cannot be opened.
import type { EndpointSecrets } from '../../domain/endpoint.ts';
import type { EndpointId, TenantId } from '../../domain/ids.ts';
import { seal, unseal } from '../../domain/sealing.ts';
import type { Random } from '../../seams/random.ts';

const NONCE_BYTES = 12;

interface Sealed {
  readonly tenantId: TenantId;
  readonly id: EndpointId;
  readonly sealed: Uint8Array;
}

export class EndpointSeal {
  readonly #key: Uint8Array;
  readonly #random: Random;

  /** @param key 32 bytes */
  constructor(key: Uint8Array, random: Random) {
    this.#key = key;
    this.#random = random;
  }

  close(tenantId: TenantId, id: EndpointId, open: EndpointSecrets): Uint8Array {
    const plain = new TextEncoder().encode(JSON.stringify({ secrets: open.secrets, headers: open.headers }));
    return seal(this.#key, this.#random.bytes(NONCE_BYTES), context(tenantId, id), plain);
  }

  /** @throws when the ciphertext was not made with this key for this endpoint */
  open(endpoint: Sealed): EndpointSecrets {
    const plain = unseal(this.#key, context(endpoint.tenantId, endpoint.id), endpoint.sealed);
    if (plain === undefined) {
      throw new Error(
        `The stored secrets of endpoint ${endpoint.id} do not open with the encryption key in use: they were written with another key or for another endpoint. Start with the key that wrote them.`,
      );
    }
    return JSON.parse(new TextDecoder().decode(plain)) as EndpointSecrets;
  }
}

function context(tenantId: TenantId, id: EndpointId): string {
  return `endpoint:${tenantId}:${id}`;
}

// The settings of endpoints with the operator's key at hand: written as documents for the store, and read from them.
import {
  type DocumentPlace,
  type Documents,
  hostOf,
  readDocuments,
  readOpen,
  readPast,
  urlKeyOf,
  writeDocuments,
} from '../../domain/endpoint/documents.ts';
import type { EndpointSettings, OpenSettings, PastSettings } from '../../domain/endpoint/settings.ts';
import type { EndpointId, TenantId } from '../../domain/ids.ts';
import type { Random } from '../../seams/random.ts';

const NONCE_BYTES = 12;

/** An endpoint's documents, and what stores keep of the URL beside them. */
export interface Written extends Documents {
  readonly host: string;
  readonly urlKey: Uint8Array;
}

/** The version in force of an endpoint, as stores know it. */
interface InForce extends Documents {
  readonly tenantId: TenantId;
  readonly id: EndpointId;
  readonly version: number;
}

export class EndpointDocuments {
  readonly #key: Uint8Array;
  readonly #random: Random;

  /** @param key 32 bytes */
  constructor(key: Uint8Array, random: Random) {
    this.#key = key;
    this.#random = random;
  }

  write(place: DocumentPlace, settings: EndpointSettings | PastSettings): Written {
    return {
      ...writeDocuments(settings, place, this.#key, this.#random.bytes(NONCE_BYTES)),
      host: hostOf(settings.url),
      urlKey: this.urlKey(settings.url),
    };
  }

  /** Equal for equal URLs. @param url canonical */
  urlKey(url: string): Uint8Array {
    return urlKeyOf(this.#key, url);
  }

  /** The settings that need no key. @throws UnreadableDocument */
  open(stored: InForce): OpenSettings {
    return readOpen(stored, placeOf(stored));
  }

  /** @throws UnreadableDocument */
  read(stored: InForce): EndpointSettings {
    return readDocuments(stored, placeOf(stored), this.#key);
  }

  /** The settings of a version that may be past. @throws UnreadableDocument */
  readPast(documents: Documents, place: DocumentPlace): PastSettings {
    return readPast(documents, place, this.#key);
  }
}

function placeOf({ tenantId, id, version }: InForce): DocumentPlace {
  return { tenantId, endpointId: id, version };
}

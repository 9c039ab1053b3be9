// The codec of an endpoint's settings: two documents that stores keep without understanding them. The open one is JSON. The
// sealed one is encrypted JSON and bound to one version of one endpoint at one origin, so that it opens nowhere else.
import type { EndpointId, TenantId } from '../ids.ts';
import { seal, unseal, urlMac } from '../sealing.ts';
import { DEFAULT_SETTINGS, type EndpointSettings, type OpenSettings, type PastSettings } from './settings.ts';

/**
 * The form in which documents are written now. Form 0 is of databases from before versions were kept: its URL stands in the
 * open document, and its sealed one is bound to tenant and endpoint only.
 */
export const CODEC = 1;

/** The settings of one version as they are stored. */
export interface Documents {
  /** The form they were written in; the latest is `CODEC`. */
  readonly codec: number;
  readonly settings: Uint8Array;
  readonly sealed: Uint8Array;
}

/** The owner that a sealed document is bound to. */
export interface DocumentPlace {
  readonly tenantId: TenantId;
  readonly endpointId: EndpointId;
  readonly version: number;
}

/** A document cannot be read: it was written with another key, for another endpoint, by a newer program, or is damaged. */
export class UnreadableDocument extends Error {
  override readonly name: string = 'UnreadableDocument';
}

/** A document is damaged: no program and no key will read it. */
export class DamagedDocument extends UnreadableDocument {
  override readonly name = 'DamagedDocument';
}

/**
 * Writes settings as documents.
 * @param key the operator's encryption key, 32 bytes
 * @param nonce12 12 random bytes, never used twice with one key
 */
export function writeDocuments(
  settings: EndpointSettings | PastSettings,
  place: DocumentPlace,
  key: Uint8Array,
  nonce12: Uint8Array,
): Documents {
  const { url, secrets, headers, ...open } = settings;
  const { origin } = new URL(url);
  const sealed = seal(key, nonce12, contextOf(place, origin), bytesOf({ url, secrets, headers }));
  return { codec: CODEC, settings: bytesOf({ origin, ...open }), sealed };
}

/** Reads the open document. A setting that it lacks is younger than it and has its default. @throws UnreadableDocument */
export function readOpen(documents: Documents, place: DocumentPlace): OpenSettings {
  const open = openFields(documents, place);
  return {
    eventTypes: open.textsOrNull('eventTypes', DEFAULT_SETTINGS.eventTypes),
    description: open.text('description', DEFAULT_SETTINGS.description),
    scheduleMs: open.numbers('scheduleMs', DEFAULT_SETTINGS.scheduleMs),
    connectTimeoutMs: open.number('connectTimeoutMs', DEFAULT_SETTINGS.connectTimeoutMs),
    replyTimeoutMs: open.number('replyTimeoutMs', DEFAULT_SETTINGS.replyTimeoutMs),
    concurrency: open.numberOrNull('concurrency', DEFAULT_SETTINGS.concurrency),
  };
}

/** Reads both documents of a version that may be past. @throws UnreadableDocument */
export function readPast(documents: Documents, place: DocumentPlace, key: Uint8Array): PastSettings {
  const open = openFields(documents, place);
  const origin = documents.codec === 0 ? null : open.text('origin');
  const plain = unseal(key, contextOf(place, origin), documents.sealed);
  if (plain === undefined) {
    throw new UnreadableDocument(
      `The stored secrets of endpoint ${place.endpointId} do not open with the encryption key in use: they were written with another key, for another endpoint or for another version. Start with the key that wrote them.`,
    );
  }
  const sealed = new Fields(plain, place);
  return {
    ...readOpen(documents, place),
    url: (documents.codec === 0 ? open : sealed).text('url'),
    secrets: sealed.textsWithGaps('secrets'),
    headers: sealed.record('headers', DEFAULT_SETTINGS.headers),
  };
}

/** Reads both documents of the version in force. @throws UnreadableDocument */
export function readDocuments(documents: Documents, place: DocumentPlace, key: Uint8Array): EndpointSettings {
  const past = readPast(documents, place, key);
  const [newest, ...others] = past.secrets.filter((secret) => secret !== null);
  if (newest === undefined) throw damaged(place, 'secrets');
  return { ...past, secrets: [newest, ...others] };
}

/** The host of a callback URL, with its port unless that is the scheme's own: what lists show of it. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

/** A value that two endpoints share if they share the canonical URL, and that tells nothing else of it. 32 bytes. */
export function urlKeyOf(key: Uint8Array, url: string): Uint8Array {
  return urlMac(key, url);
}

/** @param origin `null` in form 0 */
function contextOf({ tenantId, endpointId, version }: DocumentPlace, origin: string | null): string {
  // A tenant's id has no colon, so no two places share a context.
  return origin === null
    ? `endpoint:${tenantId}:${endpointId}`
    : `endpoint:${tenantId}:${endpointId}:${version}:${origin}`;
}

function openFields({ codec, settings }: Documents, place: DocumentPlace): Fields {
  if (codec <= CODEC) return new Fields(settings, place);
  throw new UnreadableDocument(
    `The settings of endpoint ${place.endpointId} were written by a newer Posthorn (form ${codec}; this program knows up to ${CODEC}). Start that Posthorn again.`,
  );
}

function bytesOf(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function damaged(place: DocumentPlace, name: string): DamagedDocument {
  return new DamagedDocument(
    `The stored settings of endpoint ${place.endpointId} are damaged at "${name}". Restore the database from a backup, or set the endpoint up anew.`,
  );
}

/** The fields of one JSON document, each read as what it must be. Without a fallback a missing one is damage. */
class Fields {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #place: DocumentPlace;

  constructor(bytes: Uint8Array, place: DocumentPlace) {
    this.#place = place;
    this.#fields = new Map(Object.entries(this.#parse(bytes)));
  }

  text(name: string, fallback?: string): string {
    return this.#read(name, fallback, (value) => typeof value === 'string');
  }

  number(name: string, fallback?: number): number {
    return this.#read(name, fallback, (value) => typeof value === 'number');
  }

  numberOrNull(name: string, fallback?: number | null): number | null {
    return this.#read(name, fallback, (value) => value === null || typeof value === 'number');
  }

  numbers(name: string, fallback?: readonly number[]): readonly number[] {
    return this.#read(name, fallback, (value) => isListOf(value, (item) => typeof item === 'number'));
  }

  textsOrNull(name: string, fallback?: readonly string[] | null): readonly string[] | null {
    return this.#read(name, fallback, (value) => value === null || isListOf(value, isText));
  }

  textsWithGaps(name: string): readonly (string | null)[] {
    return this.#read(name, undefined, (value) => isListOf(value, (item) => item === null || isText(item)));
  }

  record(name: string, fallback?: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return this.#read(name, fallback, isRecordOfTexts);
  }

  #read<Value>(name: string, fallback: Value | undefined, is: (value: unknown) => value is Value): Value {
    const value = this.#fields.has(name) ? this.#fields.get(name) : fallback;
    if (value === undefined || !is(value)) throw damaged(this.#place, name);
    return value;
  }

  #parse(bytes: Uint8Array): object {
    try {
      return Object(JSON.parse(new TextDecoder().decode(bytes)));
    } catch {
      throw damaged(this.#place, 'everything');
    }
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

function isListOf<Item>(value: unknown, is: (item: unknown) => item is Item): value is readonly Item[] {
  return Array.isArray(value) && value.every(is);
}

function isRecordOfTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every(isText);
}

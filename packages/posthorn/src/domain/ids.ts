// Identities: branded so that one kind cannot stand in for another, and UUIDv7 so that they sort by when they were made.
import { createHash } from 'node:crypto';

declare const brand: unique symbol;
type Branded<Kind extends string> = string & { readonly [brand]: Kind };

/** A tenant's name, chosen by the application: 1–64 of `A-Z a-z 0-9 . _ -`, the first one no `_`. */
export type TenantId = Branded<'tenant'>;
export type EndpointId = Branded<'endpoint'>;
/** An endpoint's id of the application's own: 1–128 of `A-Z a-z 0-9 . _ ~ : @ -`. */
export type EndpointUid = Branded<'endpoint uid'>;
/** The event's UUID: the correlation id of every call that carries it. Chosen by the producer or made by us. */
export type EventId = Branded<'event'>;
export type DeliveryId = Branded<'delivery'>;
/** One HTTP call: the value of the `x-iadvize-delivery` header. */
export type AttemptId = Branded<'attempt'>;
export type ReplayId = Branded<'replay'>;
/** One claim of an idempotency key, and whatever the request under it makes. */
export type ClaimId = Branded<'claim'>;
/** One run of a posthorn process: whoever holds leases in its name. */
export type OwnerId = Branded<'owner'>;
type UuidId = EndpointId | EventId | DeliveryId | AttemptId | ReplayId | OwnerId | ClaimId;

/** Ids that begin with `_` are kept for tenants of Posthorn's own. */
export const TENANT_ID_PATTERN = '^[A-Za-z0-9.-][A-Za-z0-9._-]{0,63}$';
const TENANT_ID = new RegExp(TENANT_ID_PATTERN);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads a tenant id; `undefined` when it is none. `.` and `..` are refused because a URL path cannot carry them. */
export function parseTenantId(text: string): TenantId | undefined {
  return TENANT_ID.test(text) && text !== '.' && text !== '..' ? (text as TenantId) : undefined;
}

export const MAX_ENDPOINT_UID_CHARACTERS = 128;
/** Characters that a path carries as they are; not `.` or `..`, and nothing that looks like a UUID, which is our own id. */
export const ENDPOINT_UID_PATTERN =
  '^(?!\\.{1,2}$)(?!\\{?[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}\\}?$)[A-Za-z0-9._~:@-]{1,128}$';
const ENDPOINT_UID = new RegExp(ENDPOINT_UID_PATTERN);

/** Reads an endpoint id that an application chose; `undefined` when it is none. */
export function parseEndpointUid(text: string): EndpointUid | undefined {
  return ENDPOINT_UID.test(text) ? (text as EndpointUid) : undefined;
}

/** A search key of an event: visible text, white space only inside. */
export const KEY_PATTERN = '^(?!\\s)[^\\p{Cc}\\p{Cs}]+(?<!\\s)$';
export const MAX_KEY_CHARACTERS = 128;
/** Of one event. */
export const MAX_KEYS = 5;

/** A UUID of any version in its one canonical spelling: lower case, with dashes (RFC 9562, section 4). */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Reads an id that is a UUID, e.g. `parseId<EndpointId>(text)`; `undefined` when it is none. */
export function parseId<Id extends UuidId>(text: string): Id | undefined {
  return UUID.test(text) ? (text as Id) : undefined;
}

/** Of texts that are event ids of a producer's own: long enough for any key of a business, short enough for an index. */
export const MAX_OWN_ID_CHARACTERS = 255;
/** Visible characters: no white space, control or format characters, lone surrogates. For JSON schemas; length is apart. */
export const OWN_ID_PATTERN = '^[^\\p{Z}\\p{Cc}\\p{Cf}\\p{Cs}]+$';

const OWN_ID = new RegExp(OWN_ID_PATTERN, 'u');

/** A producer's own text for an event: 1–255 visible characters. */
export function isOwnId(text: string): boolean {
  return OWN_ID.test(text) && [...text].length <= MAX_OWN_ID_CHARACTERS;
}

/** An event's id as its producer gives it. */
export interface GivenEventId {
  readonly id: EventId;
  /** The text that `id` was made from; `null` if the text was a UUID. */
  readonly ownId: string | null;
}

/**
 * Reads an event id that a producer chose: a UUID in lower case is taken as it is; any other text of 1–255 visible characters
 * is mapped to a UUIDv5 in a namespace of the tenant, so that the same text always names the same event of that tenant.
 * @returns `undefined` if the text is no id
 */
export function readEventId(tenantId: TenantId, text: string): GivenEventId | undefined {
  const id = parseId<EventId>(text);
  if (id !== undefined) return { id, ownId: null };
  if (!isOwnId(text)) return undefined;
  return { id: nameId<EventId>(nameId(EVENT_IDS, tenantId), text), ownId: text };
}

/** The namespace of all tenants' namespaces. Drawn at random once; documented, and never changed. */
const EVENT_IDS = '6fd2a4f3-35b2-4b9e-9f0c-5d1c7f0e8a41';

/** Makes a UUIDv5 (RFC 9562, section 5.5): the same name in the same namespace has the same one. */
function nameId<Id extends string>(namespace: string, name: string): Id {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  const version = HEX[((hash[6] ?? 0) & 0x0f) | 0x50];
  const variant = HEX[((hash[8] ?? 0) & 0x3f) | 0x80];
  const hex = (from: number, to: number) => hash.toString('hex', from, to);
  return `${hex(0, 4)}-${hex(4, 6)}-${version}${hex(7, 8)}-${variant}${hex(9, 10)}-${hex(10, 16)}` as Id;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Makes a UUIDv7 (RFC 9562, section 5.7).
 * @param wallMs milliseconds since 1970, the sortable part
 * @param random at least 10 random bytes
 */
export function makeId<Id extends UuidId>(wallMs: number, random: Uint8Array): Id {
  const hex = (index: number) => HEX[random[index] ?? 0] ?? '00';
  const time = Math.floor(wallMs).toString(16).padStart(12, '0');
  const version = HEX[((random[0] ?? 0) & 0x0f) | 0x70];
  const variant = HEX[((random[2] ?? 0) & 0x3f) | 0x80];
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-${version}${hex(1)}-${variant}${hex(3)}-${hex(4)}${hex(5)}${hex(6)}${hex(7)}${hex(8)}${hex(9)}` as Id;
}

/** The smallest UUIDv7 of a moment: rows with smaller ids were made before it. Used to prune history by id. */
export function idFloor<Id extends UuidId>(wallMs: number): Id {
  const time = Math.max(0, Math.floor(wallMs)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7000-8000-000000000000` as Id;
}

/** The moment, in milliseconds since 1970, that a UUIDv7 carries. */
export function idTime(id: DeliveryId | AttemptId | EndpointId): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

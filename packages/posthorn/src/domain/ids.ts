// Identities: branded so that one kind cannot stand in for another, and UUIDv7 so that they sort by when they were made.

declare const brand: unique symbol;
type Branded<Kind extends string> = string & { readonly [brand]: Kind };

/** A tenant's name, chosen by the application: 1–64 of `A-Z a-z 0-9 . _ -`. */
export type TenantId = Branded<'tenant'>;
export type EndpointId = Branded<'endpoint'>;
/** The event's UUID: the correlation id of every call that carries it. Chosen by the producer or made by us. */
export type EventId = Branded<'event'>;
export type DeliveryId = Branded<'delivery'>;
/** One HTTP call: the value of the `x-iadvize-delivery` header. */
export type AttemptId = Branded<'attempt'>;
export type ReplayId = Branded<'replay'>;
/** One run of a posthorn process: whoever holds leases in its name. */
export type OwnerId = Branded<'owner'>;
type UuidId = EndpointId | EventId | DeliveryId | AttemptId | ReplayId | OwnerId;

const TENANT_ID = /^[A-Za-z0-9._-]{1,64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads a tenant id; `undefined` when it is none. `.` and `..` are refused because a URL path cannot carry them. */
export function parseTenantId(text: string): TenantId | undefined {
  return TENANT_ID.test(text) && text !== '.' && text !== '..' ? (text as TenantId) : undefined;
}

/** A UUID of any version in its one canonical spelling: lower case, with dashes (RFC 9562, section 4). */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Reads an id that is a UUID, e.g. `parseId<EndpointId>(text)`; `undefined` when it is none. */
export function parseId<Id extends UuidId>(text: string): Id | undefined {
  return UUID.test(text) ? (text as Id) : undefined;
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

/** A delivery's id is made within one request after its event's `createdAt`; far longer than a request may take. */
export const ID_SKEW_MS = 60_000;

/** The moment, in milliseconds since 1970, that a UUIDv7 carries. */
export function idTime(id: DeliveryId | AttemptId | EndpointId): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

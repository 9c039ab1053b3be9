// Ids between their text, as everybody else sees them, and the 16 bytes that are stored.

const UUID_BYTES = 16;
/** Where in the text each byte's two digits begin. */
const DIGITS_AT = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34);
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const VALUE_OF = new Uint8Array(128);
for (let digit = 0; digit < 16; digit++) VALUE_OF[digit.toString(16).charCodeAt(0)] = digit;

/** SQLite copies what is bound, so a few arrays serve all statements; no statement binds this many ids. */
const SCRATCH_IDS = 64;
const scratch = Array.from({ length: SCRATCH_IDS }, () => new Uint8Array(UUID_BYTES));
let nextScratch = 0;

/** Before the bytes of every id, as SQLite and `Buffer.compare` order them: the bound of a search that no id bounds. */
export const BEFORE_ALL_IDS = new Uint8Array(0);

/** After the bytes of every id, likewise: longer than any, and all ones. */
export const ABOVE_ALL_IDS = new Uint8Array(17).fill(255);

/** The bytes of an id, to be bound at once: a later call overwrites them. Saves an allocation per bound id. */
export function idBytes(id: string): Uint8Array {
  nextScratch = (nextScratch + 1) % SCRATCH_IDS;
  const bytes = scratch[nextScratch] ?? new Uint8Array(UUID_BYTES);
  writeId(id, bytes, 0);
  return bytes;
}

/** Writes an id's 16 bytes into `target` from `at` on. */
export function writeId(id: string, target: Uint8Array, at: number): void {
  for (let index = 0; index < UUID_BYTES; index++) {
    const digit = DIGITS_AT[index] ?? 0;
    const high = VALUE_OF[id.charCodeAt(digit)] ?? 0;
    target[at + index] = (high << 4) | (VALUE_OF[id.charCodeAt(digit + 1)] ?? 0);
  }
}

/** The id whose 16 bytes begin at `at`, as a brand of the caller's choice: `readId<EventId>(row.id)`. */
export function readId<Id extends string>(bytes: Uint8Array, at = 0): Id {
  const hex = (index: number) => HEX[bytes[at + index] ?? 0] ?? '';
  return `${hex(0)}${hex(1)}${hex(2)}${hex(3)}-${hex(4)}${hex(5)}-${hex(6)}${hex(7)}-${hex(8)}${hex(9)}-${hex(10)}${hex(11)}${hex(12)}${hex(13)}${hex(14)}${hex(15)}` as Id;
}

/** Bytes per delivery in an event's list: its id and its endpoint's id. */
const LISTED_BYTES = 2 * UUID_BYTES;

/** An event's deliveries as they are kept in its row. */
export function writeList(deliveries: readonly { readonly id: string; readonly endpointId: string }[]): Uint8Array {
  const list = new Uint8Array(deliveries.length * LISTED_BYTES);
  deliveries.forEach(({ id, endpointId }, index) => {
    writeId(id, list, index * LISTED_BYTES);
    writeId(endpointId, list, index * LISTED_BYTES + UUID_BYTES);
  });
  return list;
}

/** Reads a list that `writeList` wrote. */
export function readList<Id extends string, EndpointId extends string>(
  list: Uint8Array,
): { readonly id: Id; readonly endpointId: EndpointId }[] {
  return Array.from({ length: list.length / LISTED_BYTES }, (_, index) => ({
    id: readId<Id>(list, index * LISTED_BYTES),
    endpointId: readId<EndpointId>(list, index * LISTED_BYTES + UUID_BYTES),
  }));
}

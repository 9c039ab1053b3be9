// Deliveries know their event's type as a number, so that a list of one type need not read the events of all others.

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * FNV-1a folded to one byte, signed: every byte of a delivery's row costs twenty of the log, since pages split sooner. It is part
 * of the file format. Types share numbers: who finds by one looks at the type, too.
 */
export function typeHash(type: string): number {
  let hash = OFFSET;
  for (let index = 0; index < type.length; index++) hash = Math.imul(hash ^ type.charCodeAt(index), PRIME);
  hash ^= hash >>> 16;
  return ((hash ^ (hash >>> 8)) << 24) >> 24;
}

// Deliveries know their event's type as a number, so that a list of one type need not read the events of all others.

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a of 32 bits, signed. It is part of the file format. Two types may share one: who finds by it looks at the type, too. */
export function typeHash(type: string): number {
  let hash = OFFSET;
  for (let index = 0; index < type.length; index++) hash = Math.imul(hash ^ type.charCodeAt(index), PRIME);
  return hash | 0;
}

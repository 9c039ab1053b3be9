// How batches travel to Postgres and rows come back: a batch is one array per column, written as an array literal, so that
// a statement's text does not depend on the batch's size and stays prepared.
import { types } from 'pg';

/** No id is lower. */
export const NIL = '00000000-0000-0000-0000-000000000000';

type Plain = string | number | bigint | boolean | null;

/** The literal of an array of ids, numbers, booleans or words of our own: nothing in it needs quoting. */
export function plainArray(values: readonly Plain[]): string {
  let literal = '{';
  for (const value of values) literal += literal.length === 1 ? (value ?? 'NULL') : `,${value ?? 'NULL'}`;
  return `${literal}}`;
}

const SPECIAL = /["\\]/g;

/** The literal of an array of any texts. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : `"${value.replace(SPECIAL, '\\$&')}"`)).join(',')}}`;
}

/** Text as Postgres can store it: it knows no NUL. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}

/** Many byte strings as one, and where each begins (from 1) and how long it is: sent as they are, not as hexadecimal text. */
export function packBytes(parts: readonly (Uint8Array | null)[]): {
  packed: Buffer;
  starts: string;
  sizes: string;
} {
  const starts: (number | null)[] = [];
  const sizes: (number | null)[] = [];
  const present: Uint8Array[] = [];
  let start = 1;
  for (const part of parts) {
    starts.push(part === null ? null : start);
    sizes.push(part === null ? null : part.length);
    if (part === null) continue;
    present.push(part);
    start += part.length;
  }
  return { packed: Buffer.concat(present, start - 1), starts: plainArray(starts), sizes: plainArray(sizes) };
}

const INT8 = 20;
const BYTEA = 17;

/** Counts and times fit a double; bytes come as what the seams name. */
function parserOf(oid: number): (text: string) => unknown {
  if (oid === INT8) return Number;
  if (oid === BYTEA) return bytesOf;
  return types.getTypeParser(oid, 'text');
}

function bytesOf(text: string): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.from(text.slice(2), 'hex');
  return new Uint8Array(buffer, byteOffset, length);
}

export const ROW_TYPES = { getTypeParser: parserOf };

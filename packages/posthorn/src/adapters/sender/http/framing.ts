// Where the body of a response ends, and whether its connection can be used again (RFC 9112, sections 6.3 and 9.3).
import { BREACHES, type Breach } from './breach.ts';
import { type Header, type StatusLine, withoutEdges } from './response-head.ts';

export interface Framing {
  /** `rest` is all that comes until the receiver closes the connection. */
  readonly body: 'none' | 'length' | 'chunks' | 'rest';
  /** Of a body with a length; may be more than any number of bytes that there will ever be. */
  readonly bytes: number;
  /** Whether another call may be made on the connection. */
  readonly keep: boolean;
  /** How long the receiver says that it keeps an idle connection, in milliseconds; `undefined` if it does not say. */
  readonly idleMs: number | undefined;
}

/** All values of each header that frames a message, joined as a list. */
interface Fields {
  length?: string;
  codings?: string;
  connection?: string;
  keepAlive?: string;
}

const FIELD_OF: ReadonlyMap<string, keyof Fields> = new Map([
  ['content-length', 'length'],
  ['transfer-encoding', 'codings'],
  ['connection', 'connection'],
  ['keep-alive', 'keepAlive'],
]);

export function frame({ status, persistent }: StatusLine, headers: readonly Header[]): Framing | Breach {
  const fields: Fields = {};
  for (const [name, value] of headers) {
    const field = FIELD_OF.get(name);
    if (field === undefined) continue;
    const before = fields[field];
    fields[field] = before === undefined ? value : `${before},${value}`;
  }
  const { length, codings, connection = '', keepAlive } = fields;
  if (length !== undefined && codings !== undefined) return BREACHES.lengthAndChunks;
  const bytes = length === undefined ? 0 : readLength(length);
  if (typeof bytes !== 'number') return bytes;
  const body = bodyOf(status, length, codings);
  // A body where none may be would be taken for the next response; chunks of HTTP/1.0 are no sound framing (section 6.1).
  const sound = body === 'none' ? bytes === 0 && codings === undefined : body !== 'rest';
  const stays = persistent ? !lists(connection, 'close') : lists(connection, 'keep-alive') && codings === undefined;
  const idle = keepAlive === undefined ? undefined : /timeout *= *(\d+)/i.exec(keepAlive)?.[1];
  return { body, bytes, keep: sound && stays, idleMs: idle === undefined ? undefined : Number(idle) * 1_000 };
}

function bodyOf(status: number, length: string | undefined, codings: string | undefined): Framing['body'] {
  if (status < 200 || status === 204 || status === 304) return 'none';
  if (codings !== undefined) return codingsEndWithChunked(codings) ? 'chunks' : 'rest';
  return length === undefined ? 'rest' : 'length';
}

/** Any other last coding, known or not, ends with the connection (RFC 9112, section 6.3, rule 4). */
function codingsEndWithChunked(codings: string): boolean {
  return elements(codings).at(-1)?.toLowerCase() === 'chunked';
}

/** A list is a length if all its values are the same (RFC 9112, section 6.3, rule 5), with or without zeros before. */
function readLength(list: string): number | Breach {
  const values = elements(list);
  if (values.length === 0 || !values.every((value) => /^\d+$/.test(value))) return BREACHES.badLength;
  const [first = '', ...others] = values.map((value) => value.replace(/^0+(?=\d)/, ''));
  return others.every((value) => value === first) ? Number(first) : BREACHES.lengthsDiffer;
}

/** Of a comma-separated list, which may have empty ones that count for nothing (RFC 9110, section 5.6.1). */
function elements(list: string): string[] {
  if (!list.includes(',')) return list === '' ? [] : [list];
  return list
    .split(',')
    .map((element) => withoutEdges(element, 0, element.length))
    .filter((element) => element !== '');
}

function lists(list: string, token: string): boolean {
  if (list === '') return false;
  return elements(list).some((element) => element.toLowerCase() === token);
}

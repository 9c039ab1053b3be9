// JSON as it passes through us: checked, written without insignificant white space, and taken apart without ever becoming a
// value. So numbers keep their digits, keys their order and strings their characters (contract, "Body").
import { describeJsonProblem, type JsonProblem, positionOf } from './json-problem.ts';
import { JsonFault, JsonScanner } from './json-scan.ts';

export { describeJsonProblem, type JsonProblem };

export type CompactJson =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: JsonProblem };

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** Makes a bracket a brace of the same direction. */
const BRACE_BIT = 0x20;

/** A byte order mark stays in the text, and is refused there: RFC 8259, section 8.1 forbids sending one. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** The character that the lenient decoder writes for bytes that are no UTF-8; it may also have been sent. */
const REPLACEMENT = '\ufffd';
const REPLACEMENT_BYTES = [0xef, 0xbf, 0xbd];

/**
 * Reads JSON strictly by RFC 8259 and writes it without insignificant white space. Numbers stay as they came, strings are
 * written as `JSON.stringify` writes them, keys keep their order. Refused besides what is no JSON: duplicate keys, lone
 * surrogates, more than 64 levels of nesting and more than 10,000 keys in all. Takes linear time whatever comes.
 * @param bytes UTF-8
 * @param wrapping levels of arrays and objects that stand around the payloads in a request: the limits of nesting and keys
 *   hold for each value inside them. 0 when `bytes` is a payload itself, 1 for `{payload}`, 3 for `{events: [{payload}]}`
 */
export function compactJson(bytes: Uint8Array, wrapping = 0): CompactJson {
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    return { ok: false, problem: notUtf8(bytes) };
  }
  try {
    return { ok: true, text: new JsonScanner(text, wrapping).compact() };
  } catch (error) {
    if (error instanceof JsonFault) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** The kind of a value. @param text as `compactJson` writes it */
export function jsonKind(text: string): JsonKind {
  switch (text[0]) {
    case '{':
      return 'object';
    case '[':
      return 'array';
    case '"':
      return 'string';
    case 't':
    case 'f':
      return 'boolean';
    case 'n':
      return 'null';
    default:
      return 'number';
  }
}

/**
 * The members of an object: each key, unescaped, with the text of its value, in their order.
 * @param text an object as `compactJson` writes it; nothing else can be read
 */
export function jsonMembers(text: string): Map<string, string> {
  expectContainer(text, 'object');
  const members = new Map<string, string>();
  for (let at = 1; at < text.length - 1; ) {
    const colon = endOfString(text, at);
    const end = endOfValue(text, colon + 1);
    members.set(unquote(text.slice(at, colon)), text.slice(colon + 1, end));
    at = end + 1;
  }
  return members;
}

/**
 * The text of one member's value, if the object has it.
 * @param text an object as `compactJson` writes it; nothing else can be read
 */
export function jsonMember(text: string, key: string): string | undefined {
  expectContainer(text, 'object');
  // A key has one spelling, and inside a string its quotes would be escaped: what is not found is nowhere in the text.
  if (!text.includes(`${JSON.stringify(key)}:`)) return undefined;
  for (let at = 1; at < text.length - 1; ) {
    const colon = endOfString(text, at);
    const end = endOfValue(text, colon + 1);
    if (unquote(text.slice(at, colon)) === key) return text.slice(colon + 1, end);
    at = end + 1;
  }
  return undefined;
}

/**
 * The texts of an array's elements.
 * @param text an array as `compactJson` writes it; nothing else can be read
 * @param limit elements to read at most: a text of some megabytes may have millions
 */
export function jsonElements(text: string, limit = Number.POSITIVE_INFINITY): string[] {
  expectContainer(text, 'array');
  const elements: string[] = [];
  for (let at = 1; at < text.length - 1 && elements.length < limit; ) {
    const end = endOfValue(text, at);
    elements.push(text.slice(at, end));
    at = end + 1;
  }
  return elements;
}

function expectContainer(text: string, kind: JsonKind): void {
  if (jsonKind(text) !== kind)
    throw new TypeError(`An ${kind} was expected, not ${jsonKind(text)}: look at jsonKind first.`);
}

function unquote(quoted: string): string {
  return quoted.includes('\\') ? JSON.parse(quoted) : quoted.slice(1, -1);
}

/** The index behind the value that begins at `start`, inside an array or object. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    const bracket = code | BRACE_BIT;
    if (bracket === OPEN_BRACE) depth++;
    else if (bracket === CLOSE_BRACE) depth--;
    if (depth < 0 || (depth === 0 && code === COMMA)) return at;
    at++;
  }
  throw new TypeError('This text was not written by compactJson: an array or object has no end.');
}

/** The index behind the string whose opening quote is at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let escapes = quote - 1;
    while (text.charCodeAt(escapes) === BACKSLASH) escapes--;
    if ((quote - escapes) % 2 === 1) return quote + 1;
  }
  throw new TypeError('This text was not written by compactJson: a string has no end.');
}

/** Finds the first character that is there only because its bytes are no UTF-8. */
function notUtf8(bytes: Uint8Array): JsonProblem {
  const text = lenientUtf8.decode(bytes);
  let byte = 0;
  let at = 0;
  for (let next = text.indexOf(REPLACEMENT); next !== -1; next = text.indexOf(REPLACEMENT, at)) {
    byte += Buffer.byteLength(text.slice(at, next));
    const wasSent = REPLACEMENT_BYTES.every((expected, i) => bytes[byte + i] === expected);
    if (!wasSent) return { kind: 'not_utf8', ...positionOf(text, next) };
    byte += REPLACEMENT_BYTES.length;
    at = next + 1;
  }
  return { kind: 'not_utf8', ...positionOf(text, text.length) };
}

// The strict JSON scanner: one pass over a text that checks it against RFC 8259 and our limits and writes it again without
// insignificant white space. It never builds the value, so digits, key order and characters stay as they came.
// The hot path of intake: plain loops over character codes; what needs no change is copied in long runs.
import { type JsonCause, type JsonProblem, nameCharacter, positionOf } from './json-problem.ts';

/** Deeper payloads break many receivers' parsers, and no real one comes near (contract, "Body"). */
export const MAX_JSON_DEPTH = 64;
/** 20,000 keys block a parser for 7 ms, ours and every receiver's; real payloads have some hundreds. */
export const MAX_JSON_KEYS = 10_000;
/** Comparing a key with this many others is faster than a set of them. */
const FEW_KEYS = 12;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LETTER_A = 0x61;
const LETTER_E = 0x65;
const LETTER_F = 0x66;
const LETTER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** Makes an ASCII letter lower case. */
const LOWER_CASE_BIT = 0x20;

const SHORT_ESCAPES: ReadonlySet<number> = new Set(Array.from('"\\/bfnrt', (char) => char.charCodeAt(0)));
const LITERALS = ['true', 'false', 'null'];

/** Carries a problem out of the scanner; whoever starts one turns it into a value. */
export class JsonFault extends Error {
  readonly problem: JsonProblem;

  constructor(problem: JsonProblem) {
    super(problem.kind);
    this.problem = problem;
  }
}

/** An array or object that is open. */
interface Level {
  readonly isObject: boolean;
  /** Where its keys begin among those of all open objects. */
  readonly firstKey: number;
  /** Its keys, once they are many. */
  keySet: Set<string> | null;
  /** Elements before the present one. */
  index: number;
}

export class JsonScanner {
  readonly #text: string;
  readonly #wrapping: number;
  #at = 0;
  /** The text written so far, and the place from where the rest is still to be copied. */
  #written = '';
  #copied = 0;
  readonly #levels: Level[] = [];
  /** The keys of all open objects, outermost first, as they are written: in quotes. A stack; what lies above is old. */
  readonly #keys: string[] = [];
  #keyCount = 0;
  #wrappingKeys = 0;
  #payloadKeys = 0;

  /** @param wrapping levels of arrays and objects around what the limits are meant for */
  constructor(text: string, wrapping: number) {
    this.#text = text;
    this.#wrapping = wrapping;
  }

  /**
   * @returns the text without insignificant white space
   * @throws JsonFault
   */
  compact(): string {
    this.#skipSpace();
    while (this.#beginValue() || this.#toNextValue());
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#expected('the end');
    return this.#copied === 0 ? this.#text : this.#written + this.#text.slice(this.#copied);
  }

  /** Reads a whole value or opens one that has values inside. True when it did the latter: the first of them is next. */
  #beginValue(): boolean {
    const code = this.#text.charCodeAt(this.#at);
    if (code === QUOTE) {
      this.#string();
    } else if (code === OPEN_BRACE) {
      this.#open(true);
      if (this.#text.charCodeAt(this.#at) !== CLOSE_BRACE) {
        this.#key();
        return true;
      }
      this.#close();
    } else if (code === OPEN_BRACKET) {
      this.#open(false);
      if (this.#text.charCodeAt(this.#at) !== CLOSE_BRACKET) return true;
      this.#close();
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      this.#number();
    } else {
      this.#literal();
    }
    return false;
  }

  /** After a value: closes what ends here and goes to the next value. False when the outermost value has ended. */
  #toNextValue(): boolean {
    for (let level = this.#levels.at(-1); level !== undefined; level = this.#levels.at(-1)) {
      this.#skipSpace();
      const code = this.#text.charCodeAt(this.#at);
      if (code === COMMA) {
        this.#at++;
        this.#skipSpace();
        if (level.isObject) this.#key();
        else level.index++;
        return true;
      }
      if (code !== (level.isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
        this.#expected(level.isObject ? 'a comma or "}"' : 'a comma or "]"');
      }
      this.#close();
    }
    return false;
  }

  #open(isObject: boolean): void {
    if (this.#levels.length === this.#wrapping + MAX_JSON_DEPTH) {
      this.#fail(this.#at, { kind: 'too_deep', limit: MAX_JSON_DEPTH });
    }
    if (this.#levels.length === this.#wrapping) this.#payloadKeys = 0;
    this.#levels.push({ isObject, firstKey: this.#keyCount, keySet: null, index: 0 });
    this.#at++;
    this.#skipSpace();
  }

  #close(): void {
    const level = this.#levels.pop();
    if (level !== undefined) this.#keyCount = level.firstKey;
    this.#at++;
  }

  /** Reads a key and its colon. */
  #key(): void {
    const start = this.#at;
    if (this.#text.charCodeAt(start) !== QUOTE) this.#expected('a key in double quotes');
    const key = this.#string() ?? this.#text.slice(start, this.#at);
    const isWrapping = this.#levels.length <= this.#wrapping;
    const count = isWrapping ? ++this.#wrappingKeys : ++this.#payloadKeys;
    if (count > MAX_JSON_KEYS) this.#fail(start, { kind: 'too_many_keys', limit: MAX_JSON_KEYS });
    if (this.#isRepeated(key)) {
      this.#fail(start, { kind: 'duplicate_key', key: JSON.parse(key), path: this.#path() });
    }
    this.#keys[this.#keyCount++] = key;
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== COLON) this.#expected('a colon');
    this.#at++;
    this.#skipSpace();
  }

  /** Whether the innermost object has this key already. Keys are compared as they are written, which is unique. */
  #isRepeated(key: string): boolean {
    const level = this.#levels.at(-1);
    if (level === undefined) return false;
    const keys = this.#keys;
    if (level.keySet === null) {
      for (let i = level.firstKey; i < this.#keyCount; i++) if (keys[i] === key) return true;
      if (this.#keyCount - level.firstKey < FEW_KEYS) return false;
      // In quotes, a key of digits is hashed with the process's seed like any other; bare ones can be made to collide.
      level.keySet = new Set(keys.slice(level.firstKey, this.#keyCount));
    } else if (level.keySet.has(key)) return true;
    level.keySet.add(key);
    return false;
  }

  /** Reads a string. Returns it as it is written, in quotes, when that may differ from what came. */
  #string(): string | undefined {
    const text = this.#text;
    const start = this.#at;
    let at = start + 1;
    let rewrite = false;
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
      if (code === BACKSLASH) {
        const escaped = text.charCodeAt(at + 1);
        rewrite ||= escaped === LETTER_U || escaped === SLASH;
        at = escaped === LETTER_U ? this.#fourHexDigits(at + 2) : this.#shortEscape(at + 1);
      } else if (code >= SPACE) {
        at++;
      } else {
        this.#expected(at < text.length ? 'an escape, as control characters need one in a string' : 'a closing "', at);
      }
    }
    this.#at = at + 1;
    return rewrite ? this.#rewrite(start) : undefined;
  }

  /** Writes the string that begins at `start` and has just been read in the one way in which strings are written. */
  #rewrite(start: number): string {
    const value: unknown = JSON.parse(this.#text.slice(start, this.#at));
    if (typeof value !== 'string' || !value.isWellFormed()) this.#fail(start, { kind: 'lone_surrogate' });
    const written = JSON.stringify(value);
    this.#written += this.#text.slice(this.#copied, start) + written;
    this.#copied = this.#at;
    return written;
  }

  #shortEscape(at: number): number {
    if (!SHORT_ESCAPES.has(this.#text.charCodeAt(at))) this.#expected('one of "\\/bfnrtu after the backslash', at);
    return at + 1;
  }

  #fourHexDigits(at: number): number {
    for (let i = at; i < at + 4; i++) {
      const code = this.#text.charCodeAt(i);
      const letter = code | LOWER_CASE_BIT;
      const isHex = (code >= ZERO && code <= NINE) || (letter >= LETTER_A && letter <= LETTER_F);
      if (!isHex) this.#expected('four hexadecimal digits after \\u', i);
    }
    return at + 4;
  }

  #number(): void {
    const text = this.#text;
    let at = this.#at;
    if (text.charCodeAt(at) === MINUS) at++;
    // A zero stands alone: what follows it is no digit of the same number.
    at = text.charCodeAt(at) === ZERO ? at + 1 : this.#digits(at);
    if (text.charCodeAt(at) === POINT) at = this.#digits(at + 1);
    if ((text.charCodeAt(at) | LOWER_CASE_BIT) === LETTER_E) {
      at++;
      const sign = text.charCodeAt(at);
      at = this.#digits(sign === PLUS || sign === MINUS ? at + 1 : at);
    }
    this.#at = at;
  }

  /** Reads one digit or more. */
  #digits(start: number): number {
    const text = this.#text;
    let at = start;
    for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(at)) at++;
    if (at === start) this.#expected('a digit', at);
    return at;
  }

  #literal(): void {
    for (const literal of LITERALS) {
      if (this.#text.startsWith(literal, this.#at)) {
        this.#at += literal.length;
        return;
      }
    }
    this.#expected('a value');
  }

  #skipSpace(): void {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    for (let code = text.charCodeAt(at); code <= SPACE; code = text.charCodeAt(at)) {
      if (code !== SPACE && code !== LINE_FEED && code !== CARRIAGE_RETURN && code !== TAB) break;
      at++;
    }
    if (at === start) return;
    this.#written += text.slice(this.#copied, start);
    this.#copied = at;
    this.#at = at;
  }

  /** JSON Pointer to the innermost open object. */
  #path(): string {
    let path = '';
    for (let i = 1; i < this.#levels.length; i++) {
      const outer = this.#levels[i - 1];
      const lastKey = this.#keys[(this.#levels[i]?.firstKey ?? 0) - 1] ?? '""';
      const step = outer?.isObject ? String(JSON.parse(lastKey)) : String(outer?.index);
      path += `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    }
    return path;
  }

  #expected(expected: string, at = this.#at): never {
    this.#fail(at, { kind: 'syntax', expected, found: nameCharacter(this.#text, at) });
  }

  #fail(at: number, cause: JsonCause): never {
    throw new JsonFault({ ...cause, ...positionOf(this.#text, at) });
  }
}

// Why a text was refused as JSON: the cause and the place, as facts, and as a sentence for the person who sent it.

/** Where in the text, both counted from 1; columns in UTF-16 units, as editors count. */
export interface JsonPosition {
  readonly line: number;
  readonly column: number;
}

export type JsonProblem = JsonPosition &
  (
    | { readonly kind: 'not_utf8' }
    /** `expected` and `found` are words for people: a value, "]", the end. */
    | { readonly kind: 'syntax'; readonly expected: string; readonly found: string }
    /** `path` is a JSON Pointer (RFC 6901) to the object that has the key twice; empty for the outermost value. */
    | { readonly kind: 'duplicate_key'; readonly key: string; readonly path: string }
    | { readonly kind: 'lone_surrogate' }
    | { readonly kind: 'too_deep'; readonly limit: number }
    | { readonly kind: 'too_many_keys'; readonly limit: number }
  );

/** A problem without its place. */
export type JsonCause = JsonProblem extends infer Problem
  ? Problem extends JsonProblem
    ? Omit<Problem, keyof JsonPosition>
    : never
  : never;

/** A key or a path is quoted up to this length: it may be as long as the whole text. */
const MAX_QUOTED_CHARACTERS = 80;

/** One sentence for the person who sent the text: what is wrong, where, and what would do. */
export function describeJsonProblem(problem: JsonProblem): string {
  const place = `line ${problem.line}, column ${problem.column}`;
  switch (problem.kind) {
    case 'not_utf8':
      return `The text is not UTF-8: the bytes at ${place} are no character; send JSON encoded as UTF-8.`;
    case 'syntax':
      return `The text is not JSON: at ${place} there should be ${problem.expected}, but there is ${problem.found}.`;
    case 'duplicate_key': {
      const where = problem.path === '' ? 'the outermost object' : `the object at ${clip(problem.path)}`;
      return `The key ${clip(JSON.stringify(problem.key))} appears twice in ${where} (${place}); keep one.`;
    }
    case 'lone_surrogate':
      return `The string at ${place} has half of a surrogate pair (\\ud800 to \\udfff), which is no character; send both halves or neither.`;
    case 'too_deep':
      return `Arrays and objects are nested more than ${problem.limit} levels deep at ${place}; flatten them.`;
    case 'too_many_keys':
      return `The objects have more than ${problem.limit} keys in all, the first too many at ${place}; send fewer.`;
  }
}

/** Names what stands at an index of a text. */
export function nameCharacter(text: string, index: number): string {
  const code = text.codePointAt(index);
  if (code === undefined) return 'the end';
  if (code === 0x22) return `'"'`;
  const visible = code > 0x20 && code !== 0xfeff && !(code >= 0x7f && code <= 0xa0);
  return visible ? `"${String.fromCodePoint(code)}"` : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The line and column of an index of a text. */
export function positionOf(text: string, index: number): JsonPosition {
  let line = 1;
  let lineStart = 0;
  for (let end = text.indexOf('\n'); end !== -1 && end < index; end = text.indexOf('\n', lineStart)) {
    line++;
    lineStart = end + 1;
  }
  return { line, column: index - lineStart + 1 };
}

function clip(text: string): string {
  if (text.length <= MAX_QUOTED_CHARACTERS) return text;
  return `${text.slice(0, MAX_QUOTED_CHARACTERS).toWellFormed()}…`;
}

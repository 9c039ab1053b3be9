// Text from outside, made harmless for a terminal: a payload, a header or an error text may hold escape sequences that move
// the cursor, rename the window or hide what came before. Characters that could act are spelled out instead.

// Controls (C0, DEL, C1), marks that reorder or hide text (bidirectional controls, zero-width characters, line separators,
// byte order mark, tags), and halves of surrogate pairs.
const ACTIVE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const spell = (character: string): string => {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
};

/** One line that only shows: `\x1b[2J` appears as those six characters, a line break as `\n`. */
export function inert(text: string): string {
  return text.replace(ACTIVE, spell);
}

/** The same for text of several lines: line breaks and tabs stay. */
export function inertLines(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(ACTIVE, (found) => (found === '\n' || found === '\t' ? found : spell(found)));
}

/** The same for JSON text, which stays the same JSON: what could act is written as `\\uXXXX`. */
export function inertJson(json: string): string {
  return json.replace(ACTIVE, (found) =>
    Array.from({ length: found.length }, (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
      '',
    ),
  );
}

// JSON laid out for reading without being parsed: digits, key order and escapes stay exactly as they arrived.

/** Deeper text is left as it is: laid out, its indentation alone would grow with the square of the depth. */
const MAX_DEPTH = 64;

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** @returns the text with one value a line, or unchanged when it is not JSON or too deep */
export function indentJson(text: string): string {
  const tokens = text.match(TOKEN) ?? [];
  let depth = 0;
  for (const token of tokens) {
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    if (depth > MAX_DEPTH) return text;
  }
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let out = '';
  let level = 0;
  let previous = '';
  const line = () => `\n${'  '.repeat(level)}`;
  for (const token of tokens) {
    const closes = token === '}' || token === ']';
    const opened = previous === '{' || previous === '[';
    if (closes) level -= 1;
    if ((opened && !closes) || previous === ',' || (closes && !opened)) out += line();
    out += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') level += 1;
    previous = token;
  }
  return out;
}

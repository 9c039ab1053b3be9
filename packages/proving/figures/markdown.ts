// Tables of Markdown, and the places in a document where they stand.

/** @param rows cells of text */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const BLOCK = /<!-- figures: (\w+) -->\n[\s\S]*?<!-- end of figures -->/g;

/**
 * Puts the blocks where the document has marked their places, in place of what stands there.
 * @throws when a place names no block, or a block has no place
 */
export function fill(document: string, blocks: ReadonlyMap<string, string>): string {
  const placed = new Set<string>();
  const filled = document.replace(BLOCK, (_, name: string) => {
    const block = blocks.get(name);
    if (block === undefined) throw new Error(`There are no figures named ${name}.`);
    placed.add(name);
    return `<!-- figures: ${name} -->\n${block}\n<!-- end of figures -->`;
  });
  const missing = [...blocks.keys()].filter((name) => !placed.has(name));
  if (missing.length > 0) throw new Error(`The document has no place for ${missing.join(', ')}.`);
  return filled;
}

export const count = (number: number): string => number.toLocaleString('en');

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

export function percent(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${((part / whole) * 100).toFixed(2)} %`;
}

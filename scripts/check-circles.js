// Folders must not import each other in circles: a circle of folders cannot be read, tested or moved in parts. Biome refuses
// circles of files (noImportCycles); here every folder counts as one with all that is in it, beside the files next to it.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const IMPORT = /\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/**
 * Imports between the entries of each folder.
 * @param {string} root
 * @returns {Map<string, Map<string, Map<string, string>>>} by folder, importing entry and imported entry: an import for each
 */
function importsByFolder(root) {
  const folders = new Map();
  for (const file of globSync('**/*.ts', { cwd: root })) {
    if (file.endsWith('.test.ts')) continue;
    for (const [, specifier = ''] of readFileSync(join(root, file), 'utf8').matchAll(IMPORT)) {
      const target = relative(root, resolve(root, dirname(file), specifier));
      const [from, to] = [file.split(sep), target.split(sep)];
      const depth = from.findIndex((name, index) => name !== to[index]);
      if (to[0] === '..' || depth === -1) continue;
      const entries = getOrAdd(folders, from.slice(0, depth).join(sep) || '.', () => new Map());
      getOrAdd(entries, from[depth], () => new Map()).set(to[depth], `${file} imports ${target}`);
    }
  }
  return folders;
}

/** @template K, V @param {Map<K, V>} map @param {K} key @param {() => V} make @returns {V} */
function getOrAdd(map, key, make) {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/**
 * @param {Map<string, Map<string, string>>} entries
 * @returns {string[] | undefined} a way from one entry back to it
 */
function circleAmong(entries) {
  const done = new Set();
  /** @param {string} entry @param {string[]} way @returns {string[] | undefined} */
  const walk = (entry, way) => {
    if (way.includes(entry)) return [...way.slice(way.indexOf(entry)), entry];
    if (done.has(entry)) return undefined;
    for (const next of entries.get(entry)?.keys() ?? []) {
      const circle = walk(next, [...way, entry]);
      if (circle !== undefined) return circle;
    }
    done.add(entry);
    return undefined;
  };
  for (const entry of entries.keys()) {
    const circle = walk(entry, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

const root = process.argv[2] ?? join(dirname(dirname(fileURLToPath(import.meta.url))), 'packages', 'posthorn', 'src');
for (const [folder, entries] of importsByFolder(root)) {
  const circle = circleAmong(entries);
  if (circle === undefined) continue;
  const steps = circle.slice(1).map((entry, index) => `  ${entries.get(circle[index] ?? '')?.get(entry)}`);
  process.stderr.write(`In ${folder}, imports run in a circle (${circle.join(' → ')}):\n${steps.join('\n')}\n`);
  process.exitCode = 1;
}

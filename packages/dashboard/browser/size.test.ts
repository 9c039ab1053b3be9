// The bytes that a browser has to fetch before it shows anything.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { gzipSync } from 'node:zlib';

/** Scripts and styles together, as they travel. */
const BUDGET_BYTES = 200_000;

it('the dashboard travels in less than 200 KB', () => {
  const folder = join(import.meta.dirname, '../../posthorn/dist/dashboard');
  const files = globSync('**/*.{js,css,html,svg}', { cwd: folder });
  assert.ok(files.length >= 3, 'it is not built');
  const bytes = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
  assert.ok(bytes < BUDGET_BYTES, `${bytes} bytes`);
});

// Programs are written against types generated from our OpenAPI document: they must compile.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { ApiBench, member } from '../../posthorn/tests/support/api-bench.ts';

const CALLS = fileURLToPath(new URL('../calls', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../../tsconfig.base.json', import.meta.url));
const TYPES = fileURLToPath(new URL('../../../node_modules/@types', import.meta.url));

describe('types generated from /openapi.json', () => {
  let document: string;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-api-types-'));
    await using bench = await ApiBench.open();
    document = JSON.stringify((await bench.call('GET', '/openapi.json')).body);
    writeFileSync(join(folder, 'schema.ts'), astToString(await openapiTS(document)));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('compile, and so does a call of every operation', () => {
    const config = {
      extends: CONFIG,
      // The generated file counts as if it stood beside the calls.
      compilerOptions: { noEmit: true, rootDirs: [CALLS, folder], types: ['node'], typeRoots: [TYPES] },
      files: [join(CALLS, 'calls.ts')],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { status, stdout } = spawnSync('tsc', ['-p', folder], { encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  });

  it('have a call of each operation that is described, and of no other', () => {
    const paths = Object.entries(Object(member(JSON.parse(document), 'paths')));
    const described = paths.flatMap(([path, methods]) =>
      Object.keys(Object(methods)).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const source = readFileSync(join(CALLS, 'calls.ts'), 'utf8');
    const called = [...source.matchAll(/client\.([A-Z]+)\(\s*'([^']+)'/g)].map(
      ([, method, path]) => `${method} ${path}`,
    );
    assert.deepEqual([...new Set(called)].sort(), described.sort());
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { WatchedFile } from './watched-file.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'posthorn-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

describe('a watched file', () => {
  it('is read at once, and again when it is written, replaced, removed and back', async (t) => {
    const path = join(folder(t), 'hosts');
    writeFileSync(path, 'one');
    const file = new WatchedFile(path, (text) => text, 0);
    assert.equal(await file.current(), 'one');
    writeFileSync(path, 'second');
    assert.equal(await file.current(), 'second');
    writeFileSync(`${path}.new`, 'third!');
    renameSync(`${path}.new`, path);
    assert.equal(await file.current(), 'third!');
    rmSync(path);
    assert.equal(await file.current(), '');
    writeFileSync(path, 'back');
    assert.equal(await file.current(), 'back');
  });

  it('that does not exist is empty', async (t) => {
    assert.equal(await new WatchedFile(join(folder(t), 'none'), (text) => `<${text}>`).current(), '<>');
  });

  it('keeps what it knew while the file cannot be read', async (t) => {
    const path = join(folder(t), 'hosts');
    writeFileSync(path, 'one');
    const file = new WatchedFile(path, (text) => text, 0);
    rmSync(path);
    mkdirSync(path);
    assert.equal(await file.current(), 'one');
    rmdirSync(path);
    writeFileSync(path, 'two');
    assert.equal(await file.current(), 'two');
  });

  it('is looked at only so often', async (t) => {
    const path = join(folder(t), 'hosts');
    writeFileSync(path, 'one');
    const file = new WatchedFile(path, (text) => text, 60_000);
    writeFileSync(path, 'second');
    assert.equal(await file.current(), 'one');
  });

  it('is parsed only when it changed', async (t) => {
    const path = join(folder(t), 'hosts');
    writeFileSync(path, 'one');
    let parsed = 0;
    const file = new WatchedFile(path, () => ++parsed, 0);
    for (let look = 0; look < 100; look++) assert.equal(await file.current(), 1);
  });
});

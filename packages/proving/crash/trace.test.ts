import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readTrace, type Step } from './trace.ts';

const FOLDER = '/data';

const escaped = (text: string): string =>
  text.replaceAll(/./gs, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
const of = (descriptor: number, file: string): string => `${descriptor}<${escaped(`${FOLDER}/${file}`)}>`;
const socket = `9<${escaped('socket:[1]')}>`;

function read(...lines: string[]): Step[] {
  return [...readTrace(lines, FOLDER)];
}

const ANSWER = 'HTTP/1.1 202 Accepted\r\n\r\n{"id":"e","type":"t","deliveries":[{"id":"d","endpointId":"p"}]}';

describe("the tracer's log", () => {
  it('tells what became of files, in the order of its lines', () => {
    const steps = read(
      `7  openat(AT_FDCWD<${escaped('/')}>, "${escaped('/data/a')}", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = ${of(3, 'a')}`,
      `7  pwrite64(${of(3, 'a')}, "${escaped('xyz')}", 3, 4096) = 3`,
      `7  ftruncate(${of(3, 'a')}, 5)               = 0`,
      `7  fdatasync(${of(3, 'a')})     = 0`,
      `7  fsync(4<${escaped(FOLDER)}>) = 0`,
      `7  linkat(AT_FDCWD<${escaped('/')}>, "${escaped('/data/a')}", AT_FDCWD<${escaped('/')}>, "${escaped('/data/b')}", 0) = 0`,
      `7  unlink("${escaped('/data/a')}") = 0`,
    );
    assert.deepEqual(steps, [
      { kind: 'create', file: 'a' },
      { kind: 'write', file: 'a', offset: 4096, bytes: Buffer.from('xyz') },
      { kind: 'truncate', file: 'a', size: 5 },
      { kind: 'sync', file: 'a' },
      { kind: 'sync', file: '' },
      { kind: 'link', file: 'a', to: 'b' },
      { kind: 'unlink', file: 'a' },
    ]);
  });

  it('counts a call that others interrupted from its end', () => {
    const steps = read(
      `7  fsync(${of(3, 'a')} <unfinished ...>`,
      `8  pwrite64(${of(4, 'b')}, "${escaped('x')}", 1, 0) = 1`,
      '7  <... fsync resumed>)                    = 0',
    );
    assert.deepEqual(
      steps.map(({ kind }) => kind),
      ['write', 'sync'],
    );
  });

  it('counts a yes from the moment at which it began to leave', () => {
    const steps = read(
      `7  write(${socket}, "${escaped(ANSWER)}", ${ANSWER.length} <unfinished ...>`,
      `8  fsync(${of(3, 'a')})     = 0`,
      `7  <... write resumed>)     = ${ANSWER.length}`,
    );
    assert.deepEqual(steps, [
      { kind: 'yes', event: 'e', deliveries: ['d'] },
      { kind: 'sync', file: 'a' },
    ]);
  });

  it('goes on where the last plain write ended', () => {
    const steps = read(
      `7  write(${of(3, 'a')}, "${escaped('ab')}", 2) = 2`,
      `7  write(${of(3, 'a')}, "${escaped('c')}", 1) = 1`,
      `7  close(${of(3, 'a')}) = 0`,
      `7  write(${of(3, 'a')}, "${escaped('d')}", 1) = 1`,
    );
    assert.deepEqual(
      steps.map((step) => step.kind === 'write' && step.offset),
      [0, 2, 0],
    );
  });

  it('leaves out what failed, what lies elsewhere, and answers that say no', () => {
    const steps = read(
      `7  fsync(${of(3, 'a')}) = -1 EIO (Input/output error)`,
      `7  pwrite64(3<${escaped('/elsewhere')}>, "${escaped('x')}", 1, 0) = 1`,
      `7  write(${socket}, "${escaped(ANSWER.replace('202', '503'))}", 100) = 100`,
      `7  pwrite64(${of(3, 'a')}, "${escaped('x')}", 1, 0) = ?`,
      '7  +++ exited with 0 +++',
    );
    assert.deepEqual(steps, []);
  });

  it('is refused when a line cannot be read or a file was renamed', () => {
    assert.throws(() => read(`7  fsync(${of(3, 'a')}`), /cannot be read/);
    assert.throws(() => read(`7  rename("${escaped('/data/a')}", "${escaped('/data/b')}") = 0`), /renamed/);
  });
});

// Helpers of the embedded store's tests for the file system and other processes.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts';
import type { Store } from '../../src/seams/store/index.ts';

/** An empty data folder that is removed after the test. */
export function dataFolder(test: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'posthorn-sqlite-'));
  test.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Opens the store; it must not die. */
export function open(directory: string): Promise<Store> {
  return openSqliteStore({
    directory,
    onDeath: (error) => {
      throw error;
    },
  });
}

export const databaseFile = (directory: string): string => join(directory, 'posthorn.db');

export const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Another process that works on a data folder: see writer.ts. */
export class Writer {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** @param uid the user it runs as; the test's own if left out */
  constructor(test: TestContext, directory: string, uid?: number) {
    const script = fileURLToPath(new URL('./writer.ts', import.meta.url));
    this.process = spawn(process.execPath, [script, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    test.after(() => this.kill());
    const { stdout } = this.process;
    if (stdout === null) throw new Error('the writer has no output');
    this.#lines = createInterface(stdout)[Symbol.asyncIterator]();
  }

  /** The next line it prints. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the writer has ended');
    return value;
  }

  /** SIGKILL; resolves when the process is gone, with the lines it had still printed. */
  async kill(): Promise<string[]> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exit = once(this.process, 'exit');
      this.process.kill('SIGKILL');
      await exit;
    }
    const rest: string[] = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) return rest;
      rest.push(value);
    }
  }
}

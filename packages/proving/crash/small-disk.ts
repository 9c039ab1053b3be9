// A disk of a few megabytes that can be filled and freed.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const CHUNK = Buffer.alloc(64 * 1_024);
const PAGE = Buffer.alloc(4 * 1_024);

export class SmallDisk implements Disposable {
  readonly folder: string;
  readonly #ballast: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#ballast = join(folder, 'ballast');
  }

  /** @throws with what to do when mounting is not permitted */
  static mount(folder: string, mebibytes: number): SmallDisk {
    mkdirSync(folder, { recursive: true });
    const run = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'posthorn-crash', folder], {
      encoding: 'utf8',
    });
    if (run.status === 0) return new SmallDisk(folder);
    const why = run.error?.message ?? run.stderr.trim();
    throw new Error(
      `No small disk can be mounted (${why}): run the suite as root, in a container with --cap-add SYS_ADMIN.`,
    );
  }

  /** Takes what is left of it, to the last page. */
  fill(): void {
    const file = openSync(this.#ballast, 'a');
    for (const piece of [CHUNK, PAGE]) while (writes(file, piece));
    closeSync(file);
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  [Symbol.dispose](): void {
    spawnSync('umount', ['-l', this.folder]);
  }
}

function writes(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes) === bytes.length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}

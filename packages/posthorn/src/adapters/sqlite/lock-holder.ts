// Who has the database of a data folder open, told without touching it: by the system's list of locks where it has one.
import { readFileSync, statSync } from 'node:fs';

const LOCKS = '/proc/locks';

/** A line of /proc/locks: `12: POSIX  ADVISORY  WRITE 4711 fd:01:1837 1073741826 1073742335`. */
const WRITE_LOCK = /^\d+: POSIX +\S+ +WRITE (-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /;

export interface LockedFile {
  readonly dev: number;
  readonly ino: number;
}

/** Linux keeps a device's numbers in pieces: the lowest 8 bits of the minor one, 12 of the major one, the rest of the minor one. */
const major = (dev: number): number => (dev >>> 8) & 0xfff;
const minor = (dev: number): number => (dev & 0xff) | ((dev >>> 12) & 0xfff00);

/**
 * Which process holds a file's write lock.
 * @param locks the text of /proc/locks
 * @param noted the process that says it does: a file system in layers shows its files under another device
 */
export function lockHolder(locks: string, { dev, ino }: LockedFile, noted: number | undefined): number | undefined {
  for (const line of locks.split('\n')) {
    const [, pid, majorHex = '', minorHex = '', inode] = WRITE_LOCK.exec(line) ?? [];
    if (Number(inode) !== ino) continue;
    const isSameDevice = Number.parseInt(majorHex, 16) === major(dev) && Number.parseInt(minorHex, 16) === minor(dev);
    if (isSameDevice || Number(pid) === noted) return Number(pid);
  }
  return undefined;
}

/** @param noted the process that the data folder names @returns the process that has the file open for itself */
export function holderOf(path: string, noted: number | undefined): number | undefined {
  let locks: string;
  try {
    locks = readFileSync(LOCKS, 'utf8');
  } catch {
    return noted !== undefined && isAlive(noted) ? noted : undefined;
  }
  return lockHolder(locks, statSync(path), noted);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

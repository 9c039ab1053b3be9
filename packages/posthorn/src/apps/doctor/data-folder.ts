// The data folder: there, ours alone, writable, with room, and on a disk that keeps what it says it keeps.
import { accessSync, constants, type Stats, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { inert } from '../terminal/inert.ts';
import { bad, bytesText, type Finding, ok, warn } from './finding.ts';

const CHECK = 'data folder';
const OTHERS = 0o077;
/** Too little for even the write-ahead log. */
const NO_ROOM_BYTES = 128 * 1_024 * 1_024;
/** A million small deliveries. */
const LITTLE_ROOM_BYTES = 1_024 * 1_024 * 1_024;

/** File systems by the number that Linux knows them by (statfs(2)), with what is wrong with them. */
const DOUBTFUL: ReadonlyMap<number, readonly [name: string, why: string]> = new Map([
  [0x0102_1994, ['tmpfs', 'it is in memory: everything is lost when the machine or the container stops']],
  [0x8584_58f6, ['ramfs', 'it is in memory: everything is lost when the machine stops']],
  [0x794c_7630, ['overlay', "it is the container's own layer: everything is lost with the container"]],
  [0x6969, ['NFS', 'locks and fsync over a network do not hold what SQLite needs']],
  [0x517b, ['SMB', 'locks and fsync over a network do not hold what SQLite needs']],
  [0xff53_4d42, ['CIFS', 'locks and fsync over a network do not hold what SQLite needs']],
  [0xfe53_4d42, ['SMB2', 'locks and fsync over a network do not hold what SQLite needs']],
  [0x0102_1997, ['9p', 'a shared folder of a virtual machine may not keep what it was told to keep']],
  [0x6573_5546, ['FUSE', 'a file system in user space may not keep what it was told to keep']],
]);

export function dataFolderFindings(folder: string): Finding[] {
  const shown = inert(resolve(folder));
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return absentFindings(folder, shown);
  if (!stats.isDirectory()) return [bad(CHECK, `${shown} is a file`, 'Name a folder with POSTHORN_DATA.')];
  const refused = refusal(folder);
  if (refused !== undefined) {
    return [
      bad(
        CHECK,
        `${shown} cannot be used by this user (${refused})`,
        'Make it readable and writable for the user who starts Posthorn, or run this as that user.',
      ),
    ];
  }
  return [ok(CHECK, shown), ...modeFindings(stats, shown), ...diskFindings(folder)];
}

/** It is made at the first start, so what counts is whether it can be. */
function absentFindings(folder: string, shown: string): Finding[] {
  let above = dirname(resolve(folder));
  while (statSync(above, { throwIfNoEntry: false }) === undefined) above = dirname(above);
  const refused = refusal(above);
  if (refused === undefined) return [ok(CHECK, `${shown} is made at the first start`), ...diskFindings(above)];
  return [
    bad(
      CHECK,
      `${shown} is missing and cannot be made in ${inert(above)} (${refused})`,
      'Make it for the user who starts Posthorn, or name another with POSTHORN_DATA.',
    ),
  ];
}

function refusal(folder: string): string | undefined {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

function modeFindings({ mode }: Stats, shown: string): Finding[] {
  if ((mode & OTHERS) === 0) return [];
  return [
    warn(
      CHECK,
      `users other than its owner can open it (mode ${(mode & 0o777).toString(8)}); it holds payloads and the encryption key`,
      `chmod 700 ${shown}`,
    ),
  ];
}

function diskFindings(folder: string): Finding[] {
  const { type, bavail, bsize, blocks } = statfsSync(folder);
  const free = bavail * bsize;
  const said = `${bytesText(free)} free of ${bytesText(blocks * bsize)}`;
  const doubt = DOUBTFUL.get(type);
  return [
    free < NO_ROOM_BYTES
      ? bad('disk', said, 'Free some space: without it nothing can be accepted.')
      : free < LITTLE_ROOM_BYTES
        ? warn('disk', said, 'Free some space, or keep less with POSTHORN_RETENTION_DAYS.')
        : ok('disk', said),
    ...(doubt === undefined
      ? []
      : [
          warn(
            'disk',
            `the data folder is on ${doubt[0]}: ${doubt[1]}`,
            'Put POSTHORN_DATA on a local disk or a volume of its own.',
          ),
        ]),
  ];
}

// The key that encrypts endpoint secrets: given by a setting, or made at the first start and kept in the data folder. A check
// value in the store tells a wrong key before it can do harm: never a new key over old data.
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keyCheck, matchesKeyCheck } from '../../domain/sealing.ts';
import type { Random } from '../../seams/random.ts';
import type { Registry } from '../../seams/store/registry.ts';
import { SettingsError } from '../settings/read.ts';
import { ENCRYPTION_KEY_BYTES, encryptionKey } from '../settings/values.ts';

export const KEY_FILE = 'encryption.key';
/** Under which a store keeps the check value. */
export const CHECK_NAME = 'encryption-key-check';

interface Sources {
  /** From the settings. */
  readonly given: Uint8Array | undefined;
  /** The data folder; `undefined` with a shared database, whose key must be given. */
  readonly folder: string | undefined;
  readonly store: Pick<Registry, 'keep'>;
  readonly random: Random;
}

interface FoundKey {
  readonly key: Uint8Array;
  /** For the explanation when it is the wrong one. */
  readonly origin: string;
  /** The file that was made just now. */
  readonly made?: string;
}

/** @returns `undefined` when there is no such file @throws SettingsError when it cannot be read or holds no key */
export function readKeyFile(file: string): Uint8Array | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new SettingsError([
      `the encryption key ${file} cannot be read: ${error instanceof Error ? error.message : error}`,
    ]);
  }
  const reading = encryptionKey(text.trim());
  if (!reading.ok)
    throw new SettingsError([`the encryption key ${file} must be ${reading.allowed}: restore it from a backup`]);
  return reading.value;
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** On disk before it is used, and whole or not there at all: what is encrypted with a lost key is lost. */
function writeKeyFile(file: string, key: Uint8Array): void {
  const draft = `${file}.new`;
  rmSync(draft, { force: true });
  const descriptor = openSync(draft, 'wx', 0o600);
  writeSync(descriptor, `${Buffer.from(key).toString('base64')}\n`);
  fsyncSync(descriptor);
  closeSync(descriptor);
  linkSync(draft, file);
  rmSync(draft);
  syncFolder(dirname(file));
}

function findKey({ given, folder, random }: Sources): FoundKey {
  if (given !== undefined) return { key: given, origin: 'POSTHORN_ENCRYPTION_KEY' };
  if (folder === undefined) {
    throw new SettingsError([
      'POSTHORN_ENCRYPTION_KEY is required with Postgres, the same for every process: openssl rand -base64 32',
    ]);
  }
  const file = join(folder, KEY_FILE);
  const kept = readKeyFile(file);
  if (kept !== undefined) return { key: kept, origin: file };
  const key = random.bytes(ENCRYPTION_KEY_BYTES).slice();
  writeKeyFile(file, key);
  return { key, origin: file, made: file };
}

/**
 * Finds or makes the key and checks that it is the one that this store's secrets were encrypted with.
 * @throws SettingsError when it is missing, unreadable or another one
 */
export async function openEncryptionKey(sources: Sources): Promise<Uint8Array> {
  const { key, origin, made } = findKey(sources);
  const kept = await sources.store.keep(CHECK_NAME, keyCheck(key));
  if (matchesKeyCheck(key, kept)) return key;
  if (made === undefined) {
    throw new SettingsError([
      `the encryption key in ${origin} is not the one that this database's secrets were encrypted with: start with the original key; the stored secrets cannot be decrypted otherwise`,
    ]);
  }
  rmSync(made);
  throw new SettingsError([
    `${made} is missing, and without that encryption key this database's secrets cannot be read: restore the file from a backup, or give the key as POSTHORN_ENCRYPTION_KEY`,
  ]);
}

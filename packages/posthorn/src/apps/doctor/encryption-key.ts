// The key that endpoint secrets are encrypted with: there, for its owner only, and the right one for what is stored.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { matchesKeyCheck } from '../../domain/sealing.ts';
import { KEY_FILE, readKeyFile } from '../service/encryption-key.ts';
import { SettingsError } from '../settings/read.ts';
import type { Settings } from '../settings/table.ts';
import { inert } from '../terminal/inert.ts';
import { bad, type Finding, ok, warn } from './finding.ts';
import type { StoreSight } from './store.ts';

const CHECK = 'encryption key';
const OTHERS = 0o077;

type KeySettings = Pick<Settings, 'encryptionKey' | 'databaseUrl' | 'data'>;

export function encryptionKeyFindings(settings: KeySettings, sight: StoreSight | undefined): Finding[] {
  const { encryptionKey, databaseUrl, data } = settings;
  if (encryptionKey !== undefined) return [judge(encryptionKey, 'POSTHORN_ENCRYPTION_KEY', sight)];
  if (databaseUrl !== undefined) {
    return [
      bad(
        CHECK,
        'none is given, but Postgres requires one',
        'Set POSTHORN_ENCRYPTION_KEY, the same for every process: openssl rand -base64 32',
      ),
    ];
  }
  const file = join(data, KEY_FILE);
  let key: Uint8Array | undefined;
  try {
    key = readKeyFile(file);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map((problem) => bad(CHECK, inert(problem), 'Without it the stored secrets cannot be read.'));
  }
  if (key === undefined) return [absent(file, sight)];
  return [judge(key, file, sight), ...modeFindings(file)];
}

function absent(file: string, sight: StoreSight | undefined): Finding {
  if (sight?.mayHoldSecrets === false) return ok(CHECK, 'none yet: it is made at the first start');
  return bad(
    CHECK,
    `${inert(file)} is missing, and the stored secrets cannot be read without it`,
    'Restore the file from a backup, or give the key as POSTHORN_ENCRYPTION_KEY.',
  );
}

function judge(key: Uint8Array, origin: string, sight: StoreSight | undefined): Finding {
  const from = `from ${inert(origin)}`;
  if (sight?.keyCheck === undefined) return ok(CHECK, from);
  if (matchesKeyCheck(key, sight.keyCheck)) return ok(CHECK, `${from}, the one the database was begun with`);
  return bad(
    CHECK,
    `${from} is not the one that the stored secrets were encrypted with`,
    'Start with the original key; the stored secrets cannot be decrypted otherwise.',
  );
}

function modeFindings(file: string): Finding[] {
  if ((statSync(file).mode & OTHERS) === 0) return [];
  return [warn(CHECK, 'users other than its owner can read the file', `chmod 600 ${inert(file)}`)];
}

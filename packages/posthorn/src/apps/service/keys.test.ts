import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { systemRandom } from '../../adapters/random.ts';
import { hashApiKey } from '../settings/api-key.ts';
import { SettingsError } from '../settings/read.ts';
import { openApiKey } from './api-key.ts';
import { openEncryptionKey } from './encryption-key.ts';
import { readExtraCa } from './extra-ca.ts';

/** The values that a store keeps by name, first come. */
function memory() {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    keep: (name: string, value: Uint8Array) => {
      if (!kept.has(name)) kept.set(name, value);
      return Promise.resolve(kept.get(name) ?? value);
    },
  };
}

const random = systemRandom();
let folder = '';

/** Within one `describe`: a new folder for each test. */
function eachInNewFolder(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-keys-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
}

const refusal = (says: RegExp) => (error: unknown) => error instanceof SettingsError && says.test(error.message);

describe('the encryption key', () => {
  eachInNewFolder();

  const given = new Uint8Array(32).fill(5);

  it('is made at the first start, readable by its owner only, and found again at the next', async () => {
    const store = memory();
    const made = await openEncryptionKey({ given: undefined, folder, store, random });
    assert.equal(made.length, 32);
    assert.equal(statSync(join(folder, 'encryption.key')).mode & 0o777, 0o600);
    assert.deepEqual(await openEncryptionKey({ given: undefined, folder, store, random }), made);
  });

  it('stops the start when it is another than the store was begun with', async () => {
    const store = memory();
    await openEncryptionKey({ given, folder, store, random });
    const other = new Uint8Array(32).fill(6);
    await assert.rejects(
      openEncryptionKey({ given: other, folder, store, random }),
      refusal(/POSTHORN_ENCRYPTION_KEY is not the one/),
    );
  });

  it('is never made anew over old data', async () => {
    const store = memory();
    await openEncryptionKey({ given: undefined, folder, store, random });
    rmSync(join(folder, 'encryption.key'));
    await assert.rejects(openEncryptionKey({ given: undefined, folder, store, random }), refusal(/is missing/));
    assert.equal(existsSync(join(folder, 'encryption.key')), false);
  });

  it('is required with a shared database', async () => {
    await assert.rejects(
      openEncryptionKey({ given: undefined, folder: undefined, store: memory(), random }),
      refusal(/required with Postgres/),
    );
  });

  it('stops the start when its file is damaged, without quoting it', async () => {
    writeFileSync(join(folder, 'encryption.key'), 'hunter2');
    await assert.rejects(openEncryptionKey({ given: undefined, folder, store: memory(), random }), (error) => {
      return refusal(/encryption\.key must be 32 random bytes/)(error) && !String(error).includes('hunter2');
    });
  });

  it('leaves nothing in the store that reveals it', async () => {
    const store = memory();
    await openEncryptionKey({ given, folder, store, random });
    for (const value of store.kept.values()) assert.notDeepEqual(value, given);
  });
});

describe('the API key', () => {
  it('is made once for a store, and only its hash is kept', async () => {
    const store = memory();
    const first = await openApiKey(undefined, store, random);
    assert.match(first.made ?? '', /^ph_api_/);
    assert.deepEqual(first.hash, hashApiKey(first.made ?? ''));
    const second = await openApiKey(undefined, store, random);
    assert.equal(second.made, undefined);
    assert.deepEqual(second.hash, first.hash);
    assert.deepEqual([...store.kept.values()], [first.hash]);
  });

  it('that is given counts for this run and is not stored', async () => {
    const store = memory();
    const { hash, made } = await openApiKey('0123456789abcdef', store, random);
    assert.deepEqual([hash, made, store.kept.size], [hashApiKey('0123456789abcdef'), undefined, 0]);
  });
});

describe('the extra certificate authorities', () => {
  eachInNewFolder();

  const file = (text: string) => {
    const path = join(folder, 'ca.pem');
    writeFileSync(path, text);
    return path;
  };

  it('stop the start when the file is missing, empty or damaged', () => {
    assert.throws(() => readExtraCa(join(folder, 'none.pem')), refusal(/cannot be read \(ENOENT\)/));
    assert.throws(() => readExtraCa(file('hello')), refusal(/holds no certificate/));
    const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    assert.throws(() => readExtraCa(file(damaged)), refusal(/certificate 1 in .* is damaged/));
  });
});

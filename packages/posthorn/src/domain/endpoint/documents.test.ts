import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { EndpointId, TenantId } from '../ids.ts';
import { seal } from '../sealing.ts';
import {
  CODEC,
  type Documents,
  readDocuments,
  readOpen,
  readPast,
  UnreadableDocument,
  urlKeyOf,
  writeDocuments,
} from './documents.ts';
import { DEFAULT_SETTINGS, type EndpointSettings } from './settings.ts';

const KEY = new Uint8Array(32).fill(1);
const NONCE = new Uint8Array(12).fill(2);
const PLACE = { tenantId: 'acme' as TenantId, endpointId: 'e1' as EndpointId, version: 3 };
const SETTINGS: EndpointSettings = {
  url: 'https://receiver.example:8443/hook?token=hidden',
  eventTypes: ['order.*'],
  description: 'Zoë’s “hooks”',
  scheduleMs: [1, 2],
  connectTimeoutMs: 100,
  replyTimeoutMs: 200,
  concurrency: 7,
  secrets: ['the first secret', 'the second secret'],
  headers: { authorization: 'Bearer hidden', __proto__x: 'y' },
};
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const text = (value: Uint8Array) => new TextDecoder().decode(value);
const written = writeDocuments(SETTINGS, PLACE, KEY, NONCE);
const refused = (read: () => unknown) => assert.throws(read, UnreadableDocument);

describe('the documents of an endpoint', () => {
  it('read as they were written', () => {
    assert.equal(written.codec, CODEC);
    assert.deepEqual(readDocuments(written, PLACE, KEY), SETTINGS);
  });

  it('show in the open neither URL, secrets nor headers', () => {
    for (const hidden of ['hidden', '/hook', 'secret', 'authorization'])
      assert.ok(!text(written.settings).includes(hidden));
  });

  it('open for no other tenant, endpoint, version, origin or key', () => {
    for (const other of [{ tenantId: 'other' as TenantId }, { endpointId: 'e2' as EndpointId }, { version: 4 }]) {
      refused(() => readDocuments(written, { ...PLACE, ...other }, KEY));
    }
    const { origin, ...open } = JSON.parse(text(written.settings));
    assert.equal(origin, 'https://receiver.example:8443');
    const elsewhere = { ...written, settings: bytes({ origin: 'https://evil.example', ...open }) };
    refused(() => readDocuments(elsewhere, PLACE, KEY));
    refused(() => readDocuments(written, PLACE, new Uint8Array(32).fill(9)));
  });

  it('give a setting that is younger than they its default', () => {
    const old: Documents = { ...written, settings: bytes({ origin: 'https://receiver.example:8443' }) };
    const { headers: _, ...defaults } = DEFAULT_SETTINGS;
    assert.deepEqual(readOpen(old, PLACE), defaults);
    assert.equal(readDocuments(old, PLACE, KEY).url, SETTINGS.url);
  });

  it('keep the place of a secret that was erased', () => {
    const erased = { ...SETTINGS, secrets: [null, 'the second secret'] };
    const past = writeDocuments(erased, PLACE, KEY, NONCE);
    assert.deepEqual(readPast(past, PLACE, KEY).secrets, [null, 'the second secret']);
  });

  it('are refused when damaged or of a newer program', () => {
    refused(() => readOpen({ ...written, settings: bytes({ scheduleMs: 'x' }) }, PLACE));
    refused(() => readOpen({ ...written, settings: Uint8Array.of(1, 2) }, PLACE));
    refused(() => readOpen({ ...written, codec: CODEC + 1 }, PLACE));
  });

  it('are read in the form from before versions were kept', () => {
    const { url, secrets, headers, ...open } = SETTINGS;
    const sealed = seal(KEY, NONCE, 'endpoint:acme:e1', bytes({ secrets, headers }));
    assert.deepEqual(readDocuments({ codec: 0, settings: bytes({ url, ...open }), sealed }, PLACE, KEY), SETTINGS);
  });

  it('lead to equal values for equal URLs under one key only', () => {
    const one = urlKeyOf(KEY, SETTINGS.url);
    assert.deepEqual(urlKeyOf(KEY, SETTINGS.url), one);
    assert.notDeepEqual(urlKeyOf(KEY, `${SETTINGS.url}1`), one);
    assert.notDeepEqual(urlKeyOf(new Uint8Array(32).fill(9), SETTINGS.url), one);
  });
});

describe('the stores', () => {
  it('name no setting of an endpoint', () => {
    // Two of them are words of other things, too: replays choose event types, and responses have headers.
    const names = Object.keys(SETTINGS).filter(
      (name) => !['eventTypes', 'headers', 'url', 'description'].includes(name),
    );
    for (const store of ['sqlite', 'postgres']) {
      const folder = new URL(`../../adapters/${store}/`, import.meta.url);
      for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
        const source = readFileSync(new URL(file, folder), 'utf8');
        for (const name of names) {
          const column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
          assert.ok(
            !new RegExp(`\\b(${name}|${column})\\b`).test(source.replaceAll(/\/\/.*|\/?\*.*/g, '')),
            `${store}/${file}: ${name}`,
          );
        }
      }
    }
  });
});

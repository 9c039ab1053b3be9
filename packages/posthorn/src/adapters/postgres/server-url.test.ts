import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { StoreRefused } from '../../seams/store/index.ts';
import { type Link, type Server, serverOf } from './server-url.ts';

const PLAIN = 'postgres://user:hunter2@db.example:5432/posthorn';
const kinds = ({ links }: Server) => links.map(({ kind }) => kind);
const authorities = ({ ssl }: Link) => (ssl === false ? undefined : ssl.ca);
const look = (query: string, extraCa: string[] = [], environment = {}) => serverOf(PLAIN + query, extraCa, environment);

describe('the TLS of a Postgres URL', () => {
  for (const [query, expected, withExtraCa = expected] of [
    ['', ['encrypted', 'clear']],
    ['?sslmode=disable', ['clear']],
    ['?sslmode=allow', ['clear', 'encrypted']],
    ['?sslmode=prefer', ['encrypted', 'clear']],
    ['?sslmode=require', ['encrypted'], ['issuer_checked']],
    ['?sslmode=no-verify', ['encrypted']],
    ['?sslmode=verify-ca', ['issuer_checked']],
    ['?sslmode=verify-full', ['name_checked']],
    ['?sslrootcert=system', ['name_checked']],
    ['?ssl=true', ['name_checked']],
    ['?ssl=0', ['clear']],
    ['?sslmode=require&uselibpqcompat=true', ['encrypted'], ['issuer_checked']],
  ] as const) {
    it(`${query || 'without a word'}: ${expected.join(', else ')}`, () => {
      assert.deepEqual(kinds(look(query)), expected);
      assert.deepEqual(kinds(look(query, ['a certificate'])), withExtraCa);
    });
  }

  it('counts from the environment where the URL is silent', () => {
    assert.deepEqual(kinds(look('', [], { PGSSLMODE: 'verify-full' })), ['name_checked']);
    assert.deepEqual(kinds(look('?sslmode=disable', [], { PGSSLMODE: 'verify-full' })), ['clear']);
  });

  it('is checked by the file of sslrootcert alone, or by the authorities known and given', () => {
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-url-'));
    const file = join(folder, 'root.crt');
    writeFileSync(file, 'the root');
    const { links } = look(`?sslmode=require&sslrootcert=${encodeURIComponent(file)}`, ['mine']);
    rmSync(folder, { recursive: true });
    assert.equal(links[0].kind, 'issuer_checked');
    assert.equal(authorities(links[0]), 'the root');
    const [known] = look('?sslmode=verify-full', ['mine']).links;
    const trusted = authorities(known);
    assert.ok(Array.isArray(trusted) && trusted.length > 10 && trusted.includes('mine'));
  });

  it('is not left to the driver, which would warn about it', () => {
    const { client } = look('?sslmode=require&ssl=true&application_name=mine&sslnegotiation=direct');
    assert.equal(client.connectionString, `${PLAIN}?application_name=mine`);
    assert.equal(client.sslnegotiation, 'direct');
  });

  it('does not count on a Unix socket', () => {
    const { links, isLocal } = serverOf('postgres://user@localhost/db?host=/run/postgresql&sslmode=verify-full');
    assert.deepEqual([links.map(({ kind }) => kind), isLocal], [['clear'], true]);
  });

  for (const [query, message] of [
    ['?sslmode=verify_full', /sslmode must be one of disable, allow, prefer, require, verify-ca, verify-full\.$/],
    ['?sslMode=require', /sslMode is not known; known are sslmode, /],
    ['?sslcrl=/etc/crl', /sslcrl is not known/],
    ['?sslmode=require&sslrootcert=system', /sslrootcert=system needs sslmode=verify-full/],
    ['?sslnegotiation=direct', /sslnegotiation=direct needs sslmode=require or stricter/],
    ['?sslmode=require&sslnegotiation=fast', /sslnegotiation must be postgres or direct/],
    ['?sslrootcert=/no/such/file', /the file "\/no\/such\/file" of sslrootcert cannot be read \(ENOENT\)\.$/],
  ] as const) {
    it(`refuses ${query}`, () => {
      assert.throws(
        () => look(query),
        (error) => {
          assert.ok(error instanceof StoreRefused);
          assert.equal(error.code, 'wrong_settings');
          assert.match(error.message, /^POSTHORN_DATABASE_URL \(db\.example:5432\/posthorn\): /);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it('knows what stays on this machine', () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) assert.ok(serverOf(`postgres://${host}/x`).isLocal, host);
    for (const host of ['db.example', '10.0.0.1', '127.example.com']) {
      assert.ok(!serverOf(`postgres://${host}/x`).isLocal, host);
    }
  });
});

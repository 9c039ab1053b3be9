import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { publicUrl, publicUrlParts } from './public-url.ts';

describe('a public URL', () => {
  for (const [text, value] of [
    ['https://hooks.example.com', 'https://hooks.example.com'],
    ['https://Hooks.Example.com/', 'https://hooks.example.com'],
    ['https://hooks.example.com:443/', 'https://hooks.example.com'],
    ['https://hooks.example.com:8443/a/b/', 'https://hooks.example.com:8443/a/b'],
    ['http://10.0.0.7/webhooks', 'http://10.0.0.7/webhooks'],
    ['https://[2001:DB8::1]/', 'https://[2001:db8::1]'],
    ['https://x.example/v1beta', 'https://x.example/v1beta'],
  ] as const) {
    it(`may be ${text}`, () => assert.deepEqual(publicUrl(text), { ok: true, value }));
  }

  for (const text of [
    '',
    'hooks.example.com',
    'ftp://hooks.example.com',
    'https://user@hooks.example.com',
    'https://:secret@hooks.example.com',
    'https://hooks.example.com/?a=b',
    'https://hooks.example.com/#a',
    'https://hooks.example.com/a%20b',
    'https://hooks.example.com/a;b',
    'https://hooks.example.com//a',
    'https://hooks.example.com/v1',
    'https://hooks.example.com/t/acme',
    'https://hooks.example.com/docs/',
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => assert.ok(!publicUrl(text).ok));
  }

  it('has parts', () => {
    assert.deepEqual(publicUrlParts('https://hooks.example.com:8443/a/b'), {
      href: 'https://hooks.example.com:8443/a/b',
      origin: 'https://hooks.example.com:8443',
      hostName: 'hooks.example.com',
      isSecure: true,
      path: '/a/b',
    });
    const { hostName, isSecure, path } = publicUrlParts('http://[2001:db8::1]');
    assert.deepEqual([hostName, isSecure, path], ['[2001:db8::1]', false, '']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { publicUrlParts } from '../../settings/public-url.ts';
import { SessionCookies } from './cookie.ts';

const ROOT = 'https://hooks.example';
const BELOW = 'https://hooks.example:8443/webhooks';
const IN_CLEAR = 'http://hooks.example';
const cookies = (url: string | undefined) => new SessionCookies(url === undefined ? undefined : publicUrlParts(url));

const LOCAL = 'posthorn-session-4400 Path=/; HttpOnly; SameSite=Strict';
const HOST = '__Host-posthorn-session Path=/; HttpOnly; SameSite=Strict; Secure';
const SECURE = '__Secure-posthorn-session Path=/webhooks; HttpOnly; SameSite=Strict; Secure';

describe('the cookie of a session', () => {
  for (const [name, url, headers, expected] of [
    ['on this machine', undefined, { host: 'localhost:4400' }, LOCAL],
    ['elsewhere in clear', undefined, { host: 'hooks.example' }, undefined],
    ['behind a proxy that says https', undefined, { host: 'hooks.example', 'x-forwarded-proto': 'https' }, HOST],
    ['at the public URL', ROOT, { host: 'hooks.example' }, HOST],
    ['at the public URL, in capitals', ROOT, { host: 'Hooks.Example:443' }, HOST],
    ['at the public URL with a path', BELOW, { host: 'hooks.example:8443' }, SECURE],
    [
      'at it, through a proxy that replaces the host',
      BELOW,
      { host: '127.0.0.1:4400', origin: 'https://hooks.example:8443' },
      SECURE,
    ],
    [
      'at it, where the proxy says that the browser came in clear',
      ROOT,
      { host: 'hooks.example', 'x-forwarded-proto': 'http' },
      undefined,
    ],
    ['at another name', BELOW, { host: 'other.example' }, undefined],
    ['at another name that says https', BELOW, { host: 'other.example', 'x-forwarded-proto': 'https' }, HOST],
    ['from a page elsewhere', BELOW, { host: '127.0.0.1:4400', origin: 'https://evil.example' }, LOCAL],
    ['on this machine beside a public URL', BELOW, { host: 'localhost:4400', origin: 'http://localhost:4400' }, LOCAL],
    ['at a public URL in clear', IN_CLEAR, { host: 'hooks.example' }, undefined],
    ['at a public URL in clear on this machine', 'http://localhost:4400', { host: 'localhost:4400' }, LOCAL],
  ] as const) {
    it(`${name}: ${expected ?? 'none'}`, () => {
      const cookie = cookies(url).of({ headers });
      assert.equal(cookie && `${cookie.name} ${cookie.attributes}`, expected);
    });
  }

  it('is found by any of its names, and on this machine by that of its port only', () => {
    const token = (headers: Record<string, string>) => cookies(BELOW).token({ headers });
    assert.equal(token({ cookie: 'a=b; __Host-posthorn-session=one' }), 'one');
    assert.equal(token({ cookie: '__Secure-posthorn-session=two; c=d' }), 'two');
    assert.equal(token({ host: 'localhost:4400', cookie: 'posthorn-session-4400=three' }), 'three');
    assert.equal(token({ host: 'localhost:4401', cookie: 'posthorn-session-4400=three' }), undefined);
    assert.equal(token({ host: 'hooks.example:4400', cookie: 'posthorn-session-4400=three' }), undefined);
    assert.equal(token({ host: 'localhost:4400' }), undefined);
  });
});

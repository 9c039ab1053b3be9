import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answered } from './answered.ts';

const URL_CALLED = 'https://hooks.test:8443/in/events?token=secret';
const at = (status: number, location?: string) =>
  answered(
    {
      status,
      headers: location === undefined ? [] : [['location', location]],
      body: new Uint8Array(0),
      truncated: false,
    },
    URL_CALLED,
  );

describe('a redirect', () => {
  for (const [location, target] of [
    ['https://www.hooks.test/new', 'https://www.hooks.test/new'],
    ['http://10.0.0.1/inside', 'http://10.0.0.1/inside'],
    ['/in/events/', 'https://hooks.test:8443/in/events/'],
    ['events/', 'https://hooks.test:8443/in/events/'],
    ['//other.test', 'https://other.test/'],
    ['https://user:password@other.test/login?next=%2F&token=t#top', 'https://other.test/login?…'],
    ['https://b\u00fccher.test/caf\u00e9', 'https://xn--bcher-kva.test/caf%C3%A9'],
    ['/<script>alert(1)</script>', 'https://hooks.test:8443/%3Cscript%3Ealert(1)%3C/script%3E'],
    ['/\x1b[31mred\x9b', 'https://hooks.test:8443/%1B[31mred%C2%9B'],
    [`/${'a'.repeat(10_000)}`, `https://hooks.test:8443/${'a'.repeat(176)}…`],
  ] as const) {
    it(`to ${JSON.stringify(location.slice(0, 60))} says that it leads to ${target.slice(0, 40)}`, () => {
      assert.equal(
        at(301, location),
        `The receiver answered with status 301; 200 to 209 is success. Redirects are not followed: it leads to ${target}.`,
      );
    });
  }

  it('that leads nowhere, or not over HTTP, says only that it is one', () => {
    for (const location of [undefined, 'https://', 'javascript:alert(1)', 'data:text/html,hi', 'ftp://other.test/']) {
      assert.match(at(302, location), /Redirects are not followed\.$/);
    }
  });

  it('is one of six statuses', () => {
    for (let status = 200; status < 1_000; status++) {
      const is = [300, 301, 302, 303, 307, 308].includes(status);
      assert.equal(/edirect/.test(at(status, '/else')), is, String(status));
      assert.equal(/else/.test(at(status, '/else')), is, String(status));
    }
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseNetworks } from './address.ts';
import { type CallbackUrlRules, parseCallbackUrl } from './callback-url.ts';

interface CorpusEntry {
  readonly url: string;
  readonly verdict: 'allow' | 'deny';
  readonly why: string;
  readonly stage: 'create' | 'connect';
}

const corpus: readonly CorpusEntry[] = JSON.parse(
  readFileSync(new URL('../../tests/fixtures/callback-urls.json', import.meta.url), 'utf8'),
);

const STRICT: CallbackUrlRules = { allowHttp: false, allowed: [] };

function allowing(...cidrs: string[]): CallbackUrlRules {
  const parsed = parseNetworks(cidrs);
  assert.ok(parsed.ok);
  return { allowHttp: false, allowed: parsed.networks };
}

describe('a callback URL', () => {
  for (const { url, verdict, why, stage } of corpus) {
    const expected = stage === 'connect' || verdict === 'allow';
    const shown = JSON.stringify(url.length > 80 ? `${url.slice(0, 80)}…` : url);
    it(`${expected ? 'may' : 'may not'} be ${shown}: ${why}`, () => {
      const result = parseCallbackUrl(url, STRICT);
      assert.equal(result.ok, expected, JSON.stringify(result));
    });
  }

  it('is stored in its canonical form', () => {
    for (const [typed, canonical] of [
      ['https://Example.COM', 'https://example.com/'],
      ['HTTPS://example.com:443/a/../b', 'https://example.com/b'],
      ['https://ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ/é', 'https://example.com/%C3%A9'],
      ['https://[2606:4700:4700:0:0:0:0:1111]:8443', 'https://[2606:4700:4700::1111]:8443/'],
    ] as const) {
      assert.deepEqual(parseCallbackUrl(typed, STRICT), { ok: true, url: canonical });
    }
  });

  for (const [url, why] of [
    ['https:///example.com/', 'other parsers see no host'],
    ['https://@example.com/', 'an empty user part is one'],
    ['https://example.com/#', 'an empty fragment is one'],
    ['https://ex\u200bample.com/', 'a zero-width space is dropped by the parser'],
    ['https://exa\u034fmple.com/', 'a grapheme joiner is dropped by the parser'],
    ['https://a\ufe0fb.com/', 'a variation selector is dropped by the parser'],
    ['https://example.com/a\u3000b', 'a wide space'],
    ['https://example.com/\ud800', 'half a surrogate pair'],
    ['https://example..com/', 'an empty label'],
    ['https://example.com./', 'a trailing dot'],
    ['https://8.8.8.8./', 'a trailing dot after an address'],
    ['https://0x08080808/', 'a public address in disguise'],
    ['https://foo.localhost/', 'loopback by name'],
    [`https://example.com/${'a'.repeat(2_048)}`, 'too long'],
    [`https://example.com/${'é'.repeat(600)}`, 'too long once percent-encoded'],
  ] as const) {
    it(`may not be ${JSON.stringify(url.slice(0, 60))}: ${why}`, () => {
      assert.equal(parseCallbackUrl(url, STRICT).ok, false);
    });
  }

  it('names the way out in its reason', () => {
    const reason = (url: string) => {
      const result = parseCallbackUrl(url, STRICT);
      return result.ok ? 'accepted' : result.reason;
    };
    assert.match(reason('http://example.com/'), /must start with https:\/\//);
    assert.match(reason('https://10.1.2.3/'), /POSTHORN_ALLOW_NETWORKS/);
    assert.match(reason('https://localhost/'), /POSTHORN_ALLOW_NETWORKS/);
    assert.match(reason('https://134744072/'), /Write the address as 8\.8\.8\.8/);
    assert.match(reason('https://u:p@example.com/'), /use a header/);
  });

  it('may be plain HTTP behind the development switch only', () => {
    const relaxed = { ...STRICT, allowHttp: true };
    assert.deepEqual(parseCallbackUrl('http://example.com/', relaxed), { ok: true, url: 'http://example.com/' });
    assert.equal(parseCallbackUrl('ftp://example.com/', relaxed).ok, false);
  });

  it('may be localhost once one of its addresses is allowed', () => {
    for (const rules of [allowing('127.0.0.0/8'), allowing('::1/128')]) {
      assert.equal(parseCallbackUrl('https://localhost:3000/', rules).ok, true);
      assert.equal(parseCallbackUrl('https://a.localhost/', rules).ok, true);
    }
    assert.equal(parseCallbackUrl('https://localhost/', allowing('10.0.0.0/8')).ok, false);
    assert.equal(parseCallbackUrl('https://127.0.0.1/', allowing('127.0.0.0/8')).ok, true);
    assert.equal(parseCallbackUrl('https://169.254.169.254/', allowing('127.0.0.0/8')).ok, false);
  });
});

const octet = fc.nat(255);
const ipv4 = fc.tuple(octet, octet, octet, octet);

/** Every way to write an IPv4 address that the URL standard turns into the same address. */
function spellings([a, b, c, d]: readonly [number, number, number, number]): string[] {
  const number = a * 2 ** 24 + b * 2 ** 16 + c * 256 + d;
  const wide = (text: string) => text.replace(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
  const plain = [a, b, c, d].join('.');
  return [
    `${number}`,
    `0x${number.toString(16)}`,
    `0${number.toString(8)}`,
    [a, b, c, d].map((part) => `0x${part.toString(16)}`).join('.'),
    [a, b, c, d].map((part) => `0${part.toString(8)}`).join('.'),
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${b * 65_536 + c * 256 + d}`,
    `${plain}.`,
    plain.replaceAll('.', '。'),
    wide(plain),
    `%${plain.charCodeAt(0).toString(16)}${plain.slice(1)}`,
  ];
}

describe('any spelling of an IPv4 address', () => {
  it('but the plain one is refused, public or not', () => {
    fc.assert(
      fc.property(ipv4, (octets) => {
        for (const host of spellings(octets)) {
          // A URL parser that does not see the address in it would make this test empty.
          assert.equal(new URL(`https://${host}/`).hostname, octets.join('.'));
          assert.equal(parseCallbackUrl(`https://${host}/`, STRICT).ok, false, host);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('any accepted text', () => {
  const piece = fc.constantFrom(
    'a',
    'B',
    '1',
    '.',
    ':',
    '/',
    '?',
    '#',
    '@',
    '%',
    '[',
    ']',
    '-',
    '_',
    '127.0.0.1',
    '8.8.8.8',
  );
  const odd = fc.constantFrom('\\', ' ', '\t', '\u00ad', '。', '١', 'ⓐ', '0x7f', 'localhost', '::1', '443', 'é', '%41');
  const typed = fc.string({ unit: fc.oneof({ weight: 4, arbitrary: piece }, odd), maxLength: 12 });

  it('gives a canonical form that is accepted and is its own canonical form', () => {
    fc.assert(
      fc.property(typed, (text) => {
        const result = parseCallbackUrl(`https://${text}`, STRICT);
        if (result.ok) assert.deepEqual(parseCallbackUrl(result.url, STRICT), result);
      }),
      { numRuns: 5_000 },
    );
  });

  it('names the same host to the URL standard and to a reader that splits at the first slash', () => {
    fc.assert(
      fc.property(typed, (text) => {
        const result = parseCallbackUrl(`https://${text}`, STRICT);
        if (!result.ok) return;
        const [, authority = ''] = /^https:\/\/([^/?]*)/.exec(result.url) ?? [];
        assert.equal(authority, new URL(result.url).host);
        assert.equal(new URL(`https://${text}`).host, authority);
      }),
      { numRuns: 5_000 },
    );
  });
});

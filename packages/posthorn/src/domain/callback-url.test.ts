import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type CallbackUrlRules, parseCallbackUrl } from './callback-url.ts';
import { type Networks, parseNetworks } from './networks.ts';

interface CorpusEntry {
  readonly url: string;
  readonly verdict: 'allow' | 'deny';
  readonly why: string;
  readonly stage: 'create' | 'connect';
}

const corpus: readonly CorpusEntry[] = JSON.parse(
  readFileSync(new URL('../../tests/fixtures/callback-urls.json', import.meta.url), 'utf8'),
);

const STRICT: CallbackUrlRules = { allowHttp: false, allowed: [], denied: [] };

function networks(...cidrs: string[]): Networks {
  const parsed = parseNetworks(cidrs);
  assert.ok(parsed.ok);
  return parsed.networks;
}

function allowing(...cidrs: string[]): CallbackUrlRules {
  return { ...STRICT, allowed: networks(...cidrs) };
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
    assert.match(
      reason('http://example.com/'),
      /must start with https:\/\/\. .* set POSTHORN_ALLOW_HTTP: to "networks" .* "true"/,
    );
    assert.equal(reason('ftp://example.com/'), 'The URL must start with https://.');
    assert.match(reason('https://10.1.2.3/'), /POSTHORN_ALLOW_NETWORKS/);
    assert.match(reason('https://localhost/'), /POSTHORN_ALLOW_NETWORKS/);
    assert.match(reason('https://134744072/'), /Write the address as 8\.8\.8\.8/);
    assert.match(reason('https://u:p@example.com/'), /use a header/);
  });

  it('may be plain HTTP behind its switch only', () => {
    const relaxed = { ...STRICT, allowHttp: true };
    assert.deepEqual(parseCallbackUrl('http://example.com/', relaxed), { ok: true, url: 'http://example.com/' });
    assert.equal(parseCallbackUrl('ftp://example.com/', relaxed).ok, false);
  });

  describe('in plain HTTP, allowed to named networks only,', () => {
    const rules: CallbackUrlRules = {
      allowHttp: 'networks',
      allowed: networks('127.0.0.0/8', 'fd00:1::/32', '198.51.100.0/24'),
      denied: networks('127.0.0.64/26'),
    };
    for (const [url, reason] of [
      ['http://127.0.0.1/', undefined],
      ['http://localhost:8080/', undefined],
      ['http://[fd00:1::7]/', undefined],
      ['http://198.51.100.7/', undefined],
      ['http://[64:ff9b::7f00:1]/', undefined],
      // Where a name leads is known when it is called.
      ['http://example.com/', undefined],
      ['http://8.8.8.8/', /POSTHORN_ALLOW_NETWORKS \(POSTHORN_ALLOW_HTTP is "networks"/],
      ['http://[2606:4700:4700::1111]/', /must start with https:\/\/ unless/],
      ['http://[64:ff9b::808:808]/', /must start with https:\/\/ unless/],
      ['http://10.0.0.1/', /must be a public address, or one that POSTHORN_ALLOW_NETWORKS allows/],
      ['http://127.0.0.65/', /POSTHORN_DENY_NETWORKS/],
      ['https://8.8.8.8/', undefined],
      ['ftp://127.0.0.1/', /must start with https:\/\/ or http:\/\//],
    ] as const) {
      it(`${url} ${reason === undefined ? 'is taken' : 'is refused'}`, () => {
        const read = parseCallbackUrl(url, rules);
        if (reason === undefined) assert.deepEqual(read, { ok: true, url });
        else assert.match(read.ok ? 'taken' : read.reason, reason);
      });
    }
  });

  describe('to a denied network', () => {
    const rules = {
      ...allowing('127.0.0.0/8', '10.0.0.0/8'),
      denied: networks('10.1.0.0/16', '8.8.8.0/24', '2600::/16'),
    };
    for (const url of [
      'https://10.1.2.3/',
      'https://8.8.8.8/',
      'https://[2600::1]/',
      'https://[64:ff9b::808:808]/',
      'https://[64:ff9b::a01:1]/',
    ]) {
      it(`is refused, and ${url} told why`, () => {
        const read = parseCallbackUrl(url, rules);
        assert.match(read.ok ? 'taken' : read.reason, /POSTHORN_DENY_NETWORKS/);
      });
    }

    it('is refused by the name localhost, too', () => {
      assert.equal(parseCallbackUrl('https://localhost/', rules).ok, true);
      const all = { ...allowing('127.0.0.0/8', '::1/128'), denied: networks('127.0.0.0/8') };
      assert.equal(parseCallbackUrl('https://localhost/', all).ok, true);
      const both = { ...all, denied: networks('127.0.0.0/8', '::1/128') };
      const read = parseCallbackUrl('https://localhost/', both);
      assert.match(read.ok ? 'taken' : read.reason, /POSTHORN_DENY_NETWORKS/);
    });

    it('leaves what lies beside it', () => {
      for (const url of ['https://10.2.0.1/', 'https://8.8.9.8/', 'https://[2601::1]/']) {
        assert.deepEqual(parseCallbackUrl(url, rules), { ok: true, url });
      }
    });
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

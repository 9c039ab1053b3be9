import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { judgeAddress } from './address.ts';
import { inNetworks, type Networks, parseNetworks } from './networks.ts';

function networks(...cidrs: string[]): Networks {
  const parsed = parseNetworks(cidrs);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.networks;
}

const PUBLIC_ONLY = { allowed: [], denied: [] };
const isAllowed = (ip: string, allowed: Networks = []) => judgeAddress(ip, { ...PUBLIC_ONLY, allowed }).allowed;

const octet = fc.nat(255);
const ipv4 = fc.tuple(octet, octet, octet, octet);
const group = fc.nat(0xffff);
const dotted = (octets: readonly number[]) => octets.join('.');
const hex = (value: number) => value.toString(16);
/** The network of so many bits around an IPv4 address. */
const networkOf = (octets: readonly number[], bits: number) => {
  const kept = octets.map((octet, index) => octet & (0xff << Math.max(0, Math.min(8, index * 8 + 8 - bits))) & 0xff);
  return `${dotted(kept)}/${bits}`;
};
const asGroups = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]) => `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;

describe('judging an address', () => {
  for (const [first, last] of [
    ['0.0.0.0', '0.255.255.255'],
    ['10.0.0.0', '10.255.255.255'],
    ['100.64.0.0', '100.127.255.255'],
    ['127.0.0.0', '127.255.255.255'],
    ['168.63.129.16', '168.63.129.16'],
    ['169.254.0.0', '169.254.255.255'],
    ['172.16.0.0', '172.31.255.255'],
    ['192.0.0.0', '192.0.0.255'],
    ['192.0.2.0', '192.0.2.255'],
    ['192.31.196.0', '192.31.196.255'],
    ['192.52.193.0', '192.52.193.255'],
    ['192.88.99.0', '192.88.99.255'],
    ['192.168.0.0', '192.168.255.255'],
    ['192.175.48.0', '192.175.48.255'],
    ['198.18.0.0', '198.19.255.255'],
    ['198.51.100.0', '198.51.100.255'],
    ['203.0.113.0', '203.0.113.255'],
    ['224.0.0.0', '255.255.255.255'],
    ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff'],
    ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['::', '64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['64:ff9b::1:0:0', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['4000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ] as const) {
    it(`refuses ${first} to ${last}`, () => {
      assert.equal(isAllowed(first), false);
      assert.equal(isAllowed(last), false);
    });
  }

  for (const neighbours of [
    ['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0'],
    ['168.63.129.15', '168.63.129.17', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0'],
    ['191.255.255.255', '192.0.1.0', '192.0.3.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0'],
    ['198.51.99.255', '198.51.101.0', '203.0.112.255', '203.0.114.0', '223.255.255.255', '8.8.8.8'],
    ['2000::', '2001:200::', '2001:db7:ffff::', '2001:db9::', '2003::', '2620:4f:7fff::', '2620:4f:8001::'],
    ['3ffe:ffff:ffff::', '3fff:1000::', '2606:4700:4700::1111'],
  ]) {
    it(`allows what lies beside: ${neighbours.join(', ')}`, () => {
      for (const ip of neighbours) assert.equal(isAllowed(ip), true, ip);
    });
  }

  it('looks inside NAT64 addresses', () => {
    fc.assert(
      fc.property(ipv4, (octets) => {
        const verdict = isAllowed(dotted(octets));
        assert.equal(isAllowed(`64:ff9b::${asGroups(octets)}`), verdict);
        assert.equal(isAllowed(`64:ff9b::${dotted(octets)}`), verdict);
      }),
    );
  });

  it('refuses every other way to carry an IPv4 address in IPv6', () => {
    fc.assert(
      fc.property(ipv4, (octets) => {
        const v4 = asGroups(octets);
        for (const ip of [`::ffff:${v4}`, `::${v4}`, `::ffff:0:${v4}`, `2002:${v4}::1`, `64:ff9b:1::${v4}`]) {
          assert.equal(isAllowed(ip), false, ip);
        }
      }),
    );
  });

  it('judges all spellings of an IPv6 address alike', () => {
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const long = groups.map((value) => hex(value).padStart(4, '0')).join(':');
        const short = new URL(`https://[${long}]/`).hostname.slice(1, -1);
        assert.deepEqual(judgeAddress(short, PUBLIC_ONLY), judgeAddress(long, PUBLIC_ONLY));
        assert.deepEqual(judgeAddress(long.toUpperCase(), PUBLIC_ONLY), judgeAddress(long, PUBLIC_ONLY));
      }),
    );
  });

  it('reads exactly the IPv6 texts that the URL standard reads', () => {
    const text = fc.string({
      unit: fc.constantFrom('0', '1', 'f', ':', '::', '.', '127.0.0.1', '64:ff9b'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, (candidate) => {
        const valid = candidate.includes(':') && URL.canParse(`https://[${candidate}]/`);
        const verdict = judgeAddress(candidate, PUBLIC_ONLY);
        const read = verdict.allowed || verdict.why !== 'is not an address';
        if (candidate.includes(':')) assert.equal(read, valid, candidate);
      }),
      { numRuns: 5_000 },
    );
  });

  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '0x7f.0.0.1',
    '256.1.1.1',
    '1.2.3.4 ',
    '8.8.8.8.',
    '٨.8.8.8',
  ]) {
    it(`takes ${JSON.stringify(text)} for no address`, () => assert.equal(isAllowed(text), false));
  }

  for (const text of [
    'fe80::1%eth0',
    '::1%1',
    '1::2::3',
    ':1::',
    '2000:::1',
    '2000::12345',
    '2000::1.2.3',
    '[2000::1]',
  ]) {
    it(`takes ${text} for no address`, () => assert.equal(isAllowed(text), false));
  }
});

/** Every way in which an IPv6 address carries an IPv4 address, by the name that its RFC gives it. */
const CARRIED: Readonly<Record<string, (octets: readonly number[]) => string>> = {
  'IPv4-mapped': (octets) => `::ffff:${asGroups(octets)}`,
  'IPv4-compatible': (octets) => `::${asGroups(octets)}`,
  'IPv4-translated': (octets) => `::ffff:0:${asGroups(octets)}`,
  NAT64: (octets) => `64:ff9b::${asGroups(octets)}`,
  'local NAT64, /96': (octets) => `64:ff9b:1:abcd::${asGroups(octets)}`,
  'local NAT64, /64': ([a = 0, b = 0, c = 0, d = 0]) =>
    `64:ff9b:1:abcd:${hex(a)}:${hex(b * 256 + c)}:${hex(d * 256)}:0`,
  'local NAT64, /56': ([a = 0, b = 0, c = 0, d = 0]) =>
    `64:ff9b:1:${hex(0xab00 + a)}:${hex(b)}:${hex(c * 256 + d)}:0:0`,
  'local NAT64, /48': ([a = 0, b = 0, c = 0, d = 0]) => `64:ff9b:1:${hex(a * 256 + b)}:${hex(c)}:${hex(d * 256)}:0:0`,
  '6to4': (octets) => `2002:${asGroups(octets)}::1`,
  'Teredo, server': (octets) => `2001:0:${asGroups(octets)}:0:ffff:f7f7:f7f7`,
  'Teredo, client': (octets) => `2001:0:808:808:0:ffff:${asGroups(octets.map((octet) => 255 - octet))}`,
  ISATAP: (octets) => `2600:1:2:3:0:5efe:${asGroups(octets)}`,
  'ISATAP, globally unique': (octets) => `2600:1:2:3:200:5efe:${asGroups(octets)}`,
};
/** All of IPv6 in two halves but for what is mapped: a prefix of nothing is refused. */
const ALL_IPV6 = networks(
  '8000::/1',
  '4000::/2',
  '2000::/3',
  '1000::/4',
  '64:ff9b::/32',
  '::/97',
  '::8000:0/97',
  '::ffff:0:0:0/96',
);

describe('an IPv4 address inside an IPv6 address', () => {
  for (const [form, write] of Object.entries(CARRIED)) {
    it(`is refused when it is this machine's own, though all of IPv6 is allowed: ${form}`, () => {
      const rules = { ...PUBLIC_ONLY, allowed: ALL_IPV6 };
      const own = networks('203.0.114.7/32');
      assert.equal(judgeAddress(write([203, 0, 114, 7]), rules, own).allowed, false);
      if (form !== 'IPv4-mapped') assert.equal(judgeAddress(write([203, 0, 114, 8]), rules, own).allowed, true);
      const named = { ...rules, allowed: [...ALL_IPV6, ...own] };
      assert.equal(judgeAddress(write([203, 0, 114, 7]), named, own).allowed, true);
    });

    it(`is refused when its network is denied, whatever is allowed: ${form}`, () => {
      fc.assert(
        fc.property(ipv4, fc.integer({ min: 8, max: 32 }), (octets, bits) => {
          const denied = networks(networkOf(octets, bits));
          const verdict = judgeAddress(write(octets), { allowed: [...ALL_IPV6, ...denied], denied });
          assert.ok(!verdict.allowed && verdict.cause === 'denied');
        }),
      );
    });

    it(`is never reached by it unless it is public itself, or something was allowed: ${form}`, () => {
      fc.assert(
        fc.property(ipv4, (octets) => {
          if (isAllowed(write(octets))) assert.equal(isAllowed(dotted(octets)), true);
        }),
        { numRuns: 1_000 },
      );
    });
  }

  it('decides over NAT64 and ISATAP, which are public otherwise', () => {
    for (const form of ['NAT64', 'ISATAP', 'ISATAP, globally unique']) {
      const write = CARRIED[form] ?? assert.fail(form);
      assert.equal(isAllowed(write([8, 8, 8, 8])), true, form);
      for (const inside of [
        [127, 0, 0, 1],
        [10, 0, 0, 1],
        [169, 254, 169, 254],
        [0, 0, 0, 0],
        [224, 0, 0, 1],
      ]) {
        assert.equal(isAllowed(write(inside)), false, `${form} ${dotted(inside)}`);
      }
      assert.equal(isAllowed(write([10, 0, 0, 1]), networks('10.0.0.0/8')), true, form);
    }
  });
});

describe('denied networks', () => {
  const rules = {
    allowed: networks('10.0.0.0/8', 'fd00::/8'),
    denied: networks('10.1.0.0/16', '8.8.8.0/24', '2600::/16'),
  };

  it('win over what is public and over what is allowed', () => {
    for (const ip of ['10.1.2.3', '8.8.8.8', '2600::1', '::ffff:10.1.2.3']) {
      assert.deepEqual(judgeAddress(ip, rules), {
        allowed: false,
        cause: 'denied',
        why: 'is in a network that POSTHORN_DENY_NETWORKS denies',
      });
    }
    for (const ip of ['10.2.0.1', '8.8.4.4', '2601::1', 'fd00::1']) {
      assert.equal(judgeAddress(ip, rules).allowed, true, ip);
    }
  });

  it('open nothing', () => {
    for (const ip of ['127.0.0.1', '192.168.0.1', '::1']) {
      const verdict = judgeAddress(ip, rules);
      assert.ok(!verdict.allowed && verdict.cause === 'not_public', ip);
    }
  });
});

describe('an allowed address', () => {
  it('is told from a public one', () => {
    const rules = { ...PUBLIC_ONLY, allowed: networks('10.0.0.0/8', '8.8.8.0/24') };
    const named = (ip: string) => {
      const verdict = judgeAddress(ip, rules);
      return verdict.allowed && verdict.named;
    };
    for (const ip of ['10.0.0.1', '8.8.8.8', '::ffff:10.0.0.1', '64:ff9b::a00:1']) assert.equal(named(ip), true, ip);
    for (const ip of ['8.8.4.4', '2606:4700:4700::1111', '64:ff9b::808:404']) assert.equal(named(ip), false, ip);
  });
});

describe('allowed networks', () => {
  it('open exactly what they name', () => {
    const allowed = networks('127.0.0.0/8', 'fd00:1::/32');
    for (const ip of ['127.0.0.1', '127.255.255.255', 'fd00:1::1', '8.8.8.8'])
      assert.equal(isAllowed(ip, allowed), true, ip);
    for (const ip of ['169.254.169.254', '126.0.0.1.1', '10.0.0.1', '::1', 'fd00:2::1']) {
      assert.equal(isAllowed(ip, allowed), false, ip);
    }
  });

  it('cover the IPv4-mapped and NAT64 spellings of their IPv4 addresses', () => {
    const allowed = networks('127.0.0.0/8');
    for (const ip of ['::ffff:127.0.0.1', '::ffff:7f00:1', '64:ff9b::7f00:1'])
      assert.equal(isAllowed(ip, allowed), true, ip);
    for (const ip of ['::127.0.0.1', '::ffff:10.0.0.1']) assert.equal(isAllowed(ip, allowed), false, ip);
  });

  it('may overlap', () => {
    assert.equal(isAllowed('10.1.2.3', networks('10.0.0.0/8', '10.1.0.0/16', '10.1.2.3/32')), true);
  });

  it('hold what their prefix says, to the bit', () => {
    fc.assert(
      fc.property(ipv4, ipv4, fc.integer({ min: 1, max: 32 }), (base, other, bits) => {
        const number = (octets: readonly number[]) => octets.reduce((sum, value) => sum * 256 + value, 0);
        const size = 2 ** (32 - bits);
        const first = Math.floor(number(base) / size) * size;
        const cidr = `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${bits}`;
        const inside = number(other) >= first && number(other) < first + size;
        assert.equal(inNetworks(dotted(other), networks(cidr)), inside);
      }),
    );
  });

  for (const [entry, reason] of [
    ['10.0.0.1/8', /bits set beyond/],
    ['fd00::1/64', /bits set beyond/],
    ['10.0.0.0/33', /from 1 to 32/],
    ['10.0.0.0/08', /from 1 to 32/],
    ['10.0.0.0/', /prefix length is missing/],
    ['10.0.0.0/8/8', /from 1 to 32/],
    ['::1', /write ::1\/128/],
    ['127.0.0.1', /write 127\.0\.0\.1\/32/],
    ['127.0.0/8', /"127\.0\.0" is not an IP address/],
    ['localhost/8', /is not an IP address/],
    ['', /is not an IP address/],
    [' 10.0.0.0/8', /is not an IP address/],
    ['fe80::%1/10', /is not an IP address/],
    ['0.0.0.0/0', /every address/],
    ['::/0', /every address/],
    ['::ffff:127.0.0.0/104', /write the IPv4 network/],
    ['::/64', /write the IPv4 network/],
  ] as const) {
    it(`refuses "${entry}" and says why`, () => {
      const parsed = parseNetworks(['127.0.0.0/8', entry]);
      assert.ok(!parsed.ok);
      assert.equal(parsed.entry, entry);
      assert.match(parsed.reason, reason);
    });
  }
});

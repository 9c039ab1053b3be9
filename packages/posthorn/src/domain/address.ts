// Which addresses a callback may reach: public ones, and the networks that whoever runs Posthorn allowed by name; never those
// that were denied by name. An IPv6 address that carries an IPv4 address is judged by both.
// Judges bytes, never spellings, and takes for private what it cannot read.

import {
  type AddressBytes,
  known,
  lies,
  MAPPED_PREFIX,
  type Network,
  type Networks,
  parseAddress,
  within,
} from './networks.ts';

export interface AddressRules {
  /** Reachable although not public. */
  readonly allowed: Networks;
  /** Not reachable, be they public or allowed. */
  readonly denied: Networks;
}

export type AddressVerdict =
  /** `named`: because it lies in an allowed network. */
  { readonly allowed: true; readonly named: boolean } | AddressRefusal;

export interface AddressRefusal {
  readonly allowed: false;
  readonly cause: 'not_public' | 'denied' | 'own';
  /** For people who run Posthorn, never for a tenant; to follow the address, e.g. `is loopback`. */
  readonly why: string;
}

/** IPv4 is public unless in one of these: IANA's special-purpose registry, and Azure's platform address, which is in none. */
const SPECIAL_IPV4: readonly (readonly [cidr: string, why: string])[] = [
  ['0.0.0.0/8', 'means this host'],
  ['10.0.0.0/8', 'is private'],
  ['100.64.0.0/10', 'is carrier-internal'],
  ['127.0.0.0/8', 'is loopback'],
  ['168.63.129.16/32', 'is a cloud platform address'],
  ['169.254.0.0/16', 'is link-local'],
  ['172.16.0.0/12', 'is private'],
  ['192.0.0.0/24', 'is reserved for protocols'],
  ['192.0.2.0/24', 'is for documentation'],
  ['192.31.196.0/24', 'is reserved for name service'],
  ['192.52.193.0/24', 'is reserved for tunnels'],
  ['192.88.99.0/24', 'is reserved for 6to4 relays'],
  ['192.168.0.0/16', 'is private'],
  ['192.175.48.0/24', 'is reserved for name service'],
  ['198.18.0.0/15', 'is for benchmarks'],
  ['198.51.100.0/24', 'is for documentation'],
  ['203.0.113.0/24', 'is for documentation'],
  ['224.0.0.0/4', 'is multicast'],
  ['240.0.0.0/4', 'is reserved'],
];

/** IPv6 is public only inside 2000::/3, and there not in these. */
const SPECIAL_IPV6: readonly (readonly [cidr: string, why: string])[] = [
  ['2001::/23', 'is reserved for protocols'],
  ['2001:db8::/32', 'is for documentation'],
  ['2002::/16', 'is 6to4: a relay that nobody vouches for'],
  ['2620:4f:8000::/48', 'is reserved for name service'],
  ['3fff::/20', 'is for documentation'],
];

const NAT64 = known('64:ff9b::/96');
const LOCAL_NAT64 = known('64:ff9b:1::/48');
const GLOBAL_UNICAST = known('2000::/3');
const DENIED_IPV4 = SPECIAL_IPV4.map(([cidr, why]) => ({ network: known(cidr), why }));
const DENIED_IPV6 = SPECIAL_IPV6.map(([cidr, why]) => ({ network: known(cidr), why }));

/** Where IPv6 addresses carry an IPv4 address, byte by byte; what they carry beside it is nobody's address. */
const CARRIERS: readonly { readonly network: Network; readonly at: readonly number[]; readonly inverted?: true }[] = [
  // RFC 6052, section 2.1.
  { network: NAT64, at: [12, 13, 14, 15] },
  // RFC 8215: whoever runs the translator picks the length of its prefix, so any place of RFC 6052, section 2.2, may be meant.
  { network: LOCAL_NAT64, at: [12, 13, 14, 15] },
  { network: LOCAL_NAT64, at: [9, 10, 11, 12] },
  { network: LOCAL_NAT64, at: [7, 9, 10, 11] },
  { network: LOCAL_NAT64, at: [6, 7, 9, 10] },
  // 6to4 (RFC 3056).
  { network: known('2002::/16'), at: [2, 3, 4, 5] },
  // Teredo (RFC 4380, section 4): the server, and the client with all bits turned over.
  { network: known('2001::/32'), at: [4, 5, 6, 7] },
  { network: known('2001::/32'), at: [12, 13, 14, 15], inverted: true },
  // IPv4-compatible (RFC 4291, section 2.5.5.1) and IPv4-translated (RFC 2765, section 2.1).
  { network: { bytes: new Array<number>(16).fill(0), bits: 96 }, at: [12, 13, 14, 15] },
  { network: known('::ffff:0:0:0/96'), at: [12, 13, 14, 15] },
];

/** ISATAP (RFC 5214, section 6.1): an interface identifier below any prefix. The second is that of a globally unique address. */
const ISATAP: readonly AddressBytes[] = [
  [0, 0, 0x5e, 0xfe],
  [2, 0, 0x5e, 0xfe],
];

/** The IPv4 addresses that an IPv6 address carries or may carry. Its IPv4-mapped spelling is the IPv4 address itself. */
function carriedIpv4(bytes: AddressBytes): AddressBytes[] {
  const found = CARRIERS.filter(({ network }) => within(bytes, network)).map(({ at, inverted = false }) =>
    at.map((index) => (inverted ? ~(bytes[index] ?? 0) & 0xff : (bytes[index] ?? 0))),
  );
  if (ISATAP.some((identifier) => identifier.every((byte, index) => bytes[8 + index] === byte))) {
    found.push(bytes.slice(12));
  }
  return found.map((ipv4) => [...MAPPED_PREFIX, ...ipv4]);
}

/**
 * Judges one address, as a resolver gives it or as the URL standard writes it (IPv6 without brackets). Public are:
 * IPv4 outside the special-purpose blocks; IPv6 in 2000::/3 outside them; NAT64 (64:ff9b::/96) and ISATAP only if the IPv4
 * address inside is public, too. An address is refused in any case if it, or the IPv4
 * address inside, lies in a denied network.
 * @param own addresses of this machine: refused, itself or inside, unless they are allowed
 */
export function judgeAddress(ip: string, rules: AddressRules, own: Networks = []): AddressVerdict {
  const bytes = parseAddress(ip);
  return bytes === undefined ? refused('is not an address') : judge(bytes, !ip.includes(':'), rules, own);
}

function refused(why: string, cause: AddressRefusal['cause'] = 'not_public'): AddressRefusal {
  return { allowed: false, cause, why };
}

function judge(bytes: AddressBytes, ipv4: boolean, rules: AddressRules, own: Networks): AddressVerdict {
  const { allowed, denied } = rules;
  const carried = carriedIpv4(bytes);
  const all = [bytes, ...carried];
  if (all.some((one) => lies(one, denied)))
    return refused('is in a network that POSTHORN_DENY_NETWORKS denies', 'denied');
  const named = lies(bytes, allowed);
  const special = (ipv4 ? DENIED_IPV4 : DENIED_IPV6).find(({ network }) => within(bytes, network));
  if (!named && special !== undefined) return refused(special.why);
  if (all.some((one) => lies(one, own) && !lies(one, allowed)))
    return refused("is one of this machine's own addresses", 'own');
  if (named || ipv4) return { allowed: true, named };
  const translated = within(bytes, NAT64);
  if (!translated && !within(bytes, GLOBAL_UNICAST)) return refused('is outside the public part of IPv6');
  const verdicts = carried.map((inside) => judge(inside, true, rules, own));
  return (
    verdicts.find((verdict) => !verdict.allowed) ?? {
      allowed: true,
      named: translated && verdicts.every((verdict) => verdict.allowed && verdict.named),
    }
  );
}

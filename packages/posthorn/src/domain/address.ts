// Which addresses a callback may reach: public ones, and the networks that whoever runs Posthorn allowed by name.
// Judges bytes, never spellings, and takes for private what it cannot read.

/** An address as the IPv6 sees it: 16 bytes; IPv4 lies in ::ffff:0:0/96, where both of its spellings meet. */
type AddressBytes = readonly number[];

/** A block of addresses. */
interface Network {
  readonly bytes: AddressBytes;
  /** Length of the prefix in the 16 bytes, so 96 more than what was written for an IPv4 network. */
  readonly bits: number;
}

/** Blocks of addresses, made by `parseNetworks`. */
export type Networks = readonly Network[];

export type AddressVerdict = { readonly allowed: true } | { readonly allowed: false; readonly why: string };

const MAPPED_BITS = 96;
const MAPPED_PREFIX: AddressBytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const DECIMAL_OCTET = /^(?:0|[1-9][0-9]{0,2})$/;
const HEX_GROUP = /^[0-9a-f]{1,4}$/i;
const PREFIX_LENGTH = /^(?:0|[1-9][0-9]{0,2})$/;

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

function parseIpv4(text: string): AddressBytes | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => DECIMAL_OCTET.test(octet) && Number(octet) <= 255)) {
    return undefined;
  }
  return octets.map(Number);
}

function parseIpv6(text: string): AddressBytes | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (tail === undefined) return head.length === 16 ? head : undefined;
  const missing = 16 - head.length - tail.length;
  return missing >= 2 ? [...head, ...new Array<number>(missing).fill(0), ...tail] : undefined;
}

/** Bytes of groups between colons; the last one may be an IPv4 address. */
function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (HEX_GROUP.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const embedded = mayEndInIpv4 && index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (embedded === undefined) return undefined;
    bytes.push(...embedded);
  }
  return bytes;
}

/** Reads dotted-decimal IPv4 or IPv6 without a zone; `undefined` for every other spelling. */
function parseAddress(text: string): AddressBytes | undefined {
  if (text.includes(':')) return parseIpv6(text);
  const ipv4 = parseIpv4(text);
  return ipv4 && [...MAPPED_PREFIX, ...ipv4];
}

function within(bytes: AddressBytes, network: Network): boolean {
  for (let index = 0, left = network.bits; left > 0; index++, left -= 8) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
    if (((bytes[index] ?? 0) & mask) !== ((network.bytes[index] ?? 0) & mask)) return false;
  }
  return true;
}

function parseNetwork(cidr: string): Network | string {
  const [address = '', length = '', ...rest] = cidr.split('/');
  const bytes = parseAddress(address);
  if (bytes === undefined) return `"${address}" is not an IP address`;
  const ipv4 = !address.includes(':');
  const size = ipv4 ? 32 : 128;
  if (length === '' && rest.length === 0)
    return `the prefix length is missing; for one address write ${address}/${size}`;
  if (rest.length > 0 || !PREFIX_LENGTH.test(length) || Number(length) > size) {
    return `the prefix length must be a number from 1 to ${size}`;
  }
  if (Number(length) === 0) return 'this would allow every address; name the networks that callbacks may reach';
  const bits = Number(length) + (ipv4 ? MAPPED_BITS : 0);
  const network: Network = { bytes, bits };
  if (!ipv4 && (within(bytes, MAPPED) || within(MAPPED.bytes, network))) {
    return 'this covers IPv4-mapped addresses; write the IPv4 network instead, which covers both spellings';
  }
  const hostBits = bytes.some((byte, index) => {
    const kept = Math.min(Math.max(bits - index * 8, 0), 8);
    return (byte & (0xff >> kept)) !== 0;
  });
  return hostBits ? `the address has bits set beyond its /${length}; check the address or the prefix length` : network;
}

/** For the tables of this file, whose entries are known to be right. */
function known(cidr: string): Network {
  const network = parseNetwork(cidr);
  if (typeof network === 'string') throw new Error(`${cidr}: ${network}`);
  return network;
}

const MAPPED: Network = { bytes: [...MAPPED_PREFIX, 0, 0, 0, 0], bits: MAPPED_BITS };
const NAT64 = known('64:ff9b::/96');
const GLOBAL_UNICAST = known('2000::/3');
const DENIED_IPV4 = SPECIAL_IPV4.map(([cidr, why]) => ({ network: known(cidr), why }));
const DENIED_IPV6 = SPECIAL_IPV6.map(([cidr, why]) => ({ network: known(cidr), why }));

/**
 * Reads the networks that callbacks may reach although they are not public, in CIDR notation, e.g. `127.0.0.0/8`.
 * They may overlap. An IPv4 network also holds the IPv4-mapped IPv6 spelling of its addresses.
 * @returns the networks, or the first bad entry and what is wrong with it
 */
export function parseNetworks(
  cidrs: readonly string[],
):
  | { readonly ok: true; readonly networks: Networks }
  | { readonly ok: false; readonly entry: string; readonly reason: string } {
  const networks: Network[] = [];
  for (const entry of cidrs) {
    const network = parseNetwork(entry);
    if (typeof network === 'string') return { ok: false, entry, reason: network };
    networks.push(network);
  }
  return { ok: true, networks };
}

/** Whether an address, in any spelling that `judgeAddress` reads, lies in one of the networks. */
export function inNetworks(ip: string, networks: Networks): boolean {
  const bytes = parseAddress(ip);
  return bytes !== undefined && networks.some((network) => within(bytes, network));
}

/**
 * Judges one address, as a resolver gives it or as the URL standard writes it (IPv6 without brackets). Public are:
 * IPv4 outside the special-purpose blocks; IPv6 in 2000::/3 outside them; NAT64 (64:ff9b::/96) by the IPv4 address inside.
 * @param allowed reachable although not public
 * @returns with `why` for the log of whoever runs Posthorn, never for a tenant
 */
export function judgeAddress(ip: string, allowed: Networks): AddressVerdict {
  const bytes = parseAddress(ip);
  if (bytes === undefined) return { allowed: false, why: 'is not an address' };
  if (allowed.some((network) => within(bytes, network))) return { allowed: true };
  if (within(bytes, NAT64)) return judgeAddress(bytes.slice(12).join('.'), allowed);
  const ipv4 = !ip.includes(':');
  const special = (ipv4 ? DENIED_IPV4 : DENIED_IPV6).find(({ network }) => within(bytes, network));
  if (special !== undefined) return { allowed: false, why: special.why };
  if (!ipv4 && !within(bytes, GLOBAL_UNICAST)) return { allowed: false, why: 'is outside the public part of IPv6' };
  return { allowed: true };
}

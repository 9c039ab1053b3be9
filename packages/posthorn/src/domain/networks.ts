// IP addresses and blocks of them, as bytes: what was written is read once, and two spellings of an address are one.

/** An address as the IPv6 sees it: 16 bytes; IPv4 lies in ::ffff:0:0/96, where both of its spellings meet. */
export type AddressBytes = readonly number[];

/** A block of addresses. */
export interface Network {
  readonly bytes: AddressBytes;
  /** Length of the prefix in the 16 bytes, so 96 more than what was written for an IPv4 network. */
  readonly bits: number;
}

/** Blocks of addresses, made by `parseNetworks`. */
export type Networks = readonly Network[];

const MAPPED_BITS = 96;
export const MAPPED_PREFIX: AddressBytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const DECIMAL_OCTET = /^(?:0|[1-9][0-9]{0,2})$/;
const HEX_GROUP = /^[0-9a-f]{1,4}$/i;
const PREFIX_LENGTH = /^(?:0|[1-9][0-9]{0,2})$/;

const MAPPED: Network = { bytes: [...MAPPED_PREFIX, 0, 0, 0, 0], bits: MAPPED_BITS };

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
export function parseAddress(text: string): AddressBytes | undefined {
  if (text.includes(':')) return parseIpv6(text);
  const ipv4 = parseIpv4(text);
  return ipv4 && [...MAPPED_PREFIX, ...ipv4];
}

/** Whether an address lies in a block. */
export function within(bytes: AddressBytes, network: Network): boolean {
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
  if (Number(length) === 0) return 'this would be every address; name the networks that are meant';
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

/**
 * For tables whose entries are known to be right.
 * @throws at any other
 */
export function known(cidr: string): Network {
  const network = parseNetwork(cidr);
  if (typeof network === 'string') throw new Error(`${cidr}: ${network}`);
  return network;
}

/**
 * Reads networks that are allowed or denied, in CIDR notation, e.g. `127.0.0.0/8`.
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
  return bytes !== undefined && lies(bytes, networks);
}

export function lies(bytes: AddressBytes, networks: Networks): boolean {
  return networks.some((network) => within(bytes, network));
}

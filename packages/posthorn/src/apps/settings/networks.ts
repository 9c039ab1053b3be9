// Networks that callbacks may reach although they are not public, and networks that they may not reach. An allowed one that
// would switch the address guard off is refused.
import { parseNetworks } from '../../domain/networks.ts';
import type { Reader } from './values.ts';

/** The largest private block of IPv4 is 10.0.0.0/8. */
const SHORTEST_IPV4_PREFIX = 8;
/** The largest private block of IPv6 is fc00::/7. */
const SHORTEST_IPV6_PREFIX = 7;

/** One network in CIDR notation. */
export const network: Reader<string> = (text) => {
  const parsed = parseNetworks([text]);
  return parsed.ok
    ? { ok: true, value: text }
    : { ok: false, allowed: `networks like 127.0.0.0/8 or fd00::/8 (${parsed.reason})` };
};

/** One network in CIDR notation, no larger than the largest private block. */
export const allowedNetwork: Reader<string> = (text) => {
  const reading = network(text);
  const shortest = text.includes(':') ? SHORTEST_IPV6_PREFIX : SHORTEST_IPV4_PREFIX;
  return !reading.ok || Number(text.split('/')[1]) >= shortest
    ? reading
    : {
        ok: false,
        allowed: `networks with a prefix of at least /${shortest} (no private network is larger, and this would switch the guard against calls to inside addresses off)`,
      };
};

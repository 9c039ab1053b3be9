// Decides where a connection may go: every address that a name leads to must be allowed, or none of them is used.
import { networkInterfaces } from 'node:os';
import { inNetworks, judgeAddress, type Networks, parseNetworks } from '../../domain/address.ts';

/** How old the list of this machine's own addresses may be. */
const OWN_ADDRESSES_MS = 10_000;

export interface Guard {
  /** Whether all of these may be connected to. */
  passes(addresses: readonly string[]): boolean;
}

/**
 * Besides what is not public, this machine's own public addresses are refused: what listens on them (a database, an
 * administration page) may be open to the machine itself only. Allowing their network by name opens them too.
 */
export function createGuard(
  allowed: Networks,
  ownAddresses: () => readonly string[] = machineAddresses,
  maxAgeMs: number = OWN_ADDRESSES_MS,
): Guard {
  let own = asNetworks(ownAddresses());
  let listedAt = performance.now();
  const refresh = () => {
    if (performance.now() - listedAt < maxAgeMs) return;
    try {
      own = asNetworks(ownAddresses());
      listedAt = performance.now();
    } catch {
      // Out of file descriptors, the system does not tell its addresses; those known are still the best guess.
    }
  };
  return {
    passes(addresses) {
      refresh();
      return addresses.every(
        (ip) => judgeAddress(ip, allowed).allowed && (!inNetworks(ip, own) || inNetworks(ip, allowed)),
      );
    },
  };
}

function machineAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
}

/** An address that cannot be read, like a link-local one with its zone, cannot be reached by a callback either. */
function asNetworks(addresses: readonly string[]): Networks {
  return addresses.flatMap((address) => {
    const parsed = parseNetworks([`${address}/${address.includes(':') ? 128 : 32}`]);
    return parsed.ok ? parsed.networks : [];
  });
}

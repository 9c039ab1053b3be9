// Decides where a connection may go: every address that a name leads to must be allowed, or none of them is used.
import { networkInterfaces } from 'node:os';
import { type AddressRefusal, judgeAddress } from '../../domain/address.ts';
import type { CallbackUrlRules } from '../../domain/callback-url.ts';
import { type Networks, parseNetworks } from '../../domain/networks.ts';

/** How old the list of this machine's own addresses may be. */
const OWN_ADDRESSES_MS = 10_000;

export interface Guard {
  /** Whether all of these may be connected to. */
  passes(addresses: readonly string[]): boolean;
  /** Whether all of these, which pass, may be connected to without TLS. */
  passesInTheClear(addresses: readonly string[]): boolean;
  /** The reason against an address; `undefined` if it may be connected to. */
  objection(address: string): AddressRefusal | undefined;
}

/**
 * Besides what is not public, this machine's own public addresses are refused: what listens on them (a database, an
 * administration page) may be open to the machine itself only. Allowing their network by name opens them too.
 */
export function createGuard(
  rules: CallbackUrlRules,
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
  const judge = (address: string) => judgeAddress(address, rules, own);
  return {
    passes(addresses) {
      refresh();
      return addresses.every((address) => judge(address).allowed);
    },
    passesInTheClear(addresses) {
      if (rules.allowHttp !== 'networks') return rules.allowHttp;
      return addresses.map(judge).every((verdict) => verdict.allowed && verdict.named);
    },
    objection(address) {
      refresh();
      const verdict = judge(address);
      return verdict.allowed ? undefined : verdict;
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

// The names that this machine's /etc/hosts gives addresses to. The DNS library ignores that file, and people who run
// containers (`extra_hosts`) rely on it.
import { isIP } from 'node:net';

export const HOSTS_FILE = '/etc/hosts';

/** Addresses by name in lower case (hosts(5)). A line whose address cannot be read is skipped. */
export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const addresses = hosts.get(key);
      if (addresses === undefined) hosts.set(key, [address]);
      else addresses.push(address);
    }
  }
  return hosts;
}

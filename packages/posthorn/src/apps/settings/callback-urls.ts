// Which callback URLs the settings allow, as the domain puts it.
import type { CallbackUrlRules } from '../../domain/callback-url.ts';
import { type Networks, parseNetworks } from '../../domain/networks.ts';
import type { Settings } from './table.ts';

export function callbackUrlRules({ allowNetworks, denyNetworks, allowHttp }: Settings): CallbackUrlRules {
  return { allowed: readBefore(allowNetworks), denied: readBefore(denyNetworks), allowHttp };
}

function readBefore(cidrs: readonly string[]): Networks {
  const parsed = parseNetworks(cidrs);
  if (!parsed.ok) throw new Error(`Networks that were read before are refused now: ${parsed.reason}`);
  return parsed.networks;
}

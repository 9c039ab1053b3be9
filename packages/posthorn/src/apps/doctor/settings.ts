// The settings in force, as `serve` would take them with the same flags, variables and file.
import type { SettingsInForce } from '../settings/read.ts';
import { SETTING_NAMES, type Settings } from '../settings/table.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const CHECK = 'settings';

/** @param problems of settings that cannot be taken */
export function badSettingsFindings(problems: readonly string[]): Finding[] {
  return [
    ...problems.map((problem) => bad(CHECK, problem, 'Correct it: the service does not start with it.')),
    warn(CHECK, 'what depends on them has not been looked at', 'Run posthorn doctor again when they are right.'),
  ];
}

export function settingsFindings({ values, origins }: SettingsInForce): Finding[] {
  const set = SETTING_NAMES.map((name) => origins[name]).filter(({ source }) => source !== 'default');
  const names = [...new Set(set.map(({ name }) => name))];
  const found = [ok(CHECK, set.length === 0 ? 'all at their defaults' : `${set.length} set: ${names.join(', ')}`)];
  found.push(...plainHttpFindings(values));
  if (values.allowShortSecrets) {
    const advice = 'Replace short secrets, then take POSTHORN_ALLOW_SHORT_SECRETS out.';
    found.push(warn(CHECK, 'secrets of less than 16 bytes are accepted: their signatures can be forged', advice));
  }
  return found;
}

function plainHttpFindings({ allowHttp, allowNetworks }: Settings): Finding[] {
  const readable = 'payloads and signatures travel readable';
  if (allowHttp === false) return [];
  if (allowHttp === true) {
    const advice = 'Take POSTHORN_ALLOW_HTTP out, except for development, or set it to "networks".';
    return [warn(CHECK, `http: callback URLs are accepted: ${readable}`, advice)];
  }
  if (allowNetworks.length > 0) {
    return [ok(CHECK, `http: callback URLs to ${allowNetworks.join(', ')} are accepted: ${readable} there`)];
  }
  const advice = 'Set POSTHORN_ALLOW_NETWORKS, or take POSTHORN_ALLOW_HTTP out.';
  return [warn(CHECK, 'POSTHORN_ALLOW_HTTP=networks allows no http: callback URL without any network', advice)];
}

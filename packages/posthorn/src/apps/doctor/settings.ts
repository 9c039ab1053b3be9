// The settings in force, as `serve` would take them with the same flags, variables and file.
import type { SettingsInForce } from '../settings/read.ts';
import { SETTING_NAMES } from '../settings/table.ts';
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
  if (values.allowHttp) {
    found.push(
      warn(
        CHECK,
        'http: callback URLs are accepted: payloads and signatures travel readable',
        'Take POSTHORN_ALLOW_HTTP out, except for development.',
      ),
    );
  }
  return found;
}

// The runtime and what surrounds it: version, limits, variables that others set.
import { readFileSync } from 'node:fs';
import { type Finding, ok, warn } from './finding.ts';

const LIMITS = '/proc/self/limits';
/** 1,024 calls, 500 idle connections, the API's clients, and room for the rest. */
const ENOUGH_FILES = 4_096;
const PROXY_VARIABLE = /^(https?|all)_proxy$/i;

export function runtimeFinding(version: string): Finding {
  return ok('Node.js', version);
}

/** @param limits the text of /proc/self/limits; `undefined` where there is none */
export function fileLimitFinding(limits: string | undefined): Finding {
  const check = 'open files';
  const [, soft] = /^Max open files +(\d+|unlimited) /m.exec(limits ?? '') ?? [];
  if (soft === undefined) return ok(check, 'this system does not tell the limit');
  if (soft === 'unlimited' || Number(soft) >= ENOUGH_FILES) return ok(check, `up to ${soft}`);
  return warn(
    check,
    `up to ${soft}; with many endpoints calls would fail with local_error`,
    `Raise the limit to ${ENOUGH_FILES} or more: ulimit -n, LimitNOFILE= for systemd, --ulimit nofile= for Docker.`,
  );
}

export function systemLimits(): string | undefined {
  try {
    return readFileSync(LIMITS, 'utf8');
  } catch {
    return undefined;
  }
}

/** Their values may hold passwords and are not repeated. */
export function proxyFindings(environment: Readonly<Record<string, string | undefined>>): Finding[] {
  const names = Object.keys(environment).filter((name) => PROXY_VARIABLE.test(name) && environment[name] !== '');
  if (names.length === 0) return [];
  return [
    warn(
      'proxies',
      `${names.sort().join(', ')} is set, and not used for callbacks`,
      'Callbacks are made directly: a proxy would resolve names where the address guard cannot look. Allow this machine to reach the callback URLs.',
    ),
  ];
}

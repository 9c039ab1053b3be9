// Whether a service answers where the settings say, and whether it is one.
import { isIP } from 'node:net';
import { request } from 'undici';
import { field } from '../command/json-field.ts';
import type { Settings } from '../settings/table.ts';
import { inert } from '../terminal/inert.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const CHECK = 'service';
const ANSWER_MS = 3_000;
/** The addresses that stand for every address of this machine, and for each one that answers. */
const EVERY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Where it would answer. */
export function serviceUrl({ host, port }: Pick<Settings, 'host' | 'port'>): string {
  const name = EVERY_ADDRESS[host] ?? host;
  return `http://${isIP(name) === 6 ? `[${name}]` : name}:${port}`;
}

/** The answer of `/readyz`. */
export interface Readiness {
  readonly status: number;
  /** `undefined` when it is no JSON. */
  readonly body: unknown;
}

/** @returns `undefined` when nobody answers */
export async function askReadiness(url: string): Promise<Readiness | undefined> {
  try {
    const answer = await request(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return { status: answer.statusCode, body: jsonOf(await answer.body.text()) };
  } catch {
    return undefined;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param holder the process that uses the data folder */
export function serviceFinding(url: string, answer: Readiness | undefined, holder: number | undefined): Finding {
  const where = inert(url);
  if (answer === undefined) {
    if (holder === undefined) return ok(CHECK, `none runs here: nothing answers at ${where}`);
    return warn(
      CHECK,
      `process ${holder} uses the data folder, but nothing answers at ${where}`,
      'It may listen elsewhere (POSTHORN_HOST, POSTHORN_PORT), be starting, or hang: look at its log.',
    );
  }
  const { status, body } = answer;
  if (status === 200 && field(body, 'status') === 'ready') return ok(CHECK, `ready at ${where}`);
  const detail = field(body, 'detail');
  if (status === 503 && typeof detail === 'string') {
    return bad(CHECK, `it is not ready at ${where}: ${inert(detail)}`, 'Look at its log.');
  }
  return bad(
    CHECK,
    `a program other than Posthorn listens at ${where}`,
    'End it, or name another port with POSTHORN_PORT.',
  );
}

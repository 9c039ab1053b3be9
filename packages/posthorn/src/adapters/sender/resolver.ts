// Names to addresses, without the system's resolver: that one works on four shared threads, so three dead names would hold up
// everybody's. Asks the name servers itself, knows /etc/hosts, applies no search domains, and keeps answers for a short while.
import { Resolver as NameServers } from 'node:dns';
import { HOSTS_FILE, parseHosts } from './hosts-file.ts';
import { WatchedFile } from './watched-file.ts';

/**
 * `no_such_name`: there is no such name, or it has no address. `server_failed`: a name server could not answer for it.
 * `no_resolver`: no name server could be asked, which is this machine's trouble.
 */
export type LookupFailure = 'no_such_name' | 'server_failed' | 'no_resolver';

export type Answer = { readonly addresses: readonly string[] } | { readonly failure: LookupFailure };

export interface Resolver {
  /** All addresses of a name, as they are: nothing is judged here. Never rejects. Takes as long as name servers take. */
  lookup(name: string): Promise<Answer>;
  /** Whether the name servers leave even a question unanswered that any of them answers from memory. */
  silent(): boolean;
  /** Ends open lookups. */
  close(): void;
}

/** First wait for a name server before the question is repeated; the wait doubles each time. */
const QUERY_TIMEOUT_MS = 300;
/** 0.3 + 0.6 + 1.2 + 2.4 s: within any sane connect limit, and soon over when a name is dead. */
const QUERY_TRIES = 4;
/** Once there are addresses of one family, how long the other family's answer is waited for (as RFC 8305, section 3). */
const OTHER_FAMILY_GRACE_MS = 100;
/** A name unanswered for so long raises the question whether the name servers are alive at all. */
const SUSPICION_MS = 300;
/** A living name server has answered from memory by then. */
const PULSE_PATIENCE_MS = 200;
/** Longest time that an answer is used again, whatever its TTL says. */
const MAX_CACHE_MS = 30_000;
/** About 300 bytes each. */
const MAX_CACHED_NAMES = 10_000;
const RESOLV_CONF = '/etc/resolv.conf';

/** c-ares codes that mean: no name server was reached, or ours was told to stop. */
const UNREACHED = new Set(['ECONNREFUSED', 'ECANCELLED', 'EDESTRUCTION', 'ENOMEM', 'ENOTINITIALIZED', 'EFILE']);
const NO_SUCH_NAME = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);

export interface ResolverFiles {
  readonly hosts: string;
  readonly resolvConf: string;
}

/** Asks the name servers that /etc/resolv.conf names, again whenever that file changes. */
export function systemNameServers(): NameServers {
  return new NameServers({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES });
}

export function createResolver(
  nameServers: () => NameServers = systemNameServers,
  files: ResolverFiles = { hosts: HOSTS_FILE, resolvConf: RESOLV_CONF },
): Resolver {
  const hostsFile = new WatchedFile(files.hosts, parseHosts);
  const servers = new WatchedFile(files.resolvConf, nameServers);
  const cache = new Map<string, { readonly answer: Answer; readonly until: number }>();
  const open = new Map<string, Promise<Answer>>();
  const pulse = new Pulse();
  let asking: NameServers | undefined;

  async function ask(name: string): Promise<Answer> {
    asking = await servers.current();
    const { answer, ttlMs } = await question(asking, name, pulse);
    if ('addresses' in answer && ttlMs > 0) {
      cache.delete(name);
      for (const oldest of cache.keys()) {
        if (cache.size < MAX_CACHED_NAMES) break;
        cache.delete(oldest);
      }
      cache.set(name, { answer, until: performance.now() + ttlMs });
    }
    return answer;
  }

  return {
    async lookup(name) {
      const addresses = (await hostsFile.current()).get(name);
      if (addresses !== undefined) return { addresses };
      const known = cache.get(name);
      if (known !== undefined && known.until > performance.now()) return known.answer;
      let answer = open.get(name);
      if (answer === undefined) {
        answer = ask(name)
          .catch((): Answer => ({ failure: 'no_resolver' }))
          .finally(() => open.delete(name));
        open.set(name, answer);
      }
      return answer;
    },
    silent: () => pulse.silent(),
    close() {
      asking?.cancel();
    },
  };
}

interface Heard {
  readonly answer: Answer;
  /** How long the answer may be used again, in milliseconds. */
  readonly ttlMs: number;
}

/** Asks for both families at once. */
function question(servers: NameServers, name: string, pulse: Pulse): Promise<Heard> {
  return new Promise((resolve) => {
    const askedAt = performance.now();
    const addresses: string[] = [];
    const codes: string[] = [];
    let ttlMs = MAX_CACHE_MS;
    let waitingFor = 2;
    let grace: NodeJS.Timeout | undefined;
    const suspicion = setTimeout(() => pulse.feel(servers, askedAt), SUSPICION_MS);
    const finish = () => {
      clearTimeout(suspicion);
      clearTimeout(grace);
      resolve(
        addresses.length > 0
          ? { answer: { addresses: [...addresses] }, ttlMs }
          : { answer: { failure: failureOf(codes, pulse.silent()) }, ttlMs: 0 },
      );
    };
    const hear = (error: NodeJS.ErrnoException | null, records: readonly { address: string; ttl: number }[]) => {
      waitingFor--;
      if (error !== null) codes.push(error.code ?? '');
      for (const record of error === null ? records : []) {
        addresses.push(record.address);
        ttlMs = Math.min(ttlMs, record.ttl * 1_000);
      }
      if (isAnswer(error)) pulse.beat();
      if (waitingFor === 0) finish();
      else if (addresses.length > 0) grace = setTimeout(finish, OTHER_FAMILY_GRACE_MS);
    };
    servers.resolve4(name, { ttl: true }, hear);
    servers.resolve6(name, { ttl: true }, hear);
  });
}

export interface NameServersPulse {
  readonly servers: readonly string[];
  readonly tookMs: number;
  /** c-ares' code when none of them answered. */
  readonly failure: string | undefined;
}

/** Asks the name servers what every living one answers from memory. */
export function feelNameServers(servers: NameServers): Promise<NameServersPulse> {
  const askedAt = performance.now();
  return new Promise((resolve) => {
    servers.resolveNs('.', (error) => {
      const failure = error === null || isAnswer(error) ? undefined : (error.code ?? error.message);
      resolve({ servers: servers.getServers(), tookMs: performance.now() - askedAt, failure });
    });
  });
}

/** Whether a name server said anything, be it that it cannot help. */
function isAnswer(error: NodeJS.ErrnoException | null): boolean {
  return error === null || (error.code !== 'ETIMEOUT' && !UNREACHED.has(error.code ?? ''));
}

function failureOf(codes: readonly string[], silent: boolean): LookupFailure {
  if (codes.every((code) => NO_SUCH_NAME.has(code))) return 'no_such_name';
  if (codes.some((code) => UNREACHED.has(code))) return 'no_resolver';
  return silent ? 'no_resolver' : 'server_failed';
}

/** Tells name servers that are dead from names that are: by a question that every living one answers from memory. */
class Pulse {
  #heardAt = Number.NEGATIVE_INFINITY;
  #askedAt: number | undefined;
  #lost = false;

  beat(): void {
    this.#heardAt = performance.now();
    this.#lost = false;
  }

  /** @param since when the question was asked that has no answer yet */
  feel(servers: NameServers, since: number): void {
    if (this.#askedAt !== undefined || this.#heardAt >= since) return;
    this.#askedAt = performance.now();
    servers.resolveNs('.', (error) => {
      this.#askedAt = undefined;
      if (isAnswer(error)) this.beat();
      else this.#lost = true;
    });
  }

  silent(): boolean {
    if (this.#lost) return true;
    if (this.#askedAt === undefined || this.#heardAt >= this.#askedAt) return false;
    return performance.now() - this.#askedAt > PULSE_PATIENCE_MS;
  }
}

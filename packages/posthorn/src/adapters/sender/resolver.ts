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

export interface Addresses {
  readonly addresses: readonly string[];
  /** On the monotonic clock: when name servers let the answer be forgotten; `undefined` if no name server gave it. */
  readonly validUntil?: number;
  /** The other family's addresses, if that answer had not come yet; none if it brings none. Never rejects. */
  readonly late?: Promise<Addresses>;
}

export type Answer = Addresses | { readonly failure: LookupFailure };

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
/** A TTL with the highest bit set, however it was read, means none (RFC 2181, section 8). */
const MAX_TTL_S = 2 ** 31 - 1;
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
  const cache = new Map<string, { readonly answer: Addresses; readonly until: number }>();
  const open = new Map<string, Promise<Answer>>();
  const pulse = new Pulse();
  let asking: NameServers | undefined;

  async function ask(name: string): Promise<Answer> {
    asking = await servers.current();
    const answer = await question(asking, name, pulse);
    if ('failure' in answer) return answer;
    keep(name, answer);
    void answer.late?.then((more) => {
      if (cache.get(name)?.answer === answer) keep(name, together(answer, more));
    });
    return answer;
  }

  function keep(name: string, answer: Addresses): void {
    cache.delete(name);
    const now = performance.now();
    const until = Math.min(answer.validUntil ?? now, now + MAX_CACHE_MS);
    if (until <= now) return;
    for (const oldest of cache.keys()) {
      if (cache.size < MAX_CACHED_NAMES) break;
      cache.delete(oldest);
    }
    cache.set(name, { answer, until });
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

const NOTHING: Addresses = { addresses: [] };

/** Asks for both families at once. */
function question(servers: NameServers, name: string, pulse: Pulse): Promise<Answer> {
  return new Promise((resolve) => {
    const askedAt = performance.now();
    const { promise: late, resolve: hearLate } = Promise.withResolvers<Addresses>();
    const codes: string[] = [];
    let first: Addresses = NOTHING;
    let waitingFor = 2;
    let grace: NodeJS.Timeout | undefined;
    const suspicion = setTimeout(() => pulse.feel(servers, askedAt), SUSPICION_MS);
    const finish = (answer: Answer) => {
      clearTimeout(suspicion);
      resolve(answer);
    };
    const hear = (error: NodeJS.ErrnoException | null, records: readonly { address: string; ttl: number }[]) => {
      waitingFor--;
      if (isAnswer(error)) pulse.beat(name);
      if (error !== null) codes.push(error.code ?? '');
      const heard = error === null ? addressesOf(records) : NOTHING;
      if (waitingFor === 1) {
        first = heard;
        if (heard.addresses.length > 0) grace = setTimeout(() => finish({ ...first, late }), OTHER_FAMILY_GRACE_MS);
        return;
      }
      clearTimeout(grace);
      // Callers that have an answer by now hear it as the late one; all others as part of the answer.
      hearLate(heard);
      const both = together(first, heard);
      finish(both.addresses.length > 0 ? both : { failure: failureOf(codes, pulse.silent()) });
    };
    servers.resolve4(name, { ttl: true }, hear);
    servers.resolve6(name, { ttl: true }, hear);
  });
}

function addressesOf(records: readonly { address: string; ttl: number }[]): Addresses {
  if (records.length === 0) return NOTHING;
  const ttls = records.map(({ ttl }) => (ttl > MAX_TTL_S ? 0 : Math.max(0, ttl)));
  return {
    addresses: records.map(({ address }) => address),
    validUntil: performance.now() + Math.min(...ttls) * 1_000,
  };
}

function together(one: Addresses, other: Addresses): Addresses {
  if (other.addresses.length === 0) return one;
  const { addresses, validUntil = Number.POSITIVE_INFINITY } = one;
  return {
    addresses: [...addresses, ...other.addresses],
    validUntil: Math.min(validUntil, other.validUntil ?? validUntil),
  };
}

export interface NameServersPulse {
  readonly servers: readonly string[];
  readonly tookMs: number;
  /** c-ares' code when none of them answered anything. */
  readonly failure: string | undefined;
}

/** Asks the name servers what living ones answer from memory, until one has answered. */
export function feelNameServers(servers: NameServers): Promise<NameServersPulse> {
  const askedAt = performance.now();
  return new Promise((resolve) => {
    askFromMemory(servers, undefined, (failure) => {
      resolve({ servers: servers.getServers(), tookMs: performance.now() - askedAt, failure });
    });
  });
}

/**
 * Asks several questions at once, since there are name servers and firewalls that leave questions about the root, or about
 * names without a dot, unanswered: the root's name servers, this machine's own name, and the name that was answered last.
 * @param told once: with `undefined` at the first answer, whatever it says, or with c-ares' code when there was none to any
 */
function askFromMemory(
  servers: NameServers,
  answered: string | undefined,
  told: (failure: string | undefined) => void,
): void {
  let waitingFor = answered === undefined ? 2 : 3;
  let over = false;
  const hear = (error: NodeJS.ErrnoException | null) => {
    waitingFor--;
    if (over || !(isAnswer(error) || waitingFor === 0)) return;
    over = true;
    told(isAnswer(error) ? undefined : (error?.code ?? error?.message));
  };
  servers.resolveNs('.', hear);
  servers.resolve4('localhost', hear);
  if (answered !== undefined) servers.resolve4(answered, hear);
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

/** Tells name servers that are dead from names that are: by questions that living ones answer from memory. */
class Pulse {
  #heardAt = Number.NEGATIVE_INFINITY;
  /** The name that was answered last. */
  #answered: string | undefined;
  #askedAt: number | undefined;
  #lost = false;

  /** @param name that was answered */
  beat(name: string): void {
    this.#answered = name;
    this.#hear();
  }

  /** @param since when the question was asked that has no answer yet */
  feel(servers: NameServers, since: number): void {
    if (this.#askedAt !== undefined || this.#heardAt >= since) return;
    this.#askedAt = performance.now();
    askFromMemory(servers, this.#answered, (failure) => {
      this.#askedAt = undefined;
      if (failure === undefined) this.#hear();
      else this.#lost = true;
    });
  }

  silent(): boolean {
    if (this.#lost) return true;
    if (this.#askedAt === undefined || this.#heardAt >= this.#askedAt) return false;
    return performance.now() - this.#askedAt > PULSE_PATIENCE_MS;
  }

  #hear(): void {
    this.#heardAt = performance.now();
    this.#lost = false;
  }
}

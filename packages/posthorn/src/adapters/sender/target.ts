// Where a call goes: a callback URL taken apart, judged once more, and remembered, because the same few are called again and again.
import {
  allowedLoopback,
  type CallbackUrlRules,
  hostAddress,
  isLocalhost,
  parseCallbackUrl,
} from '../../domain/callback-url.ts';
import { blocked, type Failure, plainHttp } from './failures.ts';

export interface Target {
  /** Scheme, host and port: connections to the same origin are interchangeable. */
  readonly origin: string;
  /** Host and port as the `host` header has them. */
  readonly authority: string;
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  /** The addresses, where no name server is to be asked: an IP address, or what `localhost` stands for. Not judged. */
  readonly addresses: readonly string[] | undefined;
}

/** About 1 KB each. Forgotten all at once: a cache that needs more is of no use anyway. */
const MAX_TARGETS = 10_000;

export class Targets {
  readonly #rules: CallbackUrlRules;
  readonly #byUrl = new Map<string, Target | Failure>();

  constructor(rules: CallbackUrlRules) {
    this.#rules = rules;
  }

  /** A stored URL was accepted once, but maybe under other rules. */
  read(url: string): Target | Failure {
    const known = this.#byUrl.get(url);
    if (known !== undefined) return known;
    if (this.#byUrl.size >= MAX_TARGETS) this.#byUrl.clear();
    const target = this.#take(url);
    this.#byUrl.set(url, target);
    return target;
  }

  #take(text: string): Target | Failure {
    const parsed = parseCallbackUrl(text, this.#rules);
    if (!parsed.ok) return parseCallbackUrl(text, { ...this.#rules, allowHttp: true }).ok ? plainHttp() : blocked();
    const url = new URL(parsed.url);
    const secure = url.protocol === 'https:';
    const address = hostAddress(url.hostname);
    const addresses = address === undefined ? undefined : [address];
    return {
      origin: url.origin,
      authority: url.host,
      secure,
      host: address ?? url.hostname,
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      path: url.pathname + url.search,
      addresses: isLocalhost(url.hostname) ? allowedLoopback(this.#rules) : addresses,
    };
  }
}

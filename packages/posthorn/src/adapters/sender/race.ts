// One connection to whichever of several addresses is ready for HTTP first, the TLS handshake included: one that stalls, breaks
// or proves to be somebody else costs a head start and not the call (RFC 8305, "Happy Eyeballs").
import { isIPv6 } from 'node:net';
import { Attempt, type AttemptOwner, type AttemptParts } from './attempt.ts';
import type { Dialer, DialLimit } from './dial-limit.ts';
import type { FailedAddresses } from './failed-addresses.ts';
import { type AttemptFailure, type AttemptStage, OVERTAKEN } from './failures.ts';
import type { ReadySocket } from './http-connection.ts';
import type { Target } from './target.ts';

/** Longest head start of an address before the next one is tried beside it (RFC 8305, section 8, recommends 250 ms). */
const MAX_HEAD_START_MS = 250;
/** Shortest one: never a burst of connections (RFC 8305, section 8, forbids less than 10 ms). */
const MIN_HEAD_START_MS = 20;
/** A name may have hundreds of addresses; so many are tried for one connection. */
export const MAX_ATTEMPTS = 8;

/**
 * Head start of an address: all that wait have begun when half of the time is over, so that the last has the other half.
 * @param leftMs until then
 * @param waiting addresses that are still to be tried
 */
export function headStart(leftMs: number, waiting: number): number {
  return Math.min(MAX_HEAD_START_MS, Math.max(MIN_HEAD_START_MS, leftMs / waiting));
}

/** Families in turn, IPv4 first: a broken IPv6 path is the commoner fault, and there its head start would cost a quarter second. */
export function inTurn(addresses: readonly string[]): string[] {
  const ipv6 = addresses.filter((address) => isIPv6(address));
  const ipv4 = addresses.filter((address) => !isIPv6(address));
  const order: string[] = [];
  for (let index = 0; index < Math.max(ipv4.length, ipv6.length); index++) {
    order.push(...ipv4.slice(index, index + 1), ...ipv6.slice(index, index + 1));
  }
  return order;
}

export interface RaceParts extends AttemptParts {
  readonly failedAddresses: FailedAddresses;
  /** Lets all attempts but the first begin: that one has passed it already. */
  readonly dialLimit: DialLimit;
}

export interface RaceOwner {
  won(ready: ReadySocket): void;
  /** Every address failed. */
  lost(): void;
}

/** Its owner hears one thing, never at once, and nothing after `cancel`. */
export class Race implements Dialer, AttemptOwner {
  readonly failures: AttemptFailure[] = [];
  readonly #target: Target;
  readonly #parts: RaceParts;
  readonly #owner: RaceOwner;
  /** When all addresses are to have begun. */
  readonly #begunBy: number;
  /** In the order in which they began. */
  readonly #running = new Set<Attempt>();
  #waiting: string[] = [];
  #begun = 0;
  #lastBegunAt = 0;
  /** More addresses may be added. */
  #open: boolean;
  #headStart: NodeJS.Timeout | undefined;

  /**
   * @param addresses at least one, judged
   * @param leftMs of the time for connecting
   * @param open whether `add` will be called
   */
  constructor(
    addresses: readonly string[],
    leftMs: number,
    open: boolean,
    target: Target,
    parts: RaceParts,
    owner: RaceOwner,
  ) {
    this.#target = target;
    this.#parts = parts;
    this.#owner = owner;
    this.#begunBy = performance.now() + leftMs / 2;
    this.#open = open;
    this.#line(addresses);
    this.begin();
  }

  /** How far the farthest of those under way has come; `undefined` if none is. */
  get stage(): AttemptStage | undefined {
    const [first] = this.#running;
    if (first === undefined) return undefined;
    return [...this.#running].some(({ stage }) => stage === 'tls') ? 'tls' : 'tcp';
  }

  /** These are all that there are. @param addresses judged, maybe none */
  add(addresses: readonly string[]): void {
    this.#open = false;
    if (addresses.length > 0) this.#line([...this.#waiting, ...addresses]);
    if (this.#waiting.length === 0) this.#tellIfLost();
    else if (this.#running.size === 0) this.#next();
    else this.#giveHeadStart();
  }

  /** The time is up: those under way have failed. */
  giveUp(): void {
    for (const { address } of this.#running) this.#remember(address);
    this.cancel();
  }

  cancel(): void {
    clearTimeout(this.#headStart);
    this.#waiting = [];
    for (const attempt of this.#running) attempt.cancel();
    this.#running.clear();
  }

  begin(): boolean {
    const address = this.#waiting.shift();
    if (address === undefined) return false;
    this.#begun += 1;
    this.#lastBegunAt = performance.now();
    this.#running.add(new Attempt(address, this.#target, this.#parts, this));
    if (this.#waiting.length > 0) this.#giveHeadStart();
    return true;
  }

  ready(winner: Attempt, ready: ReadySocket): void {
    // Those that had a head start and have nothing to show for it.
    for (const attempt of this.#running) {
      if (attempt === winner) break;
      this.#remember(attempt.address);
      this.failures.push(attempt.failure(OVERTAKEN));
    }
    this.#running.delete(winner);
    this.cancel();
    this.#parts.failedAddresses.worked(this.#target.origin, winner.address);
    this.#owner.won(ready);
  }

  failed(attempt: Attempt, failure: AttemptFailure): void {
    this.#running.delete(attempt);
    this.failures.push(failure);
    this.#remember(attempt.address);
    if (this.#waiting.length > 0) this.#next();
    else this.#tellIfLost();
  }

  #tellIfLost(): void {
    if (this.#running.size === 0 && !this.#open) this.#owner.lost();
  }

  #line(addresses: readonly string[]): void {
    const { failedAddresses } = this.#parts;
    const order = failedAddresses.inOrder(this.#target.origin, inTurn(addresses));
    this.#waiting = order.slice(0, MAX_ATTEMPTS - this.#begun);
  }

  #next(): void {
    clearTimeout(this.#headStart);
    this.#parts.dialLimit.want(this, 1);
  }

  /** To the attempt that began last. */
  #giveHeadStart(): void {
    clearTimeout(this.#headStart);
    const leftMs = this.#begunBy - this.#lastBegunAt;
    const at = this.#lastBegunAt + headStart(leftMs, this.#waiting.length);
    this.#headStart = setTimeout(() => this.#next(), at - performance.now());
  }

  #remember(address: string): void {
    this.#parts.failedAddresses.failed(this.#target.origin, address);
  }
}

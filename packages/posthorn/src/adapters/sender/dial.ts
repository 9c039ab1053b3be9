// Opens one TCP connection to whichever of several addresses answers first, without waiting long for a dead one.
import { connect, isIPv6, type Socket } from 'node:net';

/** Begins to connect to an IP address. */
export type Dial = (address: string, port: number) => Socket;

/** Head start of an address before the next one is tried beside it (RFC 8305, section 8, recommends 250 ms). */
const ATTEMPT_DELAY_MS = 250;
/** A name may have hundreds of addresses; nobody's connect limit has room for more attempts than this. */
const MAX_ATTEMPTS = 8;

export const dialTcp: Dial = (address, port) => connect({ host: address, port, noDelay: true });

/** Families in turn, IPv4 first: a broken IPv6 path is the commoner fault, and there its head start would cost a quarter second. */
function inTurn(addresses: readonly string[]): string[] {
  const ipv6 = addresses.filter((address) => isIPv6(address));
  const ipv4 = addresses.filter((address) => !isIPv6(address));
  const order: string[] = [];
  for (let index = 0; index < Math.max(ipv4.length, ipv6.length); index++) {
    order.push(...ipv4.slice(index, index + 1), ...ipv6.slice(index, index + 1));
  }
  return order.slice(0, MAX_ATTEMPTS);
}

export interface DialFailure {
  readonly address: string;
  /** The system's error code, e.g. `ECONNREFUSED`. */
  readonly code: string;
}

export interface DialOwner {
  dialled(socket: Socket): void;
  /** Every address failed; at least one failure. */
  dialFailed(failures: readonly DialFailure[]): void;
}

/** One connection being opened. Its owner hears one thing, never at once, and nothing after `cancel`. */
export class Dialling {
  readonly #dial: Dial;
  readonly #port: number;
  readonly #owner: DialOwner;
  readonly #left: string[];
  readonly #under = new Set<Socket>();
  readonly #failures: DialFailure[] = [];
  #headStart: NodeJS.Timeout | undefined;

  /** @param addresses at least one */
  constructor(addresses: readonly string[], port: number, dial: Dial, owner: DialOwner) {
    this.#dial = dial;
    this.#port = port;
    this.#owner = owner;
    this.#left = inTurn(addresses);
    this.#next();
  }

  cancel(): void {
    clearTimeout(this.#headStart);
    this.#left.length = 0;
    for (const socket of this.#under) socket.destroy();
    this.#under.clear();
  }

  #next(): void {
    clearTimeout(this.#headStart);
    const address = this.#left.shift();
    if (address === undefined) return;
    const socket = this.#dial(address, this.#port);
    this.#under.add(socket);
    // Stays for the life of the socket: an error without any listener would end the process.
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(socket, address, error.code ?? ''));
    socket.once('connect', () => this.#connected(socket));
    if (this.#left.length > 0) this.#headStart = setTimeout(() => this.#next(), ATTEMPT_DELAY_MS);
  }

  #connected(socket: Socket): void {
    if (!this.#under.delete(socket)) return;
    this.cancel();
    this.#owner.dialled(socket);
  }

  #failed(socket: Socket, address: string, code: string): void {
    if (!this.#under.delete(socket)) return;
    this.#failures.push({ address, code });
    if (this.#left.length > 0) this.#next();
    else if (this.#under.size === 0) this.#owner.dialFailed(this.#failures);
  }
}

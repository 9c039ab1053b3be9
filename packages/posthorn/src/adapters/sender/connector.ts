// From a target to a socket that is ready for HTTP: name, guard, TCP, TLS, all under one deadline. The name is resolved once,
// and the socket goes to an address that this very answer held and the guard let pass.
import { Deadline } from './deadline.ts';
import {
  type AttemptFailure,
  blocked,
  connectFailure,
  connectTimeout,
  type Failure,
  nameFailure,
  noResolver,
  plainHttp,
} from './failures.ts';
import type { Guard } from './guard.ts';
import type { NewConnection, ReadySocket } from './http-connection.ts';
import { Race, type RaceParts } from './race.ts';
import type { Addresses, Answer, Resolver } from './resolver.ts';
import type { Target } from './target.ts';

export interface ConnectorParts extends RaceParts {
  readonly resolver: Resolver;
  readonly guard: Guard;
}

export interface ConnectOwner {
  /** @param tried one for each address that failed, also below */
  connected(connection: NewConnection, tried: readonly AttemptFailure[]): void;
  connectFailed(failure: Failure, tried: readonly AttemptFailure[]): void;
}

/** One connection being made. Its owner hears one thing, never at once, and nothing after `cancel`. */
export class Connecting {
  readonly #target: Target;
  readonly #parts: ConnectorParts;
  readonly #limitMs: number;
  readonly #startedAt = performance.now();
  readonly #deadline: Deadline;
  #owner: ConnectOwner | undefined;
  #race: Race | undefined;
  #validUntil: number | undefined;

  /** @param limitMs for everything together, from now */
  constructor(target: Target, limitMs: number, parts: ConnectorParts, owner: ConnectOwner) {
    this.#target = target;
    this.#parts = parts;
    this.#limitMs = limitMs;
    this.#owner = owner;
    this.#deadline = new Deadline(limitMs, this);
    const { addresses } = target;
    if (addresses !== undefined) queueMicrotask(() => this.#begin({ addresses }));
    else void parts.resolver.lookup(target.host).then((answer) => this.#answered(answer));
  }

  cancel(): void {
    this.#owner = undefined;
    this.#deadline.cancel();
    this.#race?.cancel();
  }

  expired(): void {
    const stage = this.#race?.stage;
    this.#race?.giveUp();
    this.#fail(this.#overdue(stage));
  }

  won(ready: ReadySocket): void {
    const owner = this.#owner;
    this.#owner = undefined;
    this.#deadline.cancel();
    owner?.connected({ ...ready, validUntil: this.#validUntil }, this.#race?.failures ?? []);
  }

  lost(): void {
    this.#fail(this.#allFailed());
  }

  #answered(answer: Answer): void {
    if ('failure' in answer) this.#fail(nameFailure(this.#target.host, answer.failure));
    else if (answer.addresses.length === 0) this.#fail(nameFailure(this.#target.host, 'no_such_name'));
    else this.#begin(answer);
  }

  #begin({ addresses, validUntil, late }: Addresses): void {
    if (this.#owner === undefined || !this.#mayGoTo(addresses)) return;
    this.#validUntil = validUntil;
    const leftMs = this.#limitMs - (performance.now() - this.#startedAt);
    this.#race = new Race(addresses, leftMs, late !== undefined, this.#target, this.#parts, this);
    void late?.then((more) => this.#add(more));
  }

  /** The other family's answer has come. A bad address among them refuses the name, as it would have at the beginning. */
  #add({ addresses, validUntil }: Addresses): void {
    if (this.#owner === undefined || (addresses.length > 0 && !this.#mayGoTo(addresses))) return;
    if (validUntil !== undefined) this.#validUntil = Math.min(validUntil, this.#validUntil ?? validUntil);
    this.#race?.add(addresses);
  }

  #mayGoTo(addresses: readonly string[]): boolean {
    const { guard } = this.#parts;
    if (addresses.length === 0 || !guard.passes(addresses)) this.#fail(blocked());
    else if (!this.#target.secure && !guard.passesInTheClear(addresses)) this.#fail(plainHttp());
    else return true;
    return false;
  }

  /** An error of a certificate or a handshake is told even if another address was still silent: somebody can mend it. */
  #overdue(stage: Race['stage']): Failure {
    const { host } = this.#target;
    if (this.#race === undefined && this.#parts.resolver.silent()) return noResolver();
    const known = this.#allFailed();
    if (this.#race !== undefined && (stage === undefined || known.outcome === 'tls_error')) return known;
    return connectTimeout(host, stage ?? 'name', this.#limitMs);
  }

  #allFailed(): Failure {
    return connectFailure(this.#target.host, this.#target.port, this.#race?.failures ?? []);
  }

  #fail(failure: Failure): void {
    const owner = this.#owner;
    this.cancel();
    owner?.connectFailed(failure, this.#race?.failures ?? []);
  }
}

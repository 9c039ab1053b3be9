// From a target to a socket that is ready for HTTP: name, guard, TCP, TLS, all under one deadline. The name is resolved once,
// and the socket goes to an address that this very answer held and the guard let pass.
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { Deadline } from './deadline.ts';
import { type Dial, type DialFailure, Dialling } from './dial.ts';
import {
  blocked,
  type ConnectStage,
  connectTimeout,
  dialFailure,
  type Failure,
  handshakeFailure,
  nameFailure,
  noResolver,
} from './failures.ts';
import type { Guard } from './guard.ts';
import { shakeHands } from './handshake.ts';
import type { Answer, Resolver } from './resolver.ts';
import type { Sessions } from './sessions.ts';
import type { Target } from './target.ts';

export interface ConnectorParts {
  readonly resolver: Resolver;
  readonly guard: Guard;
  readonly dial: Dial;
  readonly trust: SecureContext;
  readonly sessions: Sessions;
}

export interface ConnectOwner {
  connected(socket: Socket): void;
  connectFailed(failure: Failure): void;
}

/** One connection being made. Its owner hears one thing, never at once, and nothing after `cancel`. */
export class Connecting {
  readonly #target: Target;
  readonly #parts: ConnectorParts;
  readonly #limitMs: number;
  readonly #deadline: Deadline;
  #owner: ConnectOwner | undefined;
  #stage: ConnectStage = 'name';
  #dialling: Dialling | undefined;
  #socket: Socket | undefined;

  /** @param limitMs for everything together, from now */
  constructor(target: Target, limitMs: number, parts: ConnectorParts, owner: ConnectOwner) {
    this.#target = target;
    this.#parts = parts;
    this.#limitMs = limitMs;
    this.#owner = owner;
    this.#deadline = new Deadline(limitMs, this);
    const { addresses } = target;
    if (addresses !== undefined) queueMicrotask(() => this.#judge(addresses));
    else void parts.resolver.lookup(target.host).then((answer) => this.#answered(answer));
  }

  cancel(): void {
    this.#owner = undefined;
    this.#deadline.cancel();
    this.#dialling?.cancel();
    this.#socket?.destroy();
  }

  expired(): void {
    const nobodyAnswers = this.#stage === 'name' && this.#parts.resolver.silent();
    this.#fail(nobodyAnswers ? noResolver() : connectTimeout(this.#target.host, this.#stage, this.#limitMs));
  }

  #answered(answer: Answer): void {
    if ('failure' in answer) this.#fail(nameFailure(this.#target.host, answer.failure));
    else if (answer.addresses.length === 0) this.#fail(nameFailure(this.#target.host, 'no_such_name'));
    else this.#judge(answer.addresses);
  }

  #judge(addresses: readonly string[]): void {
    if (this.#owner === undefined) return;
    if (addresses.length === 0 || !this.#parts.guard.passes(addresses)) {
      this.#fail(blocked());
      return;
    }
    this.#stage = 'tcp';
    this.#dialling = new Dialling(addresses, this.#target.port, this.#parts.dial, this);
  }

  dialled(socket: Socket): void {
    if (!this.#target.secure) {
      this.#ready(socket);
      return;
    }
    this.#stage = 'tls';
    this.#socket = shakeHands(socket, this.#target, this.#parts.trust, this.#parts.sessions, this);
  }

  dialFailed(failures: readonly DialFailure[]): void {
    this.#fail(dialFailure(this.#target.host, this.#target.port, failures));
  }

  shaken(socket: Socket): void {
    this.#ready(socket);
  }

  handshakeFailed(code: string): void {
    this.#fail(handshakeFailure(this.#target.host, code));
  }

  #ready(socket: Socket): void {
    const owner = this.#owner;
    this.#owner = undefined;
    this.#deadline.cancel();
    owner?.connected(socket);
  }

  #fail(failure: Failure): void {
    const owner = this.#owner;
    this.cancel();
    owner?.connectFailed(failure);
  }
}

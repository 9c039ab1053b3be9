// One address tried: TCP, and TLS on top of it if the callback URL asks for it.
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Dial } from './dial.ts';
import type { AttemptFailure, AttemptStage } from './failures.ts';
import { shakeHands } from './handshake.ts';
import type { ReadySocket } from './http-connection.ts';
import type { Sessions } from './sessions.ts';
import type { Target } from './target.ts';

export interface AttemptParts {
  readonly dial: Dial;
  readonly trust: SecureContext;
  readonly sessions: Sessions;
}

export interface AttemptOwner {
  ready(attempt: Attempt, ready: ReadySocket): void;
  failed(attempt: Attempt, failure: AttemptFailure): void;
}

/** Its owner hears one thing, never at once, and nothing after `cancel`. */
export class Attempt {
  readonly address: string;
  readonly #target: Target;
  readonly #parts: AttemptParts;
  readonly #startedAt = performance.now();
  /** The listeners stay with the socket, so the owner is let go of as soon as there is nothing more to tell. */
  #owner: AttemptOwner | undefined;
  #socket: Socket;
  #stage: AttemptStage = 'tcp';
  #tcpMs: number | undefined;

  /** @param address that was judged */
  constructor(address: string, target: Target, parts: AttemptParts, owner: AttemptOwner) {
    this.address = address;
    this.#target = target;
    this.#parts = parts;
    this.#owner = owner;
    this.#socket = parts.dial(address, target.port);
    // Stays for the life of the socket: an error without any listener would end the process.
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#dialFailed(error.code ?? ''));
    this.#socket.once('connect', () => this.#dialled());
  }

  get stage(): AttemptStage {
    return this.#stage;
  }

  failure(code: string): AttemptFailure {
    return { address: this.address, stage: this.#stage, code, tcpMs: this.#tcpMs };
  }

  cancel(): void {
    this.#owner = undefined;
    this.#socket.destroy();
  }

  shaken(socket: Socket): void {
    const owner = this.#owner;
    this.#owner = undefined;
    const tookMs = performance.now() - this.#startedAt;
    const tcpMs = this.#tcpMs ?? tookMs;
    owner?.ready(this, { socket, address: this.address, tcpMs, tlsMs: tookMs - tcpMs });
  }

  handshakeFailed(code: string): void {
    this.#fail(code);
  }

  #dialled(): void {
    if (this.#owner === undefined) return;
    this.#tcpMs = performance.now() - this.#startedAt;
    if (!this.#target.secure) {
      this.shaken(this.#socket);
      return;
    }
    this.#stage = 'tls';
    this.#socket = shakeHands(this.#socket, this.#target, this.#parts.trust, this.#parts.sessions, this);
  }

  /** Of what happens to the connection during the handshake, the handshake tells. */
  #dialFailed(code: string): void {
    if (this.#stage === 'tcp') this.#fail(code);
  }

  #fail(code: string): void {
    const owner = this.#owner;
    this.cancel();
    owner?.failed(this, this.failure(code));
  }
}

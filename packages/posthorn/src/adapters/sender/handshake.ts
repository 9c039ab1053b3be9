// TLS on a connected socket: HTTP/1.1 only, the certificate checked against the host of the callback URL, sessions resumed.
import type { Socket } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type { Session, Sessions } from './sessions.ts';
import type { Target } from './target.ts';
import { NO_NAMES } from './tls-reasons.ts';

export interface HandshakeOwner {
  shaken(socket: TLSSocket): void;
  /** @param code OpenSSL's or Node's, e.g. `CERT_HAS_EXPIRED` */
  handshakeFailed(code: string): void;
}

/** HTTP/1.1 and nothing else, as ALPN writes it. */
const ALPN = new Uint8Array(Buffer.from('\x08http/1.1'));

/** Begins the handshake. The owner hears one thing, never at once; destroying the socket ends it without a word. */
export function shakeHands(
  tcp: Socket,
  target: Target,
  trust: SecureContext,
  sessions: Sessions,
  owner: HandshakeOwner,
): TLSSocket {
  const { host } = target;
  const peer = `${host}:${target.port}`;
  const offered = sessions.get(peer);
  const options: ConnectionOptions = {
    socket: tcp,
    secureContext: trust,
    ALPNProtocols: ALPN,
    rejectUnauthorized: true,
    checkServerIdentity: (_, certificate) => proveIdentity(host, certificate),
  };
  if (offered !== undefined) options.session = offered.ticket;
  // An address is no server name (RFC 6066, section 3).
  if (target.addresses?.includes(host) !== true) options.servername = host;
  const socket = connect(options);
  new Handshake(socket, peer, offered, sessions, owner);
  return socket;
}

/** Node still takes the common name of a certificate without names for one; the rules have not for long (RFC 9525, section 2). */
function proveIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subjectaltname === undefined) return Object.assign(new Error('no names'), { code: NO_NAMES });
  return checkServerIdentity(host, certificate);
}

/** Its listeners stay with the socket, so it lets go of its owner as soon as there is nothing more to tell. */
class Handshake {
  readonly #sessions: Sessions;
  readonly #peer: string;
  #owner: HandshakeOwner | undefined;
  /** When the certificate was checked; `undefined` until it is. */
  #verifiedAt: number | undefined;
  /** TLS 1.2 gives the session before the certificate is checked. To resume it unchecked would be to skip the check for good. */
  #early: Buffer | undefined;

  constructor(
    socket: TLSSocket,
    peer: string,
    offered: Session | undefined,
    sessions: Sessions,
    owner: HandshakeOwner,
  ) {
    this.#peer = peer;
    this.#sessions = sessions;
    this.#owner = owner;
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(error.code ?? ''));
    socket.on('session', (ticket) => this.#keep(ticket));
    socket.once('secureConnect', () => this.#done(socket, offered));
  }

  #failed(code: string): void {
    const owner = this.#owner;
    if (owner === undefined) return;
    this.#owner = undefined;
    this.#sessions.delete(this.#peer);
    owner.handshakeFailed(code);
  }

  #keep(ticket: Buffer): void {
    if (this.#verifiedAt === undefined) this.#early = ticket;
    else this.#sessions.set(this.#peer, { ticket, verifiedAt: this.#verifiedAt });
  }

  /**
   * A resumed handshake shows no certificate: the host was proven when the session was made. That is why a session is kept
   * for one host and port only, never before the proof, and with the proof's age, however often the receiver renews it.
   */
  #done(socket: TLSSocket, offered: Session | undefined): void {
    this.#verifiedAt = socket.isSessionReused() && offered !== undefined ? offered.verifiedAt : performance.now();
    if (this.#early !== undefined) this.#keep(this.#early);
    const owner = this.#owner;
    this.#owner = undefined;
    owner?.shaken(socket);
  }
}

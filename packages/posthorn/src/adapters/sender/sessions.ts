// TLS sessions to resume: a resumed handshake costs half of a full one. Kept per host and port, and not for long.

/** About 2 KB each, so this is 20 MB at most. Connections to so many origins cannot be kept, which is when sessions count. */
const MAX_SESSIONS = 10_000;
/** A resumed handshake shows no certificate, so this is how long one that was swapped or revoked may go unnoticed. */
const MAX_SESSION_AGE_MS = 3_600_000;

export interface Session {
  readonly ticket: Buffer;
  /** When the certificate behind it was last seen and checked, on the monotonic clock. */
  readonly verifiedAt: number;
}

/** Belongs to one trust store: a session made under another one would bring that one's verdict along. */
export class Sessions {
  readonly #byPeer = new Map<string, Session>();

  /** @param peer host and port */
  get(peer: string): Session | undefined {
    const session = this.#byPeer.get(peer);
    if (session !== undefined && performance.now() - session.verifiedAt >= MAX_SESSION_AGE_MS) {
      this.#byPeer.delete(peer);
      return undefined;
    }
    return session;
  }

  set(peer: string, session: Session): void {
    this.#byPeer.delete(peer);
    for (const oldest of this.#byPeer.keys()) {
      if (this.#byPeer.size < MAX_SESSIONS) break;
      this.#byPeer.delete(oldest);
    }
    this.#byPeer.set(peer, session);
  }

  /** After a handshake that failed: the next one starts afresh. */
  delete(peer: string): void {
    this.#byPeer.delete(peer);
  }
}

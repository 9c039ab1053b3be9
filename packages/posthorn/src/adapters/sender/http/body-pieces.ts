// The body of a response as it comes in.

const NOTHING = new Uint8Array(0);

export class BodyPieces {
  readonly #pieces: Buffer[] = [];
  #bytes = 0;

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  /** In memory of its own: a piece of the socket's buffer would keep all of that alive, and be copied with it to other threads. */
  join(): Uint8Array {
    if (this.#bytes === 0) return NOTHING;
    const body = new Uint8Array(this.#bytes);
    let offset = 0;
    for (const piece of this.#pieces) {
      body.set(piece, offset);
      offset += piece.length;
    }
    return body;
  }
}

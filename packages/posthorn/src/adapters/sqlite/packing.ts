// A message between the threads as one JSON text of flat values and one array of bytes. Cloning nested objects and many
// small byte arrays costs five times as much as the SQL behind them; a text and a moved array cost next to nothing.

export interface Packed {
  readonly values: string;
  readonly bytes: Uint8Array;
}

export class Packer {
  readonly #values: unknown[] = [];
  readonly #pieces: Uint8Array[] = [];
  #size = 0;

  /** Adds values that JSON carries unchanged. */
  add(...values: unknown[]): void {
    for (const value of values) this.#values.push(value);
  }

  addBytes(piece: Uint8Array): void {
    this.#values.push(piece.length);
    this.#pieces.push(piece);
    this.#size += piece.length;
  }

  finish(): Packed {
    // Not zeroed, since every byte is written, and with a memory of its own, which can be moved.
    const bytes = Buffer.allocUnsafeSlow(this.#size);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return { values: JSON.stringify(this.#values), bytes };
  }
}

/** Reads in the order in which a `Packer` was filled. */
export class Unpacker {
  readonly #values: readonly unknown[];
  readonly #bytes: Uint8Array;
  #at = 0;
  #byteAt = 0;

  constructor({ values, bytes }: Packed) {
    this.#values = JSON.parse(values) as unknown[];
    this.#bytes = bytes;
  }

  /** The next value. Its type is a promise of the code that packed it. */
  next<Value>(): Value {
    const value = this.#values[this.#at];
    this.#at += 1;
    return value as Value;
  }

  /** The next bytes, sharing the message's memory: good for as long as nobody keeps them. */
  nextBytes(): Uint8Array {
    const begin = this.#byteAt;
    this.#byteAt += this.next<number>();
    return this.#bytes.subarray(begin, this.#byteAt);
  }

  /** As many items as were announced by a number. */
  nextList<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = this.next<number>(); left > 0; left--) items.push(read());
    return items;
  }
}

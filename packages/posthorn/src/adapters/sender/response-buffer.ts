// A response as it comes in: kept as received, never decoded, and no more of it than the contract allows.
import type { Response } from '../../domain/outcome.ts';

/** What of a body is kept (contract, "Timeouts"). */
const MAX_BODY_BYTES = 65_536;
const NO_BODY = new Uint8Array(0);

export class ResponseBuffer {
  readonly #status: number;
  readonly #rawHeaders: unknown;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #truncated = false;

  /** @param rawHeaders names and values in turn, as undici's parser gives them */
  constructor(status: number, rawHeaders: unknown) {
    this.#status = status;
    this.#rawHeaders = rawHeaders;
  }

  /** @returns whether there is room for more; false when this chunk already had to be cut */
  add(chunk: Buffer): boolean {
    const room = MAX_BODY_BYTES - this.#bytes;
    if (chunk.length > room) this.cut();
    const kept = this.#truncated ? chunk.subarray(0, room) : chunk;
    this.#chunks.push(kept);
    this.#bytes += kept.length;
    return !this.#truncated;
  }

  /** What comes now is not kept. */
  cut(): this {
    this.#truncated = true;
    return this;
  }

  take(): Response {
    return {
      status: this.#status,
      headers: readHeaders(this.#rawHeaders),
      body: this.#body(),
      truncated: this.#truncated,
    };
  }

  /** In memory of its own: a piece of the socket's buffer would keep all of that alive, and be copied with it to other threads. */
  #body(): Uint8Array {
    if (this.#bytes === 0) return NO_BODY;
    const body = new Uint8Array(this.#bytes);
    let offset = 0;
    for (const chunk of this.#chunks) {
      body.set(chunk, offset);
      offset += chunk.length;
    }
    return body;
  }
}

function readHeaders(raw: unknown): [name: string, value: string][] {
  const headers: [string, string][] = [];
  if (!Array.isArray(raw)) return headers;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.push([readText(raw[index]).toLowerCase(), readText(raw[index + 1])]);
  }
  return headers;
}

/** Header bytes have no encoding; Latin-1 keeps each of them. */
function readText(part: unknown): string {
  return Buffer.isBuffer(part) ? part.toString('latin1') : String(part);
}

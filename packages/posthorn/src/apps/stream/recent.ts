// The latest messages of the stream, so that a reader who was away for a moment misses nothing. Bounded by bytes.
import type { EndpointId, TenantId } from '../../domain/ids.ts';

/** Messages kept: about 2,000. */
export const MAX_RECENT_BYTES = 1_024 * 1_024;

export interface Message {
  readonly number: number;
  readonly tenantId: TenantId;
  /** `undefined` for an event, which is on its way to any number of endpoints. */
  readonly endpointId: EndpointId | undefined;
  /** As it is written to a reader. */
  readonly text: string;
  readonly bytes: number;
}

export class Recent {
  #messages: Message[] = [];
  /** Those before it have been forgotten. */
  #head = 0;
  #bytes = 0;
  #last = 0;

  /** The number of the latest message; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  add(message: Message): void {
    this.#messages.push(message);
    this.#bytes += message.bytes;
    this.#last = message.number;
    while (this.#bytes > MAX_RECENT_BYTES) {
      this.#bytes -= this.#messages[this.#head]?.bytes ?? 0;
      this.#head += 1;
    }
    if (this.#head > 1_024 && this.#head * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Every message after that number; `undefined` when some of them have been forgotten, or it is still to come. */
  after(number: number): readonly Message[] | undefined {
    const oldest = this.#messages[this.#head]?.number ?? this.#last + 1;
    if (number < oldest - 1 || number > this.#last) return undefined;
    return this.#messages.slice(this.#head + number - oldest + 1);
  }
}

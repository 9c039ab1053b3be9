// Server-sent events out of the pieces of text in which they arrive (HTML standard, 9.2.6).

export interface StreamMessage {
  readonly event: string;
  readonly data: string;
}

/** A message is a few hundred bytes; whoever sends more than this without an end is no Posthorn. */
const MAX_MESSAGE_CHARACTERS = 1_024 * 1_024;

export class EventStream {
  /** Name of the last message, to go on from there. It outlives connections. */
  lastId: string | undefined;
  /** The wait that the server asks for before coming back, in milliseconds. */
  retryMs: number | undefined;
  #rest = '';
  #event = '';
  #data: string[] = [];
  #characters = 0;

  /** A new connection: what had come of a message is no use any more. */
  begin(): void {
    this.#rest = '';
    this.#endMessage();
  }

  /** @throws RangeError when a message has no end */
  *push(text: string): Generator<StreamMessage> {
    // A carriage return at the end may be the first half of a line's end.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      this.#characters += line.length;
      if (line === '') {
        const message = this.#endMessage();
        if (message !== undefined) yield message;
      } else this.#take(line);
    }
    if (this.#characters + this.#rest.length > MAX_MESSAGE_CHARACTERS) throw new RangeError('a message without an end');
  }

  #take(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.#event = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id') this.lastId = value;
    else if (name === 'retry' && /^\d{1,9}$/.test(value)) this.retryMs = Number(value);
  }

  #endMessage(): StreamMessage | undefined {
    const message = { event: this.#event, data: this.#data.join('\n') };
    const isWhole = this.#data.length > 0;
    this.#event = '';
    this.#data = [];
    this.#characters = 0;
    return isWhole ? message : undefined;
  }
}

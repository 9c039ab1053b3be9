// Takes server-sent events out of the text of a response as it comes, in pieces of any size.

export interface ServerSent {
  /** To come back with; `undefined` when the message has none. */
  readonly id: string | undefined;
  readonly kind: string;
  readonly data: string;
}

/** No message of the server's is nearly as long: whatever answers with more is something else. */
const MAX_UNFINISHED_CHARACTERS = 1_000_000;

export class ServerSentReader {
  #rest = '';

  /**
   * @returns the messages that are whole now; comments and empty ones are none
   * @throws RangeError when a message does not end
   */
  read(piece: string): ServerSent[] {
    const blocks = (this.#rest + piece).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    if (this.#rest.length > MAX_UNFINISHED_CHARACTERS) throw new RangeError('A message of the stream does not end.');
    return blocks.flatMap((block) => messageOf(block) ?? []);
  }
}

function messageOf(block: string): ServerSent | undefined {
  let id: string | undefined;
  let kind = '';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('data: ')) data += line.slice(6);
    else if (line.startsWith('event: ')) kind = line.slice(7);
    else if (line.startsWith('id: ')) id = line.slice(4);
  }
  return kind === '' ? undefined : { id, kind, data };
}

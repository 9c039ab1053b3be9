// HTTP/1.1 as bytes: what an attacker sends need not be what any library would send, and what comes back is read strictly,
// for an answer that is not valid HTTP is a finding, too.
import { connect, type Socket } from 'node:net';

/** Longer than every limit of the server for a request: no answer by then is none at all. */
const PATIENCE_MS = 20_000;

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

export class NotHttp extends Error {
  override readonly name = 'NotHttp';
}

export function headerOf({ headers }: Answer, name: string): string | undefined {
  return headers.find(([other]) => other === name)?.[1];
}

interface Cut {
  readonly answer: Answer;
  readonly length: number;
}

/**
 * Cuts the first whole answer off.
 * @param toHead the request was HEAD: there is no body, whatever the headers say
 * @throws NotHttp
 */
export function cutAnswer(bytes: Buffer, toHead = false): Cut | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const [, digits] = /^HTTP\/1\.1 ([1-5]\d\d) [ -~]*$/.exec(first) ?? [];
  if (digits === undefined) throw new NotHttp(`status line ${JSON.stringify(first)}`);
  const status = Number(digits);
  const headers = lines.map((line) => {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t -~]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new NotHttp(`header line ${JSON.stringify(line)}`);
    return [name.toLowerCase(), value] as const;
  });
  const head = { status, headers };
  const start = end + 4;
  if (toHead || status < 200 || status === 204 || status === 304) {
    return { answer: { ...head, body: Buffer.alloc(0) }, length: start };
  }
  const framing = headers.filter(([name]) => name === 'content-length' || name === 'transfer-encoding');
  const [[kind, value] = ['', '']] = framing;
  if (framing.length !== 1) throw new NotHttp(`framed ${framing.length} times: ${JSON.stringify(framing)}`);
  if (kind === 'transfer-encoding') return cutChunked(bytes, start, head);
  const length = start + Number(value);
  if (bytes.length < length) return undefined;
  return { answer: { ...head, body: bytes.subarray(start, length) }, length };
}

function cutChunked(bytes: Buffer, start: number, head: Omit<Answer, 'body'>): Cut | undefined {
  const pieces: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size)) throw new NotHttp('a chunk without a size');
    at = lineEnd + 2;
    if (bytes.length < at + size + 2) return undefined;
    pieces.push(bytes.subarray(at, at + size));
    at += size + 2;
    if (size === 0) return { answer: { ...head, body: Buffer.concat(pieces) }, length: at };
  }
}

/** One kept connection on which requests are made one after the other. */
export class Caller {
  readonly #port: number;
  #socket: Socket | undefined;
  #received = Buffer.alloc(0);
  #wake: () => void = () => {};
  #last: Promise<unknown> = Promise.resolve();

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Sends a request when those before it are answered, and waits for its answer; interim ones are passed over.
   * @returns `undefined` when the server closed the connection without one
   * @throws NotHttp; Error when nothing comes at all
   */
  ask(request: Buffer, toHead = false): Promise<Answer | undefined> {
    const asking = this.#last.then(() => this.#ask(request, toHead));
    this.#last = asking.catch(() => this.close());
    return asking;
  }

  async #ask(request: Buffer, toHead: boolean): Promise<Answer | undefined> {
    const socket = this.#connection();
    socket.write(request);
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const cut = cutAnswer(this.#received, toHead);
      if (cut !== undefined) {
        this.#received = this.#received.subarray(cut.length);
        if (cut.answer.status < 200) continue;
        if (this.#received.length > 0) throw new NotHttp(`more than one answer: ${this.#received.toString('latin1')}`);
        if (headerOf(cut.answer, 'connection') === 'close') this.close();
        return cut.answer;
      }
      if (socket.destroyed || socket.readableEnded) {
        this.close();
        return undefined;
      }
      if (performance.now() > deadline) throw new Error(`no answer within ${PATIENCE_MS} ms`);
      await this.#change();
    }
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#received = Buffer.alloc(0);
  }

  #connection(): Socket {
    if (this.#socket !== undefined && !this.#socket.destroyed && !this.#socket.readableEnded) return this.#socket;
    this.close();
    const socket = connect(this.#port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (this.#socket === socket) this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('end', () => this.#wake());
    socket.on('close', () => this.#wake());
    this.#socket = socket;
    return socket;
  }

  /** Something has happened on the socket, or a second has passed. */
  async #change(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, 1_000);
    await promise;
    clearTimeout(timer);
  }
}

/** How long what has no end is listened to. */
const LISTEN_MS = 20;
const UNENDING = /\r\ncontent-type: text\/event-stream/i;

/**
 * Sends one request to what may answer without an end: the answer, as far as it has come in a moment.
 * @returns `undefined` when the server closed the connection without one
 * @throws NotHttp
 */
export async function begin(port: number, request: Buffer): Promise<Answer | undefined> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
  });
  socket.write(request);
  const deadline = performance.now() + PATIENCE_MS;
  const headEnd = () => received.indexOf('\r\n\r\n');
  while (!socket.destroyed && !socket.readableEnded && headEnd() < 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await new Promise((resolve) => setTimeout(resolve, LISTEN_MS));
  socket.destroy();
  const head = received.toString('latin1', 0, headEnd());
  if (!UNENDING.test(head)) return cutAnswer(received)?.answer;
  // As if it had ended here: its framing is left out.
  const ended = Buffer.from(`${head.replace(/\r\ntransfer-encoding: [^\r]*/i, '')}\r\ncontent-length: `, 'latin1');
  const body = received.subarray(headEnd() + 4);
  return cutAnswer(Buffer.concat([ended, Buffer.from(`${body.length}\r\n\r\n`), body]))?.answer;
}

export interface Talk {
  readonly answers: readonly Answer[];
  /** Bytes that were no whole answer. */
  readonly rest: string;
  /** The server ended the connection. */
  readonly closed: boolean;
  readonly ms: number;
}

/**
 * Sends bytes and listens until the server closes, or has begun to answer and says nothing more for `quietMs`.
 * @throws NotHttp
 */
export async function talk(port: number, bytes: string | Buffer, quietMs: number): Promise<Talk> {
  const began = performance.now();
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  socket.on('error', () => {});
  let received = Buffer.alloc(0);
  let heardAt = began + PATIENCE_MS - quietMs;
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    heardAt = performance.now();
  });
  socket.write(bytes);
  while (!socket.destroyed && !socket.readableEnded && performance.now() - heardAt < quietMs) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const closed = socket.destroyed || socket.readableEnded;
  socket.destroy();
  const answers: Answer[] = [];
  for (let cut = cutAnswer(received); cut !== undefined; cut = cutAnswer(received)) {
    answers.push(cut.answer);
    received = received.subarray(cut.length);
  }
  return { answers, rest: received.toString('latin1'), closed, ms: performance.now() - began };
}

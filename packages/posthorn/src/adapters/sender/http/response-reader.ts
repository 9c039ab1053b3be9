// Reads one response from the bytes of a connection, in whatever pieces they come: interim responses are skipped, the body is
// kept as it comes and never decoded, and of it all no more is read than the contract allows.
import type { Response } from '../../../domain/outcome.ts';
import { BodyPieces } from './body-pieces.ts';
import { BREACHES, type Breach } from './breach.ts';
import { type Framing, frame } from './framing.ts';
import { type Header, isBlank, readHeader, readStatusLine, type StatusLine, withoutEdges } from './response-head.ts';

/** No more is read of a response, interim ones, headers and framing included (contract, "Timeouts"). */
export const MAX_RESPONSE_BYTES = 65_536;

const LF = 10;
const BEGINNING = 'HTTP/';
const CHUNK_SIZE = /^([0-9A-Fa-f]+)[ \t]*(?:;|$)/;

/**
 * Where a response is after the bytes so far: there is `more` to come; it is `whole`; it is `cut` at the limit, which is for
 * the status to judge; or it is `broken`, and `breach` says which rule it breaks.
 */
export type Progress = 'more' | 'whole' | 'cut' | 'broken';

/** The next thing to be read: a line of some kind, or bytes of the body. */
type Next = 'status' | 'header' | 'bytes' | 'rest' | 'chunk size' | 'chunk' | 'chunk end' | 'trailer' | 'nothing';

export class ResponseReader {
  #next: Next = 'status';
  #progress: Progress = 'more';
  #breach: string | undefined;
  #read = 0;
  /** The line so far whose end has not come. */
  #line = '';
  #begun = false;
  #statusLine: StatusLine | undefined;
  /** The header line before, which may go on in the next one; `undefined` before the first. */
  #header: string | undefined;
  #headers: Header[] = [];
  /** Of the final response, once its head is whole. */
  #framing: Framing | undefined;
  readonly #body = new BodyPieces();
  /** Of the body, or of the chunk that is being read. */
  #left = 0;
  #surplus = false;

  /** Whether a byte of a response has come. */
  get answered(): boolean {
    return this.#read > 0;
  }

  /** The rule that was broken, in words; `undefined` if none was. */
  get breach(): string | undefined {
    return this.#breach;
  }

  /** Whether the response, which is whole, leaves its connection fit for another call. */
  get keep(): boolean {
    return this.#progress === 'whole' && this.#framing?.keep === true && !this.#surplus;
  }

  /** How long the receiver says that it keeps an idle connection, in milliseconds; `undefined` if it does not say. */
  get idleMs(): number | undefined {
    return this.#framing?.idleMs;
  }

  /** Whether there is a final status, with headers that came whole or were cut at the limit. */
  get decided(): boolean {
    return this.#framing !== undefined || this.#progress === 'cut';
  }

  /** Of a response that is not `decided` there is nothing to take. */
  take(): Response | null {
    if (!this.decided || this.#statusLine === undefined) return null;
    const truncated = this.#progress === 'cut';
    return { status: this.#statusLine.status, headers: this.#headers, body: this.#body.join(), truncated };
  }

  /** Takes the bytes that came. Not to be called any more once the response is not to have `more`. */
  push(bytes: Buffer): Progress {
    const room = MAX_RESPONSE_BYTES - this.#read;
    const within = bytes.length > room ? bytes.subarray(0, room) : bytes;
    this.#read += within.length;
    let at = 0;
    while (at < within.length && this.#progress === 'more') at = this.#step(within, at);
    if (this.#progress === 'whole') this.#surplus = !isBlankLines(bytes, at);
    else if (this.#progress === 'more' && bytes.length > room) this.#cut();
    return this.#progress;
  }

  /** The receiver will send no more. @returns `more` if there should have been more */
  end(): Progress {
    if (this.#next === 'rest') this.#progress = 'whole';
    return this.#progress;
  }

  /** @returns where to go on */
  #step(bytes: Buffer, from: number): number {
    switch (this.#next) {
      case 'rest':
        return this.#keepBytes(bytes, from, bytes.length);
      case 'bytes':
      case 'chunk':
        return this.#readCounted(bytes, from);
      default:
        return this.#readLine(bytes, from);
    }
  }

  #keepBytes(bytes: Buffer, from: number, to: number): number {
    this.#body.add(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to));
    return to;
  }

  #readCounted(bytes: Buffer, from: number): number {
    const to = Math.min(bytes.length, from + this.#left);
    this.#left -= to - from;
    this.#keepBytes(bytes, from, to);
    if (this.#left === 0 && this.#next === 'chunk') this.#next = 'chunk end';
    else if (this.#left === 0) this.#end();
    return to;
  }

  /** A line ends in LF, with or without CR before (RFC 9112, section 2.2). */
  #readLine(bytes: Buffer, from: number): number {
    const end = bytes.indexOf(LF, from);
    const piece = bytes.toString('latin1', from, end < 0 ? bytes.length : end);
    const line = this.#line === '' ? piece : this.#line + piece;
    if (end < 0) {
      this.#line = line;
      if (this.#next === 'status') this.#suspect(line);
      return bytes.length;
    }
    this.#line = '';
    if (line.endsWith('\r')) this.#lineCame(line.slice(0, -1), true);
    else this.#lineCame(line, false);
    return end + 1;
  }

  /** Other protocols are known by their first bytes: their line may never end. */
  #suspect(line: string): void {
    if (this.#begun || line === '\r') return;
    if (!BEGINNING.startsWith(line.slice(0, BEGINNING.length))) this.#break(BREACHES.noStatusLine);
    this.#begun = line.length >= BEGINNING.length;
  }

  #lineCame(line: string, crlf: boolean): void {
    switch (this.#next) {
      case 'status':
        this.#takeStatus(line);
        break;
      case 'header':
        this.#takeHeader(line);
        break;
      case 'chunk size':
        this.#takeChunkSize(line, crlf);
        break;
      case 'chunk end':
        if (line === '' && crlf) this.#next = 'chunk size';
        else this.#break(BREACHES.badChunkEnd);
        break;
      default:
        // Trailers are not kept; the empty line behind them is the end.
        if (line === '') this.#end();
    }
  }

  #takeStatus(line: string): void {
    // Some servers end a body with one line end too many.
    if (line === '') return;
    const statusLine = readStatusLine(line);
    if ('breach' in statusLine) {
      this.#break(statusLine);
      return;
    }
    this.#statusLine = statusLine;
    this.#next = 'header';
  }

  #takeHeader(line: string): void {
    if (line !== '' && isBlank(line, 0)) {
      // A folded value goes on behind one space (RFC 9112, section 5.2); before any header the line is skipped (section 2.2).
      if (this.#header !== undefined) this.#header += ` ${withoutEdges(line, 0, line.length)}`;
      return;
    }
    if (!this.#addHeader()) return;
    this.#header = line;
    if (line === '') this.#endHead();
  }

  /** Adds the header that the line before began. @returns false if it breaks a rule */
  #addHeader(): boolean {
    if (this.#header === undefined) return true;
    const header = readHeader(this.#header);
    if ('breach' in header) {
      this.#break(header);
      return false;
    }
    this.#headers.push(header);
    return true;
  }

  #endHead(): void {
    const statusLine = this.#statusLine;
    if (statusLine === undefined) return;
    this.#header = undefined;
    if (statusLine.status < 200) {
      // Interim responses are skipped, asked for or not (RFC 9110, section 15.2).
      this.#statusLine = undefined;
      this.#headers = [];
      this.#begun = false;
      this.#next = 'status';
      return;
    }
    const framing = frame(statusLine, this.#headers);
    if ('breach' in framing) {
      this.#break(framing);
      return;
    }
    this.#framing = framing;
    this.#left = framing.bytes;
    if (framing.body === 'rest') this.#next = 'rest';
    else if (framing.body === 'chunks') this.#next = 'chunk size';
    else if (framing.body === 'length' && framing.bytes > 0) this.#next = 'bytes';
    else this.#end();
  }

  #takeChunkSize(line: string, crlf: boolean): void {
    const [, digits] = CHUNK_SIZE.exec(line) ?? [];
    if (digits === undefined || !crlf) {
      this.#break(BREACHES.badChunkSize);
      return;
    }
    this.#left = Number.parseInt(digits, 16);
    this.#next = this.#left === 0 ? 'trailer' : 'chunk';
  }

  #end(): void {
    this.#next = 'nothing';
    this.#progress = 'whole';
  }

  #break({ breach }: Breach): void {
    this.#breach = breach;
    this.#progress = 'broken';
  }

  /** The limit is reached: what came of the head must do. */
  #cut(): void {
    const statusLine = this.#statusLine ?? readStatusLine(this.#line);
    if ('breach' in statusLine || statusLine.status < 200) {
      this.#break(BREACHES.noStatus);
      return;
    }
    this.#statusLine = statusLine;
    this.#progress = 'cut';
  }
}

/** Whether there is nothing but line ends from there on. */
export function isBlankLines(bytes: Buffer, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== LF && bytes[at] !== 13) return false;
  return true;
}

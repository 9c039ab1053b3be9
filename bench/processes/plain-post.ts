// Connections that POST to one server over plain HTTP and do as little else as it takes: the load must not be what is
// measured. One request at a time on each; what comes while all are busy waits its turn.
import { connect, type Socket } from 'node:net';

interface Wish {
  readonly request: string;
  readonly resolve: (status: number) => void;
  readonly reject: (error: Error) => void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
/** Where the status stands in `HTTP/1.1 202 Accepted`. */
const STATUS_AT = 9;

export class PlainPost {
  readonly #port: number;
  readonly #host: string;
  readonly #head: string;
  readonly #most: number;
  readonly #free: Connection[] = [];
  readonly #waiting: Wish[] = [];
  readonly #open = new Set<Connection>();

  /** @param connections at most */
  constructor(url: string, path: string, apiKey: string, connections: number) {
    const { hostname, port, host } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
    this.#most = connections;
    this.#head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${apiKey}\r\ncontent-type: application/json\r\ncontent-length: `;
  }

  /** Resolves with the status of the answer. */
  post(body: string): Promise<number> {
    const request = `${this.#head}${Buffer.byteLength(body)}\r\n\r\n${body}`;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#next();
    });
  }

  close(): void {
    for (const connection of this.#open) connection.close();
  }

  #next(): void {
    if (this.#waiting.length === 0) return;
    let connection = this.#free.pop();
    if (connection === undefined && this.#open.size < this.#most) {
      connection = new Connection(this.#host, this.#port, {
        free: (one) => {
          this.#free.push(one);
          this.#next();
        },
        gone: (one) => {
          this.#open.delete(one);
          const at = this.#free.indexOf(one);
          if (at >= 0) this.#free.splice(at, 1);
          this.#next();
        },
      });
      this.#open.add(connection);
    }
    if (connection === undefined) return;
    const wish = this.#waiting.shift();
    if (wish !== undefined) connection.send(wish);
  }
}

interface Owner {
  free(connection: Connection): void;
  gone(connection: Connection): void;
}

class Connection {
  readonly #socket: Socket;
  readonly #owner: Owner;
  #wish: Wish | undefined;
  #received: Buffer | undefined;

  constructor(host: string, port: number, owner: Owner) {
    this.#owner = owner;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#wish?.reject(error));
    this.#socket.on('close', () => {
      this.#wish?.reject(new Error('the connection was closed before the answer'));
      owner.gone(this);
    });
  }

  send(wish: Wish): void {
    this.#wish = wish;
    this.#socket.write(wish.request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const bytes = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    this.#received = bytes;
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = bytes.toString('latin1', 0, headEnd).toLowerCase();
    const [, length = '0'] = /\r\ncontent-length: (\d+)/.exec(head) ?? [];
    if (bytes.length < headEnd + HEAD_END.length + Number(length)) return;
    const closes = head.includes('\r\nconnection: close');
    const status = Number(head.slice(STATUS_AT, STATUS_AT + 3));
    const wish = this.#wish;
    this.#wish = undefined;
    this.#received = undefined;
    if (closes) this.#socket.destroy();
    else this.#owner.free(this);
    wish?.resolve(status);
  }
}

// This side of the storage thread: posts calls, matches the replies, and notices when the thread is gone.
import type { Worker } from 'node:worker_threads';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { Answer, Args, CallName } from './calls.ts';
import { errorOf } from './errors.ts';
import { type FromStorage, moved, packArgs, type Reply, type ToStorage, unpackAnswer } from './thread-messages.ts';

interface Pending {
  readonly settle: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export class StorageThread {
  /** Resolves once the database is open; rejects with the `StoreRefused` that says why it is not. */
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  readonly #onDeath: (error: Error) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #ended: Promise<void>;
  #lastId = 0;
  #state: 'opening' | 'open' | 'closing' | 'ended' = 'opening';
  #cause: Error | undefined;

  /** @param onDeath called at most once, when the thread ends by itself after it was open */
  constructor(worker: Worker, onDeath: (error: Error) => void) {
    this.#worker = worker;
    this.#onDeath = onDeath;
    const opening = Promise.withResolvers<void>();
    this.opened = opening.promise;
    worker.on('message', (message: FromStorage) => {
      if (message.kind === 'replies') for (const reply of message.replies) this.#settle(reply);
      else if (message.kind === 'refused') opening.reject(errorOf(message.error));
      else {
        this.#state = 'open';
        opening.resolve();
      }
    });
    worker.on('error', (error: unknown) => {
      this.#cause = error instanceof Error ? error : new Error(String(error));
    });
    this.#ended = new Promise((resolve) => {
      worker.on('exit', (code) => {
        const cause = this.#cause ?? new Error(`the storage thread ended with code ${code}`);
        this.#end(cause);
        opening.reject(cause);
        resolve();
      });
    });
  }

  call<Name extends CallName>(name: Name, args: Args<Name>): Promise<Answer<Name>> {
    if (this.#state !== 'open') return Promise.reject(this.#unavailable());
    const id = ++this.#lastId;
    const packed = packArgs(name, args);
    this.#post({ kind: 'call', id, name, args: packed }, moved(packed));
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { settle: ({ answer }) => resolve(unpackAnswer(name, answer, args)), reject });
    });
  }

  async close(): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'closing';
      this.#post({ kind: 'close' });
    }
    await this.#ended;
  }

  #post(message: ToStorage, move: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, move);
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.error === undefined) pending?.settle(reply);
    else pending?.reject(errorOf(reply.error));
  }

  #end(cause: Error): void {
    const died = this.#state === 'open' || this.#pending.size > 0;
    if (died) this.#cause = cause;
    this.#state = 'ended';
    for (const { reject } of this.#pending.values()) reject(this.#unavailable());
    this.#pending.clear();
    if (died) this.#onDeath(cause);
  }

  #unavailable(): StoreUnavailable {
    if (this.#cause === undefined) return new StoreUnavailable('unreachable', 'The store is closed.');
    const message = `The storage thread has ended (${this.#cause.message}): restart Posthorn.`;
    return new StoreUnavailable('unreachable', message, { cause: this.#cause });
  }
}

// The receiver as the harness sees it: started in a process of its own, so that it outlives every fault, and its calls as
// they come in.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAuthority } from '../../posthorn/src/apps/receiver/certificates.ts';
import { type Behaviour, type Call, type FromReceiver, pathOf, type ToReceiver } from './calls.ts';

const MAIN = fileURLToPath(new URL('./receiver-main.ts', import.meta.url));

/** The secret of all endpoints. */
export const SECRET = 'crash-suite-secret-of-all-endpoints';

export class Receiver implements AsyncDisposable {
  /** Every call that has ended, in the order of their ends. */
  readonly calls: Call[] = [];
  /** Called when a call to a silent path has arrived. */
  onArrival: (event: string) => void = () => {};
  /** The file with the authority to be trusted. */
  readonly caFile: string;
  readonly #child: ChildProcess;
  #url = '';
  #flushes = 0;
  readonly #flushed = new Map<number, () => void>();

  private constructor(child: ChildProcess, caFile: string) {
    this.#child = child;
    this.caFile = caFile;
  }

  /** @param folder for the authority's certificate */
  static async start(folder: string, seed: number): Promise<Receiver> {
    const authority = await createAuthority();
    const caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, authority.caPem);
    const { certPem, keyPem } = await authority.issue(['127.0.0.1']);
    const child = fork(MAIN, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const receiver = new Receiver(child, caFile);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    child.once('error', reject);
    child.once('exit', () => reject(new Error('The receiver ended.')));
    child.on('message', (message: FromReceiver) => receiver.#hear(message, resolve));
    receiver.#say({ kind: 'start', cert: certPem, key: keyPem, secret: SECRET, seed });
    await promise;
    return receiver;
  }

  /** A callback URL that behaves so. */
  url(behaviour: Behaviour): string {
    return this.#url + pathOf(behaviour);
  }

  /** Resolves when `calls` has everything that has ended so far. */
  async flush(): Promise<void> {
    const id = ++this.#flushes;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushed.set(id, resolve);
    this.#say({ kind: 'flush', id });
    await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }

  #say(message: ToReceiver): void {
    this.#child.send(message);
  }

  #hear(message: FromReceiver, listening: () => void): void {
    switch (message.kind) {
      case 'listening':
        this.#url = `https://127.0.0.1:${message.port}`;
        listening();
        break;
      case 'calls':
        this.calls.push(...message.calls);
        break;
      case 'arrived':
        this.onArrival(message.event);
        break;
      case 'flushed':
        this.#flushed.get(message.id)?.();
        this.#flushed.delete(message.id);
    }
  }
}

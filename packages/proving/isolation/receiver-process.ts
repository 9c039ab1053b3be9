// The receiver as the harness sees it: in a process of its own, so that floods and handshakes are not the service's.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { IssuedCertificate } from '../../posthorn/src/apps/receiver/certificates.ts';
import type { FromReceiver, SteadyBehaviour, ToReceiver } from './behaviours.ts';

const MAIN = fileURLToPath(new URL('./receiver-main.ts', import.meta.url));

export type Told = Extract<FromReceiver, { kind: 'told' }>;

export class Receiver implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start({ certPem, keyPem }: IssuedCertificate): Promise<Receiver> {
    const child = fork(MAIN, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const listening = heard(child, 'listening');
    say(child, { kind: 'listen', cert: certPem, key: keyPem, behaviour: 'hangs' });
    return new Receiver(child, (await listening).port);
  }

  /** How calls to `switched` paths are met from now on. */
  switchTo(behaviour: SteadyBehaviour): void {
    say(this.#child, { kind: 'behaviour', behaviour });
  }

  /** Measures the calls that are posted from one moment until the other. */
  measure(from: number, until: number): void {
    say(this.#child, { kind: 'measure', from, until });
  }

  async tell(): Promise<Told> {
    const told = heard(this.#child, 'told');
    say(this.#child, { kind: 'tell' });
    return await told;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}

function say(child: ChildProcess, message: ToReceiver): void {
  child.send(message);
}

/** The next message of this kind. */
function heard<Kind extends FromReceiver['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<FromReceiver, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('The receiver ended.'));
    const hear = (message: FromReceiver) => {
      if (!isOf(message, kind)) return;
      child.off('exit', gone);
      child.off('message', hear);
      resolve(message);
    };
    child.once('exit', gone);
    child.on('message', hear);
  });
}

function isOf<Kind extends FromReceiver['kind']>(
  message: FromReceiver,
  kind: Kind,
): message is Extract<FromReceiver, { kind: Kind }> {
  return message.kind === kind;
}

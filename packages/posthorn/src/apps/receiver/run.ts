// `posthorn listen` as a process: a receiver that shows what comes until Ctrl-C.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandError, EXIT } from '../command/exit-codes.ts';
import { stopSignal } from '../command/signals.ts';
import { headerNames } from '../settings/header-names.ts';
import type { Settings } from '../settings/table.ts';
import { inertJson } from '../terminal/inert.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { answers, type Behaviour, failsFirst } from './behaviour.ts';
import { createAuthority } from './certificates.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { callJson, callLines } from './show.ts';

const SUCCESS = 200;
const FAILURE = 500;

/** The options of `posthorn listen`. */
export interface ListenFlags
  extends Pick<Settings, 'headerPrefix' | 'headerDelivery' | 'headerCorrelationId' | 'headerSignature'> {
  readonly host: string;
  readonly port: number;
  readonly secret?: string;
  readonly status?: number;
  readonly fail?: number;
  readonly delay: number;
  readonly caFile: string;
  readonly json?: boolean;
}

function behaviourOf({ status, fail, delay }: ListenFlags): Behaviour {
  return fail === undefined ? answers(status ?? SUCCESS, delay) : failsFirst(fail, status ?? FAILURE, SUCCESS, delay);
}

function saveAuthority(file: string, pem: string): string {
  const path = resolve(file);
  try {
    writeFileSync(path, pem);
  } catch (error) {
    throw new CommandError(
      `The certificate authority cannot be saved: ${error instanceof Error ? error.message : error}. Name another file with --ca-file.`,
    );
  }
  return path;
}

/** Receives until a signal ends it. */
export async function runReceiver(flags: ListenFlags, terminal: Terminal): Promise<void> {
  const { host, port, secret, json } = flags;
  const names = headerNames(flags);
  const authority = await createAuthority();
  const certificate = await authority.issue(['localhost', '127.0.0.1', '::1', host]);
  const caFile = saveAuthority(flags.caFile, authority.caPem);
  const behave = behaviourOf(flags);
  let receiver: Receiver;
  try {
    receiver = await startReceiver({
      host,
      port,
      certificate,
      headerNames: names,
      route: () => ({ secret, behave }),
      onCall(call) {
        const time = new Date().toISOString();
        if (json === true) {
          terminal.print(callJson(call, time));
          return;
        }
        for (const line of callLines(call, names, time.slice(11, 24), terminal.paint)) terminal.print(line);
        terminal.print('');
      },
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'EADDRINUSE' ? `port ${port} is in use: name another with --port` : code;
    throw new CommandError(`Cannot listen on ${host}: ${why}.`);
  }
  if (json === true) terminal.print(inertJson(JSON.stringify({ listening: receiver.url, caFile })));
  else welcome(receiver.url, caFile, secret, terminal);
  await stopSignal(() => process.exit(EXIT.failed));
  await receiver.close();
}

function welcome(url: string, caFile: string, secret: string | undefined, { note, paintNote }: Terminal): void {
  note(`Receiving on ${paintNote('bold', `${url}/`)} and below. Ctrl-C ends it.`);
  if (secret === undefined) note("Signatures are not checked: give the endpoint's secret with --secret.");
  note('To let a Posthorn on this machine call here, start it with');
  note(`  POSTHORN_EXTRA_CA=${caFile} POSTHORN_ALLOW_NETWORKS=127.0.0.0/8 posthorn serve\n`);
}

// The service as a process: its log, its signals, its end.
import { isatty } from 'node:tty';
import { StoreUnavailable } from '../../seams/store/index.ts';
import { EXIT, type ExitCode } from '../command/exit-codes.ts';
import { stopSignal } from '../command/signals.ts';
import { type Log, openLog } from '../logging/log.ts';
import type { Settings } from '../settings/table.ts';
import { paintFor } from '../terminal/paint.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { VERSION } from '../version.ts';
import { startService } from './start.ts';

const STANDARD_OUTPUT = 1;
/** The last lines get this long to be written: nobody may be reading. */
const FLUSH_MS = 1_000;
/** Time that closing may take beyond the grace before the process ends anyway. */
const CLOSING_MS = 3_000;
/** A shell reports this plus the signal's number for a process that a signal ended. */
const SIGNAL_STATUS = 128;
const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Runs until a signal or a defect ends the process; does not return otherwise.
 * @throws what `startService` does, when it does not start
 */
export async function runService(settings: Settings, terminal: Terminal): Promise<void> {
  const paint = isatty(STANDARD_OUTPUT) ? paintFor({ isTTY: true }, process.env) : undefined;
  const log = openLog({ level: settings.logLevel, paint, output: process.stdout });
  const asked = stopSignal((signal) => process.exit(SIGNAL_STATUS + SIGNAL_NUMBERS[signal]));
  const die = (error: unknown) => void dieOf(error, log);
  const service = await startService(settings, log, die, (key) => showApiKey(key, terminal));
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);

  if (settings.allowHttp !== false) {
    const where = settings.allowHttp === 'networks' ? ' to the networks in POSTHORN_ALLOW_NETWORKS' : '';
    const advice = settings.allowHttp === 'networks' ? '' : ' For development only.';
    log.write('warn', `http: callback URLs${where} are accepted: payloads and signatures travel readable.${advice}`);
  }
  if (settings.allowShortSecrets) {
    log.write(
      'warn',
      'endpoint secrets of less than 16 bytes are accepted: such a signature can be forged by trying secrets.',
    );
  }
  const store = settings.databaseUrl === undefined ? 'sqlite' : 'postgres';
  log.write('info', 'listening', {
    url: service.url,
    publicUrl: settings.publicUrl,
    version: VERSION,
    store,
  });

  const signal = await asked;
  log.write('info', 'stopping', { signal, graceMs: settings.graceMs });
  const overdue = setTimeout(() => void end(EXIT.failed, log, 'could not stop in time'), settings.graceMs + CLOSING_MS);
  try {
    await service.stop(settings.graceMs);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    await end(
      EXIT.failed,
      log,
      `stopped without handing back what was under way, others will take it over: ${error.message}`,
    );
  }
  clearTimeout(overdue);
  await end(EXIT.done, log, 'stopped');
}

/** Writes the last line and ends the process, whatever is still open. */
async function end(status: ExitCode, log: Log, text: string): Promise<void> {
  log.write(status === EXIT.done ? 'info' : 'error', text);
  await log.flush(FLUSH_MS);
  process.exit(status);
}

/** Something broke that leaves the state of this process unknown: the next one starts from what is on disk. */
async function dieOf(error: unknown, log: Log): Promise<void> {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.write('error', 'the service died and must be started again', { stack });
  await log.flush(FLUSH_MS);
  process.exit(EXIT.died);
}

/** On standard error, so that it stays out of the log. */
function showApiKey(key: string, { note, paintNote }: Terminal): void {
  note('');
  note(`  ${paintNote('bold', 'API key')}, shown only now and kept as a hash:`);
  note('');
  note(`    ${paintNote('green', key)}`);
  note('');
  note(`  Send it with every call: ${paintNote('cyan', 'authorization: Bearer <key>')}`);
  note('');
}

// The service of the demo: the built command, run as a user runs it, in a process of its own, with nothing of the caller's
// settings.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { field } from '../command/answers.ts';
import { CommandError } from '../command/exit-codes.ts';

const COMMAND = fileURLToPath(new URL('../../../bin/posthorn.js', import.meta.url));
/** Lines of its log that are kept to be shown when it does not start. */
const KEPT_LINES = 20;

export interface ServiceProcess {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  readonly pid: number;
  /** Asks it to stop; resolves with its exit status, `null` when a signal ended it. */
  stop(): Promise<number | null>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

/** Variables that the caller's shell may hold and that would change what the demo shows. */
const NOT_PASSED_ON = /^(POSTHORN_|NODE_TLS_REJECT_UNAUTHORIZED$|NODE_OPTIONS$)/;

function environment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.test(name));
  return { ...Object.fromEntries(inherited), ...settings };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Reads the log until the service says where it listens. */
function listening(child: ChildProcess, kept: string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const keep = (line: string) => {
    kept.push(line);
    if (kept.length > KEPT_LINES) kept.shift();
  };
  if (child.stdout !== null) {
    createInterface(child.stdout).on('line', (line) => {
      keep(line);
      const content = parseLine(line);
      const url = field(content, 'url');
      if (field(content, 'msg') === 'listening' && typeof url === 'string') resolve(url);
    });
  }
  if (child.stderr !== null) createInterface(child.stderr).on('line', keep);
  child.once('error', reject);
  child.once('exit', () => reject(new CommandError(`The service did not start:\n${kept.join('\n')}`)));
  return promise;
}

/**
 * Starts the service.
 * @param folder its working directory: nobody's posthorn.json is read
 * @param settings environment variables
 * @throws CommandError with the last lines of its log when it does not start
 */
export async function startServiceProcess(
  folder: string,
  settings: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [COMMAND, 'serve'], {
    cwd: folder,
    env: environment(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C goes to the demo, which ends its service itself.
    detached: true,
  });
  const exited = once(child, 'exit');
  // Looked at when it is asked to stop; an unexpected end shows as calls that fail.
  exited.catch(() => undefined);
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const url = await listening(child, []);
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      process.off('exit', end);
      return child.exitCode;
    },
    async kill() {
      end();
      await exited;
      process.off('exit', end);
    },
  };
}

// The one way to start a process of the command, and `posthorn serve` as one: as its users start it, told when it is ready,
// ended in every way there is. Its whole log goes to a file, so that nobody has to read along, and its memory can be looked
// at from outside.
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { now, until } from './waiting.ts';

/** The command as it was built here. */
export const BUILT = { command: fileURLToPath(new URL('../../bin/posthorn.js', import.meta.url)) };

/** A start waits for disks and databases; one that takes longer than this has failed. */
const START_LIMIT_MS = 60_000;
/**
 * Variables of the caller's environment that a process finds: those that a shell always has (`PATH` too), and the place of
 * compiled code. Anything else could change what is started.
 */
const PASSED_ON = ['HOME', 'TMPDIR', 'NODE_COMPILE_CACHE'];
/** Settings of a service that is to take a free port. */
export const ANY_PORT = { POSTHORN_PORT: '0' };
/** Of a log, this much is shown when something went wrong. */
const SHOWN_LINES = 20;
const KIB = 1_024;

export interface LaunchOptions {
  /** The working directory. It must exist. */
  readonly folder: string;
  /** Settings, as POSTHORN_… variables, and whatever else it is to find. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
  /** Ctrl-C on the terminal does not reach it. */
  readonly detached?: boolean;
}

export interface ServiceOptions {
  /** Its working directory, where its log goes; nobody's posthorn.json is read. It must exist. */
  readonly folder: string;
  /** Settings, as POSTHORN_… variables, and whatever else it is to find. Unless they name a port, it takes a free one. */
  readonly environment: Readonly<Record<string, string>>;
  /** A module that is loaded before the program, to give it another world, e.g. other name servers. */
  readonly preload?: string;
  /** A program that runs it instead of Node itself, e.g. a tracer; it must become the service's child, not its parent. */
  readonly runner?: readonly string[];
  /** Ctrl-C on the terminal does not reach it. */
  readonly detached?: boolean;
}

let started = 0;
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const isOver = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** Starts a program, which is ended with this process at the latest. */
export function launch(line: readonly string[], options: LaunchOptions): ChildProcess {
  const { folder, environment, stdio, detached = false } = options;
  const [file = '', ...parameters] = line;
  const passedOn = Object.entries(process.env).filter(([name]) => PASSED_ON.includes(name));
  const child = spawn(file, parameters, {
    cwd: folder,
    env: { ...Object.fromEntries(passedOn), PATH: searchPath(), ...environment },
    stdio,
    detached,
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** The caller's, with this very Node.js first. */
function searchPath(): string {
  return [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
}

/** Where a service listens, once a whole line of its log says so. */
export function listeningAt(log: string): string | undefined {
  const lines = log.split('\n').slice(0, -1);
  const line = lines.find((text) => text.includes('"msg":"listening"'));
  return line === undefined ? undefined : /"url":"([^"]+)"/.exec(line)?.[1];
}

export class ServiceProcess implements AsyncDisposable {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  readonly port: number;
  /** From its start until it listened, in milliseconds. */
  readonly startMs: number;
  readonly logFile: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, logFile: string, url: string, startMs: number) {
    this.#child = child;
    this.logFile = logFile;
    this.url = url;
    this.port = Number(new URL(url).port);
    this.startMs = startMs;
  }

  /**
   * Starts it and waits until it listens.
   * @param program the command's script, see `BUILT`
   * @throws with the end of its log when it does not come to listen
   */
  static async start(program: { readonly command: string }, options: ServiceOptions): Promise<ServiceProcess> {
    const { folder, environment, preload, runner = [], detached = false } = options;
    const began = now();
    const logFile = join(folder, `service-${process.pid}-${++started}.log`);
    const preloads = preload === undefined ? [] : ['--import', preload];
    const log = openSync(logFile, 'w');
    const child = launch([...runner, process.execPath, ...preloads, program.command, 'serve'], {
      folder,
      environment: { ...ANY_PORT, ...environment },
      stdio: ['ignore', log, log],
      detached,
    });
    closeSync(log);
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    const over = () => failure !== undefined || isOver(child);
    const read = () => readFileSync(logFile, 'utf8');
    await until('the service listens', START_LIMIT_MS, () => over() || listeningAt(read()) !== undefined);
    const url = listeningAt(read());
    if (over() || url === undefined) {
      throw new Error(`The service did not start: ${failure?.message ?? `\n${endOf(read())}`}`);
    }
    return new ServiceProcess(child, logFile, url, now() - began);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get ended(): boolean {
    return isOver(this.#child);
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Everything it has written so far. */
  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** The end of its log, for a person. */
  get lastOutput(): string {
    return endOf(this.log());
  }

  /** Memory that is in use now and the most that ever was, in bytes. @throws when the process is gone */
  memory(): { readonly rss: number; readonly peak: number } {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * KIB;
    return { rss: read('VmRSS'), peak: read('VmHWM') };
  }

  /** Forgets the most that was in use until now. Linux only; elsewhere nothing happens. */
  forgetPeak(): void {
    try {
      const file = openSync(`/proc/${this.pid}/clear_refs`, 'w');
      try {
        writeSync(file, '5');
      } finally {
        closeSync(file);
      }
    } catch {
      // The peak then covers the whole life of the process, which is only stricter.
    }
  }

  /** Processor time that it has used, in milliseconds. */
  cpuMs(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** Asks it to stop. @returns its exit status; `null` when a signal ended it */
  async stop(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<number | null> {
    return await this.#end(signal);
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.ended) {
      const exited = once(this.#child, 'exit');
      this.#child.kill(signal);
      await exited;
    }
    return this.#child.exitCode;
  }
}

function endOf(log: string): string {
  return log.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
}

// `posthorn serve` as a process whose whole log goes to a file, so that nobody has to read along, and whose memory can be
// looked at from outside.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../crash/program.ts';
import { now, until } from '../crash/waiting.ts';

const START_LIMIT_MS = 60_000;
/** Variables of the caller that would change what is tested. */
const NOT_PASSED_ON = /^(POSTHORN_|NODE_|PG)/;
const KIB = 1_024;

export interface ServiceOptions {
  /** Its working directory, where its log goes. It must exist. */
  readonly folder: string;
  /** Settings, as POSTHORN_… variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** A module that is loaded before the program, to give it another world, e.g. other name servers. */
  readonly preload?: string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

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

  /** Starts it on a free port. @throws with its log when it does not come to listen */
  static async start({ command }: Program, options: ServiceOptions): Promise<ServiceProcess> {
    const { folder, environment, preload } = options;
    const began = now();
    const inherited = Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.test(name));
    const logFile = join(folder, `service-${process.pid}-${Math.round(began)}.log`);
    const log = openSync(logFile, 'w');
    const parameters = [...(preload === undefined ? [] : ['--import', preload]), command, 'serve', '--port', '0'];
    const child = spawn(process.execPath, parameters, {
      cwd: folder,
      env: { ...Object.fromEntries(inherited), ...environment },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    running.add(child);
    child.once('exit', () => running.delete(child));
    const over = () => child.exitCode !== null || child.signalCode !== null;
    const listening = () => /"url":"([^"]+)"/.exec(readFileSync(logFile, 'utf8'))?.[1];
    await until('the service listens', START_LIMIT_MS, () => over() || listening() !== undefined);
    const url = listening();
    if (over() || url === undefined)
      throw new Error(`The service did not start:\n${readFileSync(logFile, 'utf8').slice(-4_000)}`);
    return new ServiceProcess(child, logFile, url, now() - began);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Everything it has written so far. */
  log(): string {
    return readFileSync(this.logFile, 'utf8');
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
  async stop(): Promise<number | null> {
    return await this.#end('SIGTERM');
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

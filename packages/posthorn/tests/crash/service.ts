// `posthorn serve` as a process: started as its users start it, told when it is ready, and ended in every way there is.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Program } from './program.ts';
import { now, until } from './waiting.ts';

/** A start waits for disks and databases; one that takes longer than this has failed. */
const START_LIMIT_MS = 30_000;
/** Lines of the log that are kept, to be looked through and shown. */
const KEPT_LINES = 400;

export interface Start {
  /** Settings, as POSTHORN_… variables, and whatever else the process is to find in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its working directory: nobody's posthorn.json is read. */
  readonly folder: string;
  /** A program that runs it instead of Node itself, e.g. a tracer; it must become the traced process's child, not its parent. */
  readonly runner?: readonly string[];
}

interface LogLine {
  readonly at: number;
  readonly text: string;
}

/** Variables of the caller that would change what is tested. */
const NOT_PASSED_ON = /^(POSTHORN_|NODE_|PG)/;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Service {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  /** When it was started, and when it said that it listens. */
  readonly startedAt: number;
  readonly readyAt: number;
  readonly #child: ChildProcess;
  readonly #lines: LogLine[];

  private constructor(child: ChildProcess, lines: LogLine[], url: string, startedAt: number) {
    this.#child = child;
    this.#lines = lines;
    this.url = url;
    this.startedAt = startedAt;
    this.readyAt = now();
  }

  /**
   * Starts the service and waits until it is ready.
   * @throws with the end of its log when it does not start
   */
  static async start({ command }: Program, { environment, folder, runner = [] }: Start): Promise<Service> {
    const startedAt = now();
    const inherited = Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.test(name));
    const [file = '', ...parameters] = [...runner, process.execPath, command, 'serve'];
    const child = spawn(file, parameters, {
      cwd: folder,
      env: { ...Object.fromEntries(inherited), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    const lines: LogLine[] = [];
    const keep = (text: string) => {
      lines.push({ at: now(), text });
      if (lines.length > KEPT_LINES) lines.shift();
    };
    if (child.stdout !== null) createInterface(child.stdout).on('line', keep);
    if (child.stderr !== null) createInterface(child.stderr).on('line', keep);
    const listening = () => lines.find(({ text }) => text.includes('"msg":"listening"'))?.text;
    const over = () => failure !== undefined || child.exitCode !== null || child.signalCode !== null;
    await until('the service listens', START_LIMIT_MS, () => over() || listening() !== undefined);
    const line = listening();
    if (over() || line === undefined) {
      throw new Error(`The service did not start: ${failure?.message ?? lines.map(({ text }) => text).join('\n')}`);
    }
    const { url }: { url: string } = JSON.parse(line);
    return new Service(child, lines, url, startedAt);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The end of its log, for a person. */
  get lastWords(): string {
    return this.#lines
      .slice(-10)
      .map(({ text }) => text)
      .join('\n');
  }

  /** When it first logged something that contains `text`; `undefined` when it has not, or too long ago. */
  logged(text: string): number | undefined {
    return this.#lines.find((line) => line.text.includes(text))?.at;
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    if (this.ended) return;
    const exited = once(this.#child, 'exit');
    this.signal('SIGKILL');
    await exited;
  }

  /**
   * Asks it to stop and waits for that.
   * @returns its exit status; `null` when a signal ended it
   */
  async stop(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<number | null> {
    if (!this.ended) {
      const exited = once(this.#child, 'exit');
      this.signal(signal);
      await exited;
    }
    return this.#child.exitCode;
  }
}

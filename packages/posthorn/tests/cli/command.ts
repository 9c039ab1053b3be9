// Runs the built command as a user would: a process, its output, its exit status. Nothing of the caller's environment but
// what a shell always has.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { ANY_PORT, BUILT, launch, listeningAt } from '../support/service-process.ts';

export interface Ended {
  /** `null` when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The program to run instead of the built command. */
  readonly program?: readonly [string, ...string[]];
  /** Written to standard input, which is then closed. */
  readonly input?: string;
}

const running = new Set<Running>();

/** A folder of this test file's own. At the end of the file what still runs is ended, and the folder removed. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-cli-'));
  after(async () => {
    for (const each of running) await each.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return folder;
}

/** The command, running. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';
  readonly #waiting = new Set<() => void>();

  constructor(
    parameters: readonly string[],
    { cwd, environment = {}, program = [process.execPath, BUILT.command], input = '' }: RunOptions,
  ) {
    const line = [...program, ...parameters];
    this.child = launch(line, { folder: cwd, environment, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stdin?.on('error', () => undefined).end(input);
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#look();
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#look();
    });
    const { promise, resolve } = Promise.withResolvers<Ended>();
    this.child.on('close', (status) => {
      running.delete(this);
      resolve({ status, stdout: this.#stdout, stderr: this.#stderr });
      this.#look();
    });
    this.ended = promise;
    running.add(this);
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves when what was written to either output matches; rejects when the process ends before. */
  output(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#written(`${pattern}`, () => pattern.exec(`${this.#stdout}\n${this.#stderr}`) ?? undefined);
  }

  /** Resolves with where the service listens; rejects when the process ends before. */
  listening(): Promise<string> {
    return this.#written('where it listens', () => listeningAt(this.#stdout));
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }

  async #written<Found>(what: string, find: () => Found | undefined): Promise<Found> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`It ended before it wrote ${what}:\n${this.#stdout}\n${this.#stderr}`);
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #look(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Runs the command to its end. */
export function run(parameters: readonly string[], options: RunOptions): Promise<Ended> {
  return new Running(parameters, options).ended;
}

/** `posthorn serve` on a free port, as `ServiceProcess` starts it, with both of its outputs at hand. */
export async function serve(
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly service: Running; readonly url: string }> {
  const service = new Running(['serve'], { cwd, environment: { ...ANY_PORT, ...environment } });
  return { service, url: await service.listening() };
}

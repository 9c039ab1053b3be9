// Runs a command line inside the test: for what is decided before anything is called, opened or started.
import { runCommandLine } from '../../src/apps/cli/command-line.ts';
import { KeptTerminal } from '../support/kept-terminal.ts';
import type { Ended } from './command.ts';

/**
 * Runs a command line in this process, which costs a hundredth of a process of its own. For what ends before it reads
 * standard input, handles a signal or sets an exit status by itself.
 */
export async function runHere(parameters: readonly string[]): Promise<Ended> {
  const terminal = new KeptTerminal();
  const status = await runCommandLine(parameters, terminal);
  return { status: status ?? 0, stdout: terminal.stdout, stderr: terminal.stderr };
}

// Runs one command line and turns every way to end into a sentence and an exit status.
import { CommanderError } from 'commander';
import { StoreRefused, StoreUnavailable } from '../../seams/store/index.ts';
import { CommandError, EXIT, type ExitCode } from '../command/exit-codes.ts';
import { ListenError } from '../service/listen.ts';
import { SettingsError } from '../settings/read.ts';
import { inert, inertLines } from '../terminal/inert.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { createProgram } from './program.ts';

/**
 * Resolves when the command has ended.
 * @param parameters what stands after the program's name
 * @returns the exit status of an error; `undefined` without one: the command may then have set a status of its own
 */
export async function runCommandLine(parameters: readonly string[], terminal: Terminal): Promise<ExitCode | undefined> {
  try {
    await createProgram(terminal).parseAsync(parameters, { from: 'user' });
    return undefined;
  } catch (error) {
    return explain(error, terminal);
  }
}

/** Says what went wrong, on standard error. */
function explain(error: unknown, terminal: Terminal): ExitCode {
  const mark = terminal.paintNote('red', 'posthorn:');
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof SettingsError) {
    for (const problem of error.problems) terminal.note(`${mark} ${inert(problem)}`);
    return EXIT.usage;
  }
  if (error instanceof CommandError) {
    terminal.note(`${mark} ${inertLines(error.message)}`);
    return error.exitCode;
  }
  if (error instanceof StoreRefused || error instanceof StoreUnavailable || error instanceof ListenError) {
    terminal.note(`${mark} ${inertLines(error.message)}`);
    return error instanceof StoreRefused && error.code === 'wrong_settings' ? EXIT.usage : EXIT.failed;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.note(`${mark} this is a defect of Posthorn, please report it:\n${inertLines(stack)}`);
  return EXIT.failed;
}

// `posthorn demo`: see it work, without installing or setting anything.
import type { Command } from 'commander';
import { EXIT } from '../command/exit-codes.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** The exit status that shells report for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

export function addDemo(program: Command, terminal: Terminal): void {
  program
    .command('demo')
    .description('See it work: a service, receivers that fail, retries, a crash; ends by itself within a minute')
    .addHelpText(
      'after',
      `
Everything stays on this machine, in a temporary folder that is removed at the end.
Exit status: 0 if everything was as promised, 1 otherwise.`,
    )
    .action(async () => {
      const { runDemo } = await import('../demo/run.ts');
      const interrupt = () => process.exit(INTERRUPTED);
      process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
      // Everything that the demo started is cleaned up when the process exits, whichever way.
      if (!(await runDemo(terminal))) process.exitCode = EXIT.failed;
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    });
}

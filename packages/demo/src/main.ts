// `npm run demo`: see it work, without installing or setting anything. Ends by itself within a minute; exit status 0 if
// everything was as promised, 1 otherwise.
import { CommandError, EXIT } from '../../posthorn/src/apps/command/exit-codes.ts';
import { inertLines } from '../../posthorn/src/apps/terminal/inert.ts';
import { processTerminal } from '../../posthorn/src/apps/terminal/terminal.ts';
import { runDemo } from './run.ts';

/** The status that shells report for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

const terminal = processTerminal();
const interrupt = () => process.exit(INTERRUPTED);
process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
try {
  // Everything that the demo started is cleaned up when the process exits, whichever way.
  if (!(await runDemo(terminal))) process.exitCode = EXIT.failed;
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  terminal.note(`${terminal.paintNote('red', 'demo:')} ${inertLines(error.message)}`);
  process.exitCode = error.exitCode;
} finally {
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
}

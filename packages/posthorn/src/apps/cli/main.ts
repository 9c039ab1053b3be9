// Where the process begins: runs its command line.
import { processTerminal } from '../terminal/terminal.ts';
import { runCommandLine } from './command-line.ts';

const status = await runCommandLine(process.argv.slice(2), processTerminal());
if (status !== undefined) process.exitCode = status;

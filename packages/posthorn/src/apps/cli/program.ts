// The command line: one program, one command per thing to do.
import { Command } from 'commander';
import type { Terminal } from '../terminal/terminal.ts';
import { VERSION } from '../version.ts';
import { addCompletion } from './completion.ts';
import { addConfig } from './config.ts';
import { addDeliveries } from './deliveries.ts';
import { addDoctor } from './doctor.ts';
import { addEndpoints } from './endpoints.ts';
import { addFind } from './find.ts';
import { addListen } from './listen.ts';
import { addMigrate } from './migrate.ts';
import { addReplay } from './replay.ts';
import { addSend } from './send.ts';
import { addServe } from './serve.ts';
import { addTail } from './tail.ts';

/** @param terminal what the one-shot commands print to; `serve` writes its log itself */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('posthorn')
    .description('Delivers webhooks: accepts an event, signs it and delivers it to every subscribed callback URL.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showHelpAfterError('(add --help for help)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(withoutLastBreak(text)),
      writeErr: (text) => terminal.note(withoutLastBreak(text)),
      // Errors begin as everywhere else, see main.ts.
      outputError: (text, write) => write(text.replace(/^error:/, terminal.paintNote('red', 'posthorn:'))),
    })
    .addHelpText(
      'after',
      `
Examples:
  $ posthorn serve                run the service
  $ posthorn listen               receive, verify and show webhooks on this machine
  $ posthorn send order.paid order.json --tenant acme
  $ posthorn tail                 show attempts as they happen
  $ posthorn deliveries --tenant acme --state exhausted --since 1d

Exit status: 0 done, 1 failed, 2 wrong usage or settings, 3 died while running.`,
    );
  addServe(program, terminal);
  addListen(program, terminal);
  addSend(program, terminal);
  addTail(program, terminal);
  addDeliveries(program, terminal);
  addFind(program, terminal);
  addEndpoints(program, terminal);
  addReplay(program, terminal);
  addConfig(program, terminal);
  addMigrate(program, terminal);
  addDoctor(program, terminal);
  addCompletion(program, terminal);
  return program;
}

/** Help and errors end with a line break; the terminal makes its own. */
function withoutLastBreak(text: string): string {
  return text.replace(/\n$/, '');
}

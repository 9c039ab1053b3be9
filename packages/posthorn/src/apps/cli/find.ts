// `posthorn find`: what a text from a ticket stands for, whoever's it is.
import type { Command } from 'commander';
import type { Terminal } from '../terminal/terminal.ts';
import { type ApiFlags, accessOf, addApiFlags } from './api-flags.ts';

export function addFind(program: Command, terminal: Terminal): void {
  const command = program
    .command('find')
    .description('Find a delivery, an attempt or an event of any tenant')
    .argument('<text>', 'an id or its beginning (8 characters or more), an own id, a key, or a whole header line')
    .option('--json', "print the API's answer")
    .addHelpText(
      'after',
      `
Times are in UTC. Exit status: 0 found, 1 not found or no Posthorn at the address, 2 wrong usage.

Examples:
  $ posthorn find 0190163d-8694
  $ posthorn find order-20417
  $ posthorn find 'x-iadvize-delivery: 0190163d-8694-739b-aea5-966c26f8ad91'`,
    )
    .action(async (text: string, flags: ApiFlags & { readonly json?: boolean }) => {
      const { find } = await import('../client/find.ts');
      await find(accessOf(flags), text, flags.json === true, terminal);
    });
  addApiFlags(command);
}

// `posthorn tail`: attempts of a running Posthorn as they happen.
import type { Command } from 'commander';
import type { TailFlags } from '../client/tail/run.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type ApiFlags, accessOf, addApiFlags } from './api-flags.ts';
import { argument, id } from './argument.ts';

export function addTail(program: Command, terminal: Terminal): void {
  const command = program
    .command('tail')
    .description('Show attempts as they happen')
    .option('--tenant <id>', 'only attempts of this tenant')
    .option('--endpoint <id>', 'only attempts to this endpoint', argument(id))
    .option('--failures', 'only failed attempts')
    .option('--json', 'print one line of JSON for each attempt, as in the stream')
    .addHelpText(
      'after',
      `
It reconnects if the connection breaks, and shows the missed attempts if the server still has them. If several processes
share a Postgres, each shows its own attempts only: choose one with --url. Times are in UTC. Ctrl-C ends it with status 0.

Examples:
  $ posthorn tail
  $ posthorn tail --tenant acme --failures
  $ posthorn tail --json | jq -r 'select(.status == 410) | .endpointId'`,
    )
    .action(async (flags: TailFlags & ApiFlags) => {
      const { tail } = await import('../client/tail/run.ts');
      await tail(accessOf(flags), flags, terminal);
    });
  addApiFlags(command);
}

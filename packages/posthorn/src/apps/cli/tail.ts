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
    .option('--tenant <id>', 'only of this tenant')
    .option('--endpoint <id>', 'only to this endpoint', argument(id))
    .option('--failures', 'only those that failed')
    .option('--json', 'print one line of JSON for each attempt, as the stream has it')
    .addHelpText(
      'after',
      `
A broken connection is made again, and what was missed is shown if the server still has it. Where several processes share a
Postgres, each tells of its own attempts: name one with --url. Times are in UTC. Ctrl-C ends it with status 0.

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

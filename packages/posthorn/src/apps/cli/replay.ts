// `posthorn replay`: one more attempt of many deliveries.
import { type Command, Option } from 'commander';
import { DEFAULT_REPLAY_RATE, MAX_REPLAY_RATE, MIN_REPLAY_RATE } from '../../domain/replay.ts';
import { readMoment } from '../client/moment.ts';
import type { ReplayFlags } from '../client/replays/run.ts';
import { listOf, wholeNumber } from '../settings/values.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type ApiFlags, accessOf, addApiFlags } from './api-flags.ts';
import { argument, id, subscription } from './argument.ts';

const STATES = ['exhausted', 'cancelled', 'succeeded'];
/** Which deliveries a new replay is about. */
const FILTER = ['endpoint', 'type', 'state', 'since', 'until', 'rate', 'dryRun', 'yes'];
const ABOUT_OTHERS = ['list', 'watch', 'cancel'];

export function addReplay(program: Command, terminal: Terminal): void {
  const moment = argument(readMoment(Date.now()));
  const other = (flags: string, description: string) => {
    const option = new Option(flags, description);
    return option.conflicts([...FILTER, ...ABOUT_OTHERS.filter((name) => name !== option.attributeName())]);
  };
  const command = program
    .command('replay')
    .description('Make one more attempt of many deliveries: counted first, asked about, then watched')
    .option('--tenant <id>', 'whose deliveries; may be left out while there is only one tenant')
    .option('--endpoint <id>', 'only to this endpoint', argument(id))
    .option('--type <types>', 'only of these event types, e.g. order.*,user.created', argument(listOf(subscription)))
    .addOption(
      new Option('--state <state...>', 'only those with this end; several may be given')
        .choices(STATES)
        .default(['exhausted'], 'exhausted'),
    )
    .option('--since <moment>', 'only those created then or later: 2h, 3d, 2026-11-23 or 2026-11-23T18:59Z', moment)
    .option('--until <moment>', 'only those created before; now when left out', moment)
    .option(
      '--rate <number>',
      `attempts per second, up to ${MAX_REPLAY_RATE}`,
      argument(wholeNumber(MIN_REPLAY_RATE, MAX_REPLAY_RATE)),
      DEFAULT_REPLAY_RATE,
    )
    .option('--dry-run', 'count them, and do nothing')
    .option('--yes', 'do not ask')
    .addOption(other('--list', 'list the replays of the tenant, newest first'))
    .addOption(other('--watch <id>', 'watch a replay that runs').argParser(argument(id)))
    .addOption(
      other('--cancel <id>', 'end a replay that runs; what it has begun is attempted all the same').argParser(
        argument(id),
      ),
    )
    .option('--json', 'print the replay as the API has it, when it has ended; their count when there is nothing to do')
    .addHelpText(
      'after',
      `
It runs in the server: Ctrl-C ends the watching (status 130), not the replay.
Exit status: 0 completed, 1 cancelled, refused or not reached, 2 wrong usage, or nobody could be asked.

Examples:
  $ posthorn replay --tenant acme --since 3h
  $ posthorn replay --tenant acme --endpoint 01a20a37-779d-7f26-97b2-39e598364a84 --rate 10 --yes
  $ posthorn replay --tenant acme --state exhausted cancelled --since 2026-11-23T08:00Z --until 2026-11-23T09:30Z --dry-run
  $ posthorn replay --tenant acme --list`,
    )
    .action(async (flags: ReplayFlags & ApiFlags) => {
      const { replay } = await import('../client/replays/run.ts');
      await replay(accessOf(flags), flags, terminal);
    });
  addApiFlags(command);
}

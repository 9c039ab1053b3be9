// `posthorn replay`: one more attempt of many deliveries.
import { type Command, Option } from 'commander';
import { DEFAULT_REPLAY_RATE, MAX_REPLAY_RATE, MIN_REPLAY_RATE } from '../../domain/replay.ts';
import type { ReplayFlags } from '../client/replays/run.ts';
import { readMoment } from '../client/times.ts';
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
    .description('Make one more attempt of many deliveries: count them, ask, then show the progress')
    .option('--tenant <id>', 'tenant of the deliveries; optional if there is only one tenant')
    .option('--endpoint <id>', 'only deliveries to this endpoint', argument(id))
    .option(
      '--type <types>',
      'only deliveries of these event types, e.g. order.*,user.created',
      argument(listOf(subscription)),
    )
    .addOption(
      new Option('--state <state...>', 'only deliveries in this state; several are allowed')
        .choices(STATES)
        .default(['exhausted'], 'exhausted'),
    )
    .option(
      '--since <moment>',
      'only deliveries created at this time or later: 2h, 3d, 2026-11-23 or 2026-11-23T18:59Z',
      moment,
    )
    .option('--until <moment>', 'only deliveries created before this time; default: now', moment)
    .option(
      '--rate <number>',
      `attempts per second, up to ${MAX_REPLAY_RATE}`,
      argument(wholeNumber(MIN_REPLAY_RATE, MAX_REPLAY_RATE)),
      DEFAULT_REPLAY_RATE,
    )
    .option('--dry-run', 'only count the deliveries')
    .option('--yes', 'do not ask for confirmation')
    .addOption(other('--list', 'list the replays of the tenant, newest first'))
    .addOption(other('--watch <id>', 'show the progress of a running replay').argParser(argument(id)))
    .addOption(
      other('--cancel <id>', 'cancel a running replay; attempts that it has already started are still made').argParser(
        argument(id),
      ),
    )
    .option('--json', "print the API's answer when the replay has ended, or the count if there is nothing to do")
    .addHelpText(
      'after',
      `
The replay runs in the server: Ctrl-C only stops watching it (status 130).
Exit status: 0 completed, 1 cancelled, refused or not reached, 2 wrong usage, or no terminal to ask for confirmation.

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

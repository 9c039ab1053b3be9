// `posthorn endpoints`: which there are and how they do; make, try, enable and disable one.
import { type Command, Option } from 'commander';
import type { Statistics } from '../client/answers.ts';
import type { EndpointsFlags } from '../client/endpoints/run.ts';
import { CommandError, EXIT } from '../command/exit-codes.ts';
import { listOf, wholeNumber } from '../settings/values.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type ApiFlags, accessOf, addApiFlags } from './api-flags.ts';
import { argument, id, subscription } from './argument.ts';

const DEFAULT_LIMIT = 50;
/** As many as a tenant may have. */
const MAX_LIMIT = 10_000;

const SPANS: readonly Statistics['span'][] = ['hour', 'day', 'month'];

const ONE_ONLY = ['create', 'test', 'enable', 'disable'];
const doing = (flags: string, description: string): Option => {
  const option = new Option(flags, description);
  return option.conflicts(ONE_ONLY.filter((name) => name !== option.attributeName()));
};

export function addEndpoints(program: Command, terminal: Terminal): void {
  const command = program
    .command('endpoints')
    .description('List endpoints, or show, test, enable, disable or create one')
    .argument('[id]', 'endpoint to show, test, enable or disable', argument(id))
    .option('--tenant <id>', 'tenant of the endpoints; optional if there is only one tenant')
    .addOption(doing('--test', 'send it a sample event now, and show the result'))
    .addOption(doing('--enable', 'enable it: its paused deliveries become due now'))
    .addOption(doing('--disable', 'disable it: its deliveries are paused'))
    .addOption(doing('--create <url>', 'create an endpoint with this callback URL, and show its secret'))
    .option(
      '--types <types>',
      'event types of the new endpoint, e.g. order.*,user.created; default: all',
      argument(listOf(subscription)),
    )
    .option('--description <text>', 'description of the new endpoint, for people')
    .addOption(
      new Option('--span <span>', 'time span of the column OK and of the health of one endpoint')
        .choices(SPANS)
        .default('day'),
    )
    .option(
      '--limit <count>',
      `highest number of endpoints, up to ${MAX_LIMIT}`,
      argument(wholeNumber(1, MAX_LIMIT)),
      DEFAULT_LIMIT,
    )
    .option('--json', "print the API's answer")
    .addHelpText(
      'after',
      `
Exit status: 0 done; 1 not found, no Posthorn at the address, or the receiver did not take the sample event; 2 wrong usage.

Examples:
  $ posthorn endpoints --tenant acme
  $ posthorn endpoints --tenant acme --create https://receiver.example/hook --types 'order.*'
  $ posthorn endpoints 01a20a37-779d-7f26-97b2-39e598364a84 --tenant acme
  $ posthorn endpoints 01a20a37-779d-7f26-97b2-39e598364a84 --tenant acme --test`,
    )
    .action(async (given: string | undefined, flags: EndpointsFlags & ApiFlags) => {
      refuseMisfits(given, flags);
      const { endpoints } = await import('../client/endpoints/run.ts');
      await endpoints(accessOf(flags), given, flags, terminal);
    });
  addApiFlags(command);
}

function refuseMisfits(
  given: string | undefined,
  { create, types, description, test, enable, disable }: EndpointsFlags,
): void {
  const refuse = (sentence: string): never => {
    throw new CommandError(sentence, EXIT.usage);
  };
  if (create !== undefined && given !== undefined) refuse('--create creates a new endpoint and takes no id.');
  if (create === undefined && (types ?? description) !== undefined) refuse('--types and --description need --create.');
  if (given === undefined && (test === true || enable === true || disable === true)) {
    refuse('Say which endpoint: posthorn endpoints <id> --test.');
  }
}

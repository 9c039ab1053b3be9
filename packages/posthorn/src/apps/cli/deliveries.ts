// `posthorn deliveries`: what was delivered, what was not, and why.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DELIVERY_STATES } from '../../domain/delivery.ts';
import { isEventType } from '../../domain/event-type.ts';
import { OUTCOMES, readStatuses } from '../../domain/outcome.ts';
import type { DeliveriesFlags } from '../client/deliveries/run.ts';
import { readMoment } from '../client/times.ts';
import { CommandError, EXIT } from '../command/exit-codes.ts';
import { type Reader, wholeNumber } from '../settings/values.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type ApiFlags, accessOf, addApiFlags } from './api-flags.ts';
import { argument, eventId, id } from './argument.ts';

const DEFAULT_LIMIT = 50;
/** Fifty pages of the API; nobody reads more, and programs ask for less time. */
const MAX_LIMIT = 10_000;

const eventType: Reader<string> = (text) =>
  isEventType(text) ? { ok: true, value: text } : { ok: false, allowed: 'an event type, e.g. order.paid' };

/** One or more of the words, separated by commas. */
const severalOf = (words: readonly string[], flags: string, description: string): Option =>
  new Option(flags, `${description}; separate several by commas`).choices(words).argParser((text: string) => {
    if (text.split(',').every((word) => words.includes(word))) return text;
    throw new InvalidArgumentError(`Allowed choices are ${words.join(', ')}; separate several by commas.`);
  });

const statuses: Reader<string> = (text) =>
  text.split(',').every((one) => readStatuses(one) !== undefined)
    ? { ok: true, value: text }
    : { ok: false, allowed: 'a status such as 503, a class such as 5xx, or several, separated by commas' };

export function addDeliveries(program: Command, terminal: Terminal): void {
  const moment = argument(readMoment(Date.now()));
  const command = program
    .command('deliveries')
    .description('List deliveries, or show one with its attempts, why it failed and what to do')
    .argument(
      '[id]',
      'a delivery, by its own id, its event (x-…-correlationid) or one of its calls (x-…-delivery)',
      argument(id),
    )
    .option('--tenant <id>', 'tenant of the deliveries; optional if there is only one tenant')
    .addOption(severalOf(DELIVERY_STATES, '--state <states>', 'only deliveries in this state'))
    .addOption(severalOf(OUTCOMES, '--outcome <outcomes>', 'only deliveries whose last attempt had this outcome'))
    .option(
      '--status <statuses>',
      'only deliveries whose last attempt got this status, e.g. 503 or 401,403,5xx',
      argument(statuses),
    )
    .option('--endpoint <id>', 'only deliveries to this endpoint', argument(id))
    .option('--type <type>', 'only deliveries of events of this type', argument(eventType))
    .option('--key <text>', 'only deliveries of events with this key')
    .option('--event <id>', 'only deliveries of this event: its UUID, or your own id of it', argument(eventId))
    .option('--attempt <id>', 'only the delivery of this call: its x-…-delivery header', argument(id))
    .option(
      '--since <moment>',
      'only deliveries created at this time or later: 2h, 3d, 2026-11-23 or 2026-11-23T18:59Z',
      moment,
    )
    .option('--until <moment>', 'only deliveries created before this time', moment)
    .option(
      '--limit <count>',
      `highest number of deliveries, up to ${MAX_LIMIT}`,
      argument(wholeNumber(1, MAX_LIMIT)),
      DEFAULT_LIMIT,
    )
    .addOption(
      new Option('--retry', 'make one more attempt of the delivery now').conflicts([
        'state',
        'outcome',
        'status',
        'event',
        'attempt',
      ]),
    )
    .option('--json', "print the API's answer")
    .addHelpText(
      'after',
      `
Times are in UTC. Exit status: 0 done, 1 not found or no Posthorn at the address, 2 wrong usage.

Examples:
  $ posthorn deliveries --tenant acme --state exhausted --since 2h
  $ posthorn deliveries --tenant acme --status 401,403 --since 1d
  $ posthorn deliveries 0190163d-8694-739b-aea5-966c26f8ad91 --tenant acme
  $ posthorn deliveries 0190163d-8694-739b-aea5-966c26f8ad91 --tenant acme --retry
  $ posthorn deliveries --tenant acme --since 1d --limit 10000 --json | jq '.data | group_by(.state) | map({(.[0].state): length})'`,
    )
    .action(async (given: string | undefined, flags: DeliveriesFlags & ApiFlags) => {
      if (flags.retry === true && given === undefined) {
        throw new CommandError('--retry needs the id of a delivery: posthorn deliveries <id> --retry.', EXIT.usage);
      }
      const { deliveries } = await import('../client/deliveries/run.ts');
      await deliveries(accessOf(flags), given, flags, terminal);
    });
  addApiFlags(command);
}

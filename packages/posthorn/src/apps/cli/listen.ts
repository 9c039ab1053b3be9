// `posthorn listen`: a receiver on this machine that checks and shows what comes.
import type { Command } from 'commander';
import type { ListenFlags } from '../receiver/run.ts';
import { SETTINGS } from '../settings/table.ts';
import { type Reader, wholeNumber } from '../settings/values.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { argument } from './argument.ts';

const DEFAULT_PORT = 4_500;
/** Longer than any reply timeout: the receiver hangs, for all that its caller can tell. */
const MAX_DELAY_MS = 600_000;

/** `2s` or `500ms`, in milliseconds. */
const duration: Reader<number> = (text) => {
  const [, count, unit] = /^(\d{1,7}(?:\.\d{1,3})?)(ms|s)$/.exec(text) ?? [];
  const ms = Number(count) * (unit === 's' ? 1_000 : 1);
  return ms <= MAX_DELAY_MS
    ? { ok: true, value: ms }
    : { ok: false, allowed: `a time like 2s or 500ms, up to ${MAX_DELAY_MS / 1_000}s` };
};

export function addListen(program: Command, terminal: Terminal): void {
  program
    .command('listen')
    .description('Receive webhooks on this machine over HTTPS, verify and show them')
    .option('--host <host>', 'address to listen on', argument(SETTINGS.host.read), '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes any free one', argument(SETTINGS.port.read), DEFAULT_PORT)
    .option('--secret <secret>', "the endpoint's secret; without it signatures are not checked")
    .option(
      '--status <code>',
      'status of the answers, 200 to 599; with --fail the status of the failures (default: 200, with --fail 500)',
      argument(wholeNumber(200, 599)),
    )
    .option('--fail <times>', 'fail the first calls of every event, then succeed', argument(wholeNumber(1, 1_000)))
    .option('--delay <time>', 'wait before answering, e.g. 2s or 500ms', argument(duration), 0)
    .option('--ca-file <file>', 'where to save the certificate authority', 'posthorn-listen-ca.pem')
    .option(
      '--header-prefix <prefix>',
      'beginning of the header names',
      argument(SETTINGS.headerPrefix.read),
      SETTINGS.headerPrefix.fallback,
    )
    .option('--header-delivery <name>', 'name of that header, if it was set', argument(SETTINGS.headerDelivery.read))
    .option('--header-correlation-id <name>', 'the same', argument(SETTINGS.headerCorrelationId.read))
    .option('--header-signature <name>', 'the same', argument(SETTINGS.headerSignature.read))
    .option('--json', 'print one line of JSON for each call')
    .addHelpText(
      'after',
      `
Every path is accepted. The certificate authority is new at every start, so start Posthorn afterwards.

Examples:
  $ posthorn listen --secret "$SECRET"
  $ posthorn listen --fail 2                 fail twice with 500, then succeed: shows two retries
  $ posthorn listen --status 410
  $ posthorn listen --delay 31s              longer than the limit for a response
  $ POSTHORN_EXTRA_CA=posthorn-listen-ca.pem POSTHORN_ALLOW_NETWORKS=127.0.0.0/8 posthorn serve`,
    )
    .action(async (flags: ListenFlags) => {
      const { runReceiver } = await import('../receiver/run.ts');
      await runReceiver(flags, terminal);
    });
}

// `posthorn send`: posts one event to a running Posthorn.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CommandError, EXIT } from '../command/exit-codes.ts';
import { field } from '../command/json-field.ts';
import { inert, inertJson, inertLines } from '../terminal/inert.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type ApiFlags, accessOf, addApiFlags } from './api-flags.ts';

interface SendFlags extends ApiFlags {
  readonly tenant: string;
  readonly id?: string;
  readonly key?: readonly string[];
  readonly json?: boolean;
}

export function addSend(program: Command, terminal: Terminal): void {
  const command = program
    .command('send')
    .description('Post one event and print its id and deliveries')
    .argument('<type>', 'event type, e.g. message.sent')
    .argument('[file]', 'file with the payload, one JSON object; "-" or no file: standard input')
    .requiredOption('--tenant <id>', 'tenant that the event belongs to')
    .option(
      '--id <id>',
      'id of the event, any text; if you send it again, you get the first result, and nothing is delivered twice',
    )
    .option('--key <texts...>', 'texts by which you can find the event, such as an order number; up to 5')
    .option('--json', "print the API's answer")
    .addHelpText(
      'after',
      `
Exit status: 0 accepted, 1 refused or not reached, 2 wrong usage.

Examples:
  $ echo '{"text": "hello"}' | posthorn send message.sent --tenant acme
  $ posthorn send order.paid order.json --tenant acme --id order-20417
  $ POSTHORN_URL=https://hooks.example.com POSTHORN_API_KEY=… posthorn send order.paid order.json --tenant acme`,
    )
    .action(async (type: string, file: string | undefined, flags: SendFlags) => {
      const access = accessOf(flags);
      const payload = await readPayload(file, terminal);
      const { callApi, problemSentence } = await import('../command/api-client.ts');
      const path = `/v1/tenants/${encodeURIComponent(flags.tenant)}/events`;
      const answer = await callApi(access, 'POST', path, eventText(type, flags, payload));
      if (answer.status !== 200 && answer.status !== 202) throw new CommandError(inertLines(problemSentence(answer)));
      if (flags.json === true) terminal.print(inertJson(JSON.stringify(answer.body)));
      else printAccepted(answer.status === 200, answer.body, terminal);
    });
  addApiFlags(command);
}

/** Bytes of a file or, without one, of standard input. */
async function readBytes(file: string | undefined, terminal: Terminal): Promise<Uint8Array> {
  if (file !== undefined && file !== '-') return readFileSync(file);
  if (process.stdin.isTTY) terminal.note('Type the payload, one JSON object; Ctrl-D ends it.');
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function readPayload(file: string | undefined, terminal: Terminal): Promise<string> {
  const where = file === undefined || file === '-' ? 'standard input' : file;
  const wrong = (what: string, error: unknown) =>
    new CommandError(`${what}: ${inert(error instanceof Error ? error.message : String(error))}`, EXIT.usage);
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(file, terminal);
  } catch (error) {
    throw wrong(`The payload cannot be read from ${where}`, error);
  }
  try {
    // Strict: a replacement character in the place of a bad byte would be another payload.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.trim() === '') throw new Error('it is empty');
    JSON.parse(text);
    return text;
  } catch (error) {
    throw wrong(`The payload from ${where} is not JSON in UTF-8`, error);
  }
}

/** The request's body. The payload goes in as it is written: parsing it would change its digits and the order of its keys. */
function eventText(type: string, { id, key }: Pick<SendFlags, 'id' | 'key'>, payload: string): string {
  const named = id === undefined ? '' : `"id":${JSON.stringify(id)},`;
  const keys = key === undefined ? '' : `"keys":${JSON.stringify(key)},`;
  return `{${named}${keys}"type":${JSON.stringify(type)},"payload":${payload}}`;
}

function printAccepted(again: boolean, body: unknown, terminal: Terminal): void {
  const { paint } = terminal;
  const text = (name: string, of: unknown = body) => inert(String(field(of, name)));
  terminal.print(
    `${paint('green', again ? 'already accepted' : 'accepted')}  event ${text('id')}  ${text('type')}  ${text('createdAt')}`,
  );
  if (typeof field(body, 'ownId') === 'string') terminal.print(`  own id ${text('ownId')}`);
  const deliveries = field(body, 'deliveries');
  if (!Array.isArray(deliveries) || deliveries.length === 0) {
    terminal.print('  matches no endpoint: kept, and delivered to nobody');
    return;
  }
  for (const delivery of deliveries) {
    terminal.print(`  delivery ${text('id', delivery)}  to endpoint ${text('endpointId', delivery)}`);
  }
}

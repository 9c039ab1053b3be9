// Flags of every command that talks to a running Posthorn: where it is, and the key.
import { type Command, Option } from 'commander';
import type { ApiAccess } from '../command/api-client.ts';
import { CommandError, EXIT } from '../command/exit-codes.ts';

export interface ApiFlags {
  readonly url: string;
  readonly apiKey?: string;
}

/** Adds `--url` and `--api-key`. */
export function addApiFlags(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', 'address of the API').env('POSTHORN_URL').default('http://127.0.0.1:4400'))
    .addOption(
      new Option(
        '--api-key <key>',
        'API key; use the variable instead, because other users of this machine can see flags',
      ).env('POSTHORN_API_KEY'),
    );
}

/** @throws CommandError when the address is none */
export function accessOf({ url, apiKey }: ApiFlags): ApiAccess {
  const { protocol } = URL.parse(url) ?? {};
  if (protocol === 'http:' || protocol === 'https:') return { url, key: apiKey === '' ? undefined : apiKey };
  throw new CommandError(`--url ${JSON.stringify(url)} is not a URL such as http://127.0.0.1:4400.`, EXIT.usage);
}

// `posthorn config`: what is in force and where each value came from.
import type { Command } from 'commander';
import { settingsJson, settingsTable } from '../settings/show.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { addSettingsFlags, settingsOf } from './settings-flags.ts';

export function addConfig(program: Command, terminal: Terminal): void {
  const command = program
    .command('config')
    .description('Print the settings in force and the source of each, without secrets')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ posthorn config
  $ POSTHORN_PORT=8080 posthorn config --json
  $ posthorn config --allow-networks 10.1.0.0/16   check a setting before using it`,
    )
    .action(({ json }: { json?: boolean }) => {
      const inForce = settingsOf(command);
      const lines = json === true ? [JSON.stringify(settingsJson(inForce), null, 2)] : settingsTable(inForce);
      for (const line of lines) terminal.print(line);
    });
  addSettingsFlags(command);
}

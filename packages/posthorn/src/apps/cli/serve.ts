// `posthorn serve`: runs the service until it is told to stop.
import type { Command } from 'commander';
import type { Terminal } from '../terminal/terminal.ts';
import { addSettingsFlags, settingsOf } from './settings-flags.ts';

export function addServe(program: Command, terminal: Terminal): void {
  const command = program
    .command('serve')
    .description('Run the service')
    .addHelpText(
      'after',
      `
SIGTERM or Ctrl-C stops it: running calls get the grace time to end, all other work goes back to the store. A second
signal stops it at once. Exit status: 0 stopped, 1 could not start, 2 wrong settings, 3 died while running (restart it).

Examples:
  $ posthorn serve
  $ posthorn serve --port 8080 --data /var/lib/posthorn
  $ POSTHORN_DATABASE_URL=postgres://posthorn@db/posthorn POSTHORN_ENCRYPTION_KEY=… posthorn serve --host 0.0.0.0`,
    )
    .action(async () => {
      const { values } = settingsOf(command);
      const { runService } = await import('../service/run.ts');
      await runService(values, terminal);
    });
  addSettingsFlags(command);
}

// `posthorn migrate`: brings the store to this program's version without starting the service.
import type { Command } from 'commander';
import type { Terminal } from '../terminal/terminal.ts';
import { addSettingsFlags, settingsOf } from './settings-flags.ts';

export function addMigrate(program: Command, terminal: Terminal): void {
  const command = program
    .command('migrate')
    .description("Migrate the store to this program's version; serve does the same at its start")
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Exit status: 0 done, or nothing to do; 1 refused, e.g. because the database is in use or of a newer Posthorn.

Examples:
  $ posthorn migrate
  $ POSTHORN_DATABASE_URL=postgres://posthorn@db/posthorn posthorn migrate --json`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const { values } = settingsOf(command);
      const { migrateStore } = await import('../service/open-store.ts');
      const { from, to } = await migrateStore(values);
      if (json === true) terminal.print(JSON.stringify({ from, to }));
      else terminal.print(from === to ? `The store has version ${to} already.` : `From version ${from} to ${to}.`);
    });
  addSettingsFlags(command);
}

// `posthorn doctor`: is everything there that Posthorn needs?
import type { Command } from 'commander';
import type { DoctorFlags } from '../doctor/run.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { addSettingsFlags, settingsOf } from './settings-flags.ts';

export function addDoctor(program: Command, terminal: Terminal): void {
  const command = program
    .command('doctor')
    .description('Look at settings, disk, database, keys, clock, name servers and the way out, and change nothing')
    .option('--endpoint-url <url>', 'walk the way to this callback URL: name, address guard, TCP, TLS; nothing is sent')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Give it the flags and variables that serve gets, and run it as the same user, before a start or beside a running service.
Exit status: 0 nothing is broken, 1 something is.

Examples:
  $ posthorn doctor
  $ posthorn doctor --endpoint-url https://receiver.example/hook
  $ posthorn doctor --json | jq '.findings[] | select(.verdict != "ok")'`,
    )
    .action(async (flags: DoctorFlags) => {
      const { doctor } = await import('../doctor/run.ts');
      await doctor(() => settingsOf(command), flags, terminal);
    });
  addSettingsFlags(command);
}

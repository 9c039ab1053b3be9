// `posthorn doctor`: is everything there that Posthorn needs?
import type { Command } from 'commander';
import type { DoctorFlags } from '../doctor/run.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { addSettingsFlags, settingsOf } from './settings-flags.ts';

export function addDoctor(program: Command, terminal: Terminal): void {
  const command = program
    .command('doctor')
    .description('Check settings, disk, database, keys, system clock, name servers and endpoints; change nothing')
    .option(
      '--endpoint-url <url>',
      'connect to this callback URL as a call would: name, address guard, TCP, TLS; send nothing',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Use the same flags, variables and user as serve. You can run it before a start or while a service runs.
Exit status: 0 nothing is broken, 1 something is broken.

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

// `posthorn completion`: prints the script that makes a shell complete commands and flags. It is made from the command line
// itself, so it knows all of them.
import { Argument, type Command } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { type Completed, completedProgram } from '../completion/commands.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import type { Terminal } from '../terminal/terminal.ts';

const SHELLS: Readonly<Record<string, (program: Completed) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export function addCompletion(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .description('Print a script that makes your shell complete commands and flags')
    .addArgument(new Argument('<shell>', 'your shell').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
Examples:
  $ source <(posthorn completion bash)    in ~/.bashrc
  $ source <(posthorn completion zsh)     in ~/.zshrc, after compinit
  $ posthorn completion fish > ~/.config/fish/completions/posthorn.fish`,
    )
    .action((shell: string) => {
      terminal.print((SHELLS[shell]?.(completedProgram(program)) ?? '').trimEnd());
    });
}

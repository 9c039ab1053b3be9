// Completion for fish, with what each command and flag does beside it.
import type { Completed, CompletedCommand, Values } from './commands.ts';
import { fishQuoted } from './quote.ts';

export function fishCompletion({ name, flags, commands }: Completed): string {
  const rule = (condition: string, ...parts: string[]) =>
    ['complete', '-c', name, '-n', fishQuoted(condition), ...parts].join(' ');
  const flagRules = (condition: string, command: Pick<CompletedCommand, 'flags'>) =>
    command.flags.map(({ names, description, values }) =>
      rule(
        condition,
        ...names.map(flagName),
        ...(values === undefined ? [] : following(values)),
        '-d',
        fishQuoted(description),
      ),
    );
  return [
    `# Completion of ${name} for fish: ${name} completion fish > ~/.config/fish/completions/${name}.fish`,
    `complete -c ${name} -f`,
    ...flagRules('__fish_use_subcommand', { flags }),
    ...commands.flatMap((command) => {
      const inside = `__fish_seen_subcommand_from ${command.name}`;
      return [
        rule('__fish_use_subcommand', '-a', command.name, '-d', fishQuoted(command.description)),
        ...flagRules(inside, command),
        ...command.values.flatMap((values) => (values.kind === 'anything' ? [] : [rule(inside, ...standing(values))])),
      ];
    }),
    '',
  ].join('\n');
}

const flagName = (name: string): string => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`);

/** The value that follows a flag. */
function following(values: Values): string[] {
  return values.kind === 'files' ? ['-r', '-F'] : ['-x', ...(values.kind === 'anything' ? [] : standing(values))];
}

/** The value of an argument. */
function standing(values: Exclude<Values, { kind: 'anything' }>): string[] {
  switch (values.kind) {
    case 'words':
      return ['-a', fishQuoted(values.words.join(' '))];
    case 'files':
      return ['-F'];
    case 'folders':
      return ['-a', fishQuoted('(__fish_complete_directories)')];
  }
}

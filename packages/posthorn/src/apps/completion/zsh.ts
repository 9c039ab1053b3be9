// Completion for zsh, with what each command and flag does beside it.
import type { Completed, CompletedCommand, CompletedFlag, Values } from './commands.ts';
import { quoted } from './quote.ts';

export function zshCompletion({ name, flags, commands }: Completed): string {
  return `#compdef ${name}
# Completion of ${name} for zsh. In ~/.zshrc, after compinit: source <(${name} completion zsh)

_${name}() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
${commands.map((command) => `    ${quoted(`${command.name}:${command.description}`)}`).join('\n')}
  )
  _arguments -C \\
${flags.map((flag) => `    ${flagSpec(flag)} \\`).join('\n')}
    '1:command:->command' \\
    '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}

if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function commandCase({ name, flags, values }: CompletedCommand): string {
  const specs = [
    ...flags.map(flagSpec),
    ...values.map((each, index) => quoted(`${index + 1}::argument:${each.kind === 'anything' ? '()' : action(each)}`)),
  ];
  return `        ${name}) _arguments ${specs.map((spec) => `\\\n          ${spec}`).join(' ')} ;;`;
}

/** The specification that _arguments takes for a flag: the names exclude each other, the description stands in brackets. */
function flagSpec({ names, description, values, isOptional }: CompletedFlag): string {
  const explained = `[${description.replaceAll(/[[\]\\:]/g, '\\$&')}]`;
  const taken = values === undefined ? '' : `:${isOptional ? ':' : ''}value:${action(values)}`;
  if (names.length === 1) return quoted(`${names[0]}${explained}${taken}`);
  return `${quoted(`(${names.join(' ')})`)}{${names.join(',')}}${quoted(explained + taken)}`;
}

function action(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `(${values.words.join(' ')})`;
    case 'files':
      return '_files';
    case 'folders':
      return '_files -/';
    case 'anything':
      return ' ';
  }
}

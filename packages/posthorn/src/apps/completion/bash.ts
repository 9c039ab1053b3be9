// Completion for bash, from 3.2 (macOS) on.
import type { Completed, CompletedCommand, Values } from './commands.ts';
import { quoted } from './quote.ts';

export function bashCompletion(program: Completed): string {
  const { name, commands } = program;
  const names = commands.map((command) => command.name);
  return `# Completion of ${name} for bash. In ~/.bashrc: source <(${name} completion bash)

_${name}_words() { COMPREPLY=($(compgen -W "$1" -- "$current")); }
_${name}_paths() { local IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen "$1" -- "$current")); }

_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= word
  # --flag=value arrives in three words.
  if [[ $current == = ]]; then current=; elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${names.join('|')}) command=$word; break ;; esac
  done
  COMPREPLY=()
  case $command/$previous in
${[program, ...commands].flatMap((command) => flagCases(command, program)).join('\n')}
  esac
  case $command/$current in
${[program, ...commands].map((command) => flagsCase(command, program)).join('\n')}
    /*) _${name}_words ${quoted(names.join(' '))} ;;
${commands.flatMap((command) => argumentCase(command, name)).join('\n')}
  esac
}

complete -F _${name} ${name}
`;
}

/** The word that stands for a command; none for the program itself. */
const word = (command: CompletedCommand, program: Completed): string => (command === program ? '' : command.name);

/** The values that follow flags. One that may be left out may also be followed by anything else. */
function flagCases(command: CompletedCommand, program: Completed): string[] {
  const patterns = new Map<string, string[]>();
  for (const { names, values, isOptional } of command.flags) {
    if (values === undefined) continue;
    const does = `${completing(values, program.name)}${isOptional ? '[[ $current == -* ]] || return' : 'return'}`;
    const those = names.map((name) => `${word(command, program)}/${name}`);
    patterns.set(does, [...(patterns.get(does) ?? []), ...those]);
  }
  return [...patterns].map(([does, those]) => `    ${those.join('|')}) ${does} ;;`);
}

function flagsCase(command: CompletedCommand, program: Completed): string {
  const names = command.flags.flatMap((flag) => flag.names.filter((name) => name.startsWith('--')));
  return `    ${word(command, program)}/-*) _${program.name}_words ${quoted(names.join(' '))} ;;`;
}

function argumentCase({ name, values }: CompletedCommand, program: string): string[] {
  const listed = values.find(({ kind }) => kind !== 'anything');
  return listed === undefined ? [] : [`    ${name}/*) ${completing(listed, program)};;`];
}

function completing(values: Values, program: string): string {
  switch (values.kind) {
    case 'words':
      return `_${program}_words ${quoted(values.words.join(' '))}; `;
    case 'files':
      return `_${program}_paths -f; `;
    case 'folders':
      return `_${program}_paths -d; `;
    case 'anything':
      return '';
  }
}

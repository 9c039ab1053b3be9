// The words to complete, read off the command line itself: its commands, their flags, and what each takes.
import type { Argument, Command, Option } from 'commander';

/** Kinds of values that may follow a flag, or stand as an argument. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' }
  | { readonly kind: 'folders' }
  /** Something that nobody can list: an id, a number, a URL. */
  | { readonly kind: 'anything' };

export interface CompletedFlag {
  /** `--state`, `-h` */
  readonly names: readonly string[];
  readonly description: string;
  /** `undefined` when it takes no value. */
  readonly values: Values | undefined;
  /** The value may be left out. */
  readonly isOptional: boolean;
}

export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly CompletedFlag[];
  /** In their order. */
  readonly values: readonly Values[];
}

export interface Completed extends CompletedCommand {
  readonly commands: readonly CompletedCommand[];
}

export function completedProgram(program: Command): Completed {
  const commands = program.createHelp().visibleCommands(program);
  const names = commands.map((command) => command.name());
  return { ...completedCommand(program, names), commands: commands.map((each) => completedCommand(each, names)) };
}

/** @param names of all commands */
function completedCommand(command: Command, names: readonly string[]): CompletedCommand {
  return {
    name: command.name(),
    description: command.description(),
    flags: command.createHelp().visibleOptions(command).map(completedFlag),
    values: command.registeredArguments.map((argument) => argumentValues(argument, names)),
  };
}

function completedFlag(option: Option): CompletedFlag {
  const { short, long, description, flags, argChoices } = option;
  const [, takes] = /[<[](.+?)(?:\.\.\.)?[>\]]$/.exec(flags) ?? [];
  return {
    names: [short, long].filter((name) => name !== undefined),
    description,
    values: takes === undefined ? undefined : valuesOf(takes, argChoices),
    isOptional: option.optional,
  };
}

const argumentValues = (argument: Argument, names: readonly string[]): Values =>
  argument.name() === 'command' ? { kind: 'words', words: names } : valuesOf(argument.name(), argument.argChoices);

/** @param takes what help calls the value: `file`, `folder`, `true|false` */
function valuesOf(takes: string, choices: readonly string[] | undefined): Values {
  if (choices !== undefined) return { kind: 'words', words: choices };
  if (takes === 'file') return { kind: 'files' };
  if (takes === 'folder') return { kind: 'folders' };
  return takes.includes('|') ? { kind: 'words', words: takes.split('|') } : { kind: 'anything' };
}

// The meaning of every command's exit status, and the error that carries one.

export const EXIT = {
  /** Done, or stopped as asked. */
  done: 0,
  /** It could not be done: the message says why. */
  failed: 1,
  /** The command line or the settings are wrong: starting again will not help until they are changed. */
  usage: 2,
  /** The service died while running: start it again. */
  died: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a sentence for the person who ran it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

// The terminal, pipe or file that a command talks to.
import { type Paint, paintFor } from './paint.ts';

export interface Terminal {
  /** What was asked for: goes to standard output, so that it can be piped on. */
  print(line: string): void;
  /** Everything else: goes to standard error. */
  note(line: string): void;
  readonly paint: Paint;
  readonly paintNote: Paint;
}

/**
 * The process's own standard output and error. When nobody reads them any more (`posthorn config | head -1`), what is
 * written to them is dropped; what a command does goes on.
 */
export function processTerminal(): Terminal {
  let open = true;
  const close = () => {
    open = false;
  };
  process.stdout.on('error', close);
  process.stderr.on('error', close);
  return {
    print: (line) => void (open && process.stdout.write(`${line}\n`)),
    note: (line) => void (open && process.stderr.write(`${line}\n`)),
    paint: paintFor(process.stdout, process.env),
    paintNote: paintFor(process.stderr, process.env),
  };
}

// The terminal, pipe or file that a command talks to.
import { isatty } from 'node:tty';
import { type Paint, paintFor } from './paint.ts';

export interface Terminal {
  /** What was asked for: goes to standard output, so that it can be piped on. */
  print(line: string): void;
  /** Everything else: goes to standard error. */
  note(line: string): void;
  readonly paint: Paint;
  readonly paintNote: Paint;
}

type Stream = 'stdout' | 'stderr';

/**
 * The process's own standard output and error. When nobody reads them any more (`posthorn config | head -1`), what is
 * written to them is dropped; what a command does goes on. Neither is opened before something is printed.
 */
export function processTerminal(): Terminal {
  const opened = new Map<Stream, boolean>();
  const write = (stream: Stream, line: string) => {
    if (!opened.has(stream)) {
      opened.set(stream, true);
      process[stream].on('error', () => opened.set(stream, false));
    }
    if (opened.get(stream) === true) process[stream].write(`${line}\n`);
  };
  return {
    print: (line) => write('stdout', line),
    note: (line) => write('stderr', line),
    paint: paintFor({ isTTY: isatty(1) }, process.env),
    paintNote: paintFor({ isTTY: isatty(2) }, process.env),
  };
}

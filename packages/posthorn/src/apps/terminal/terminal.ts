// The terminal, pipe or file that a command talks to.
import { once } from 'node:events';
import { isatty } from 'node:tty';
import { cut } from './columns.ts';
import { type Paint, paintFor } from './paint.ts';

export interface Terminal {
  /** The result that was asked for: goes to standard output, so that it can be piped on. */
  print(line: string): void;
  /** Everything else: goes to standard error. */
  note(line: string): void;
  /** Shows a line on standard error until the next one comes, in its place. For terminals only, see `isLive`. */
  show(line: string): void;
  readonly paint: Paint;
  readonly paintNote: Paint;
  /** Places in a line of standard output; `undefined` where it is no terminal, and lines may be as long as they like. */
  readonly places: number | undefined;
  /** Whether standard error is a terminal, where a line may take another's place. */
  readonly isLive: boolean;
  /** Resolves when what was printed has been taken, or nobody takes it any more. */
  taken(): Promise<void>;
  /** Aborts when nobody reads standard output any more. */
  readonly unread: AbortSignal;
}

type Stream = 'stdout' | 'stderr';

/** Some terminals do not tell, or say 0. */
const USUAL_PLACES = 80;
const CLEAR_LINE = '\r\x1b[K';

/**
 * The process's own standard output and error. When nobody reads them any more (`posthorn config | head -1`), what is
 * written to them is dropped; what a command does goes on. Neither is opened before something is printed.
 */
export function processTerminal(): Terminal {
  const opened = new Map<Stream, boolean>();
  const unread = new AbortController();
  let isShowing = false;
  const write = (stream: Stream, text: string) => {
    if (!opened.has(stream)) {
      opened.set(stream, true);
      process[stream].on('error', () => {
        opened.set(stream, false);
        if (stream === 'stdout') unread.abort();
      });
    }
    if (opened.get(stream) === true) process[stream].write(text);
  };
  const writeLine = (stream: Stream, line: string) => {
    if (isShowing) write('stderr', CLEAR_LINE);
    isShowing = false;
    write(stream, `${line}\n`);
  };
  return {
    print: (line) => writeLine('stdout', line),
    note: (line) => writeLine('stderr', line),
    show: (line) => {
      isShowing = true;
      // A line that is broken into two cannot be taken back.
      write('stderr', CLEAR_LINE + cut(line, (process.stderr.columns || USUAL_PLACES) - 1));
    },
    paint: paintFor({ isTTY: isatty(1) }, process.env),
    paintNote: paintFor({ isTTY: isatty(2) }, process.env),
    get places() {
      return (isatty(1) && process.stdout.columns) || undefined;
    },
    isLive: isatty(2),
    async taken() {
      if (!opened.get('stdout') || !process.stdout.writableNeedDrain) return;
      await once(process.stdout, 'drain', { signal: unread.signal }).catch(() => undefined);
    },
    unread: unread.signal,
  };
}

// The service's log: JSON lines for machines, one readable line each for a person at a terminal. Only fields of the list
// below are ever written, so that a payload, a header or a callback URL cannot slip in by way of some object.
import type { Writable } from 'node:stream';
import pino from 'pino';
import type { LogLevel } from '../settings/log-levels.ts';
import type { Paint } from '../terminal/paint.ts';
import { readableLine } from './readable.ts';

export const LOG_FIELDS = [
  'tenant',
  'endpoint',
  'event',
  'events',
  'retentionDays',
  'by',
  'type',
  'delivery',
  'attempt',
  'replay',
  'total',
  'replayed',
  'skipped',
  'ratePerSecond',
  'number',
  'outcome',
  'status',
  'durationMs',
  'deliveries',
  'state',
  'retryInMs',
  'owner',
  'cutOff',
  'renewed',
  'version',
  'store',
  'publicUrl',
  'url',
  'signal',
  'graceMs',
  'method',
  'route',
  'reference',
  'stack',
] as const;

export type LogFields = Partial<Readonly<Record<(typeof LOG_FIELDS)[number], string | number | undefined>>>;

export interface Log {
  /** Whether lines of this level are written: making one that is not costs more than most of what it would tell. */
  writes(level: LogLevel): boolean;
  write(level: LogLevel, text: string, fields?: LogFields): void;
  /** Resolves when everything written so far has left the process; what has not by `limitMs` is dropped: nobody may be reading. */
  flush(limitMs: number): Promise<void>;
}

/** Bytes kept for a reader that has fallen behind. Further lines are dropped, because a stuck log must not stop deliveries. */
const MAX_UNWRITTEN_BYTES = 8 * 1024 * 1024;

/** The target: standard output, which on a pipe neither blocks nor waits. */
export type LogOutput = Pick<Writable, 'write' | 'writableLength' | 'on'>;

export interface LogOptions {
  readonly level: LogLevel;
  /** Set for a person at a terminal, left out for JSON. */
  readonly paint: Paint | undefined;
  readonly output: LogOutput;
}

/** Opens the log. A reader that goes away (a closed pipe) or stands still never holds up or ends the process. */
export function openLog({ level, paint, output }: LogOptions): Log {
  let gone = false;
  output.on('error', () => {
    gone = true;
  });
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) =>
          Object.fromEntries(LOG_FIELDS.flatMap((name) => (name in fields ? [[name, fields[name]]] : []))),
      },
    },
    {
      write(line: string) {
        if (gone || output.writableLength > MAX_UNWRITTEN_BYTES) return;
        output.write(paint === undefined ? line : readableLine(line, paint));
      },
    },
  );
  return {
    writes: (at) => logger.isLevelEnabled(at),
    write: (at, text, fields = {}) => logger[at](fields, text),
    async flush(limitMs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const limit = setTimeout(resolve, limitMs);
      output.write('', () => resolve());
      await promise;
      clearTimeout(limit);
    },
  };
}

// A JSON log line as a person at a terminal reads it: time, level, what happened, then the facts.
import { inert } from '../terminal/inert.ts';
import type { Paint } from '../terminal/paint.ts';

const STYLES = {
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'gray',
} as const;

const isLevel = (word: unknown): word is keyof typeof STYLES => typeof word === 'string' && word in STYLES;

/** @param line one line of JSON as the log writes it */
export function readableLine(line: string, paint: Paint): string {
  const { level, time, msg, ...fields }: Record<string, unknown> = JSON.parse(line);
  const mark = isLevel(level) ? paint(STYLES[level], level.padEnd(5)) : String(level);
  const clock = paint('gray', String(time).slice(11, 24));
  const facts = Object.entries(fields)
    .filter(([name]) => name !== 'stack')
    .map(([name, value]) => paint('gray', `${name}=${inert(String(value))}`));
  const stack = typeof fields['stack'] === 'string' ? `\n${fields['stack'].split('\n').map(inert).join('\n')}` : '';
  return `${[clock, mark, inert(String(msg)), ...facts].join(' ')}${stack}\n`;
}

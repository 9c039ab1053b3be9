// The head of a response, line by line. Odd forms are accepted if RFC 9112 lets a client do so and the end of the message is
// not in doubt; everything else is a breach with the name of its rule.
import { BREACHES, type Breach } from './breach.ts';

export type Header = readonly [name: string, value: string];

export interface StatusLine {
  readonly status: number;
  /** HTTP/1.1 or a later 1.x: the connection stays open unless it is said otherwise. */
  readonly persistent: boolean;
}

/** Words may be set apart by any white space, and the reason may be missing (RFC 9112, section 4). */
const STATUS_LINE = /^HTTP\/(\d\.\d)[ \t\v\f\r]+([^ \t\v\f\r]+)/;
const STATUS = /^\d{3}$/;
/** A token (RFC 9110, section 5.6.2). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const NOT_IN_A_VALUE = /[\0\r]/;

/** @param line without its end; the reason phrase is not looked at (RFC 9112, section 4) */
export function readStatusLine(line: string): StatusLine | Breach {
  const [, version, code] = STATUS_LINE.exec(line) ?? [];
  if (version === undefined || code === undefined) return BREACHES.noStatusLine;
  const status = Number(code);
  if (!STATUS.test(code) || status < 100) return BREACHES.badStatus;
  if (status === 101) return BREACHES.switched;
  return { status, persistent: version.startsWith('1.') && version !== '1.0' };
}

/** @param line without its end; white space before the colon is dropped, as proxies must (RFC 9112, section 5.1) */
export function readHeader(line: string): Header | Breach {
  const colon = line.indexOf(':');
  if (colon < 0) return BREACHES.noColon;
  const name = withoutEdges(line, 0, colon);
  if (name === '') return BREACHES.noName;
  if (!NAME.test(name)) return BREACHES.badName;
  if (NOT_IN_A_VALUE.test(line)) return BREACHES.badValue;
  return [name.toLowerCase(), withoutEdges(line, colon + 1, line.length)];
}

/** Spaces and tabs only: other white space is a part of the value. */
export function withoutEdges(line: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(line, start)) start++;
  while (start < end && isBlank(line, end - 1)) end--;
  return line.slice(start, end);
}

/** Whether a space or a tab stands there. */
export function isBlank(line: string, index: number): boolean {
  const code = line.charCodeAt(index);
  return code === 32 || code === 9;
}

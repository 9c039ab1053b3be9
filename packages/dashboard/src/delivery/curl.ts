// A call as a command for a shell.
import type { SentRequest } from '../api/answers.ts';

/** Curl makes these itself. */
const OF_THE_CONNECTION = ['host', 'connection', 'content-length'];

/** A command that makes a call once more, with the signature that was sent. Headers whose values are hidden become a comment. */
export function curlCommand({ url, headers }: SentRequest, body: string): string {
  const ours = headers.filter(({ name }) => !OF_THE_CONNECTION.includes(name));
  const lines = ours.flatMap(({ name, value }) => (value === null ? [] : [`  -H ${quoted(`${name}: ${value}`)}`]));
  const missing = ours.filter(({ value }) => value === null).map(({ name }) => name);
  return [
    ...(missing.length === 0 ? [] : [`# add the headers ${missing.join(', ')}: their values are not shown`]),
    `curl -X POST ${quoted(url)} \\`,
    ...lines.map((line) => `${line} \\`),
    `  --data-raw ${quoted(body)}`,
  ].join('\n');
}

/** A text as one word of any POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

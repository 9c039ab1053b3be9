// A call as a command for a shell. The signature is worked out by the shell from $POSTHORN_SECRET, so that no secret is copied
// about.
import type { HeaderLine } from '../parts/code.tsx';

/** A command that repeats a call. Headers whose values are kept back become comments. */
export function curlCommand(url: string, headers: readonly HeaderLine[], body: string): string {
  const lines = headers.flatMap(([name, value]) => {
    if (value === null) return [];
    if (name.endsWith('signature')) {
      return [
        `  -H "${name}: sha256=$(printf %s "$body" | openssl dgst -sha256 -hmac "$POSTHORN_SECRET" -r | cut -d' ' -f1)"`,
      ];
    }
    return [`  -H ${quoted(`${name}: ${value}`)}`];
  });
  const missing = headers.filter(([, value]) => value === null).map(([name]) => name);
  return [
    ...(missing.length === 0 ? [] : [`# add the headers ${missing.join(', ')}: their values are kept back`]),
    `body=${quoted(body)}`,
    `curl -X POST ${quoted(url)} \\`,
    ...lines.map((line) => `${line} \\`),
    '  --data-raw "$body"',
  ].join('\n');
}

/** A text as one word of any POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

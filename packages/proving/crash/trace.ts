// A process's changes to the files of a folder, and the moments when it said yes to its callers: read from strace's log, where each line
// is one system call in the order in which they took effect.

/** A change of a file, a sync, or a yes. Names are relative to the folder; '' is the folder itself. */
export type Step =
  | { readonly kind: 'create'; readonly file: string }
  | { readonly kind: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly size: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'unlink'; readonly file: string }
  | { readonly kind: 'link'; readonly file: string; readonly to: string }
  /** An event was answered with a yes; its answer began to leave. */
  | { readonly kind: 'yes'; readonly event: string; readonly deliveries: readonly string[] };

/** Everything that may change a file, and everything that may be an answer. */
const CALLS = [
  'openat',
  'close',
  'write',
  'writev',
  'pwrite64',
  'ftruncate',
  'fsync',
  'fdatasync',
  'unlink',
  'linkat',
  'link',
  'rename',
];

/** The tracer's command line. The traced process stays the caller's child. @param log where it writes */
export function tracerFor(log: string): string[] {
  return [
    'strace',
    '-D',
    '-f',
    '--seccomp-bpf',
    '-y',
    '-xx',
    '-s',
    '100000',
    '-o',
    log,
    '-e',
    `trace=${CALLS.join(',')}`,
  ];
}

/** Of a line that cannot be read, its end says why. */
const LINE_END = 100;
const LINE = /^(\d+) +(\w+)\((.*)$/s;
const UNFINISHED = / <unfinished \.\.\.>$/;
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>(.*)$/s;
const RESULT = /\)\s+= (-?\d+|\?)/;
const DESCRIPTOR = /^(\d+)<([^>]*)>/;
const STRING = /"((?:\\x[0-9a-f]{2})*)"/g;

/**
 * Reads a log.
 * @param lines in their order
 * @param folder whose files count
 * @throws when the process changed one of these files in a way that is not known here
 */
export function* readTrace(lines: Iterable<string>, folder: string): Generator<Step> {
  const begun = new Map<string, { name: string; args: string }>();
  const positions = new Map<string, number>();
  for (const line of lines) {
    const resumed = RESUMED.exec(line);
    if (resumed !== null) {
      const [, thread = '', , rest = ''] = resumed;
      const start = begun.get(thread);
      begun.delete(thread);
      if (start !== undefined) yield* finished(start.name, start.args + rest, folder, positions);
      continue;
    }
    const [, thread = '', name = '', args = ''] = LINE.exec(line) ?? [];
    if (name === '') continue;
    // A yes counts from the moment at which it may have left, anything else from the moment at which it was done.
    if (name === 'write' || name === 'writev') yield* answers(args);
    if (UNFINISHED.test(args)) begun.set(thread, { name, args: args.replace(UNFINISHED, '') });
    else yield* finished(name, args, folder, positions);
  }
}

function* finished(name: string, args: string, folder: string, positions: Map<string, number>): Generator<Step> {
  const said = RESULT.exec(args)?.[1];
  if (said === undefined) throw new Error(`a line of the record cannot be read: ${name}(${args.slice(-LINE_END)}`);
  const result = Number(said);
  // It failed, or the process ended in the middle of it.
  if (!(result >= 0)) return;
  const described = DESCRIPTOR.exec(args);
  const file = described === null ? undefined : inside(text(described[2] ?? ''), folder);
  switch (name) {
    case 'openat':
    case 'unlink':
    case 'link':
    case 'linkat':
    case 'rename':
      yield* namesChanged(name, args, folder, positions);
      return;
    case 'close':
      if (described !== null) positions.delete(described[1] ?? '');
      return;
  }
  if (file === undefined || described === null) return;
  const [, descriptor = ''] = described;
  switch (name) {
    case 'pwrite64': {
      const offset = Number(/, (\d+)\)\s+= /.exec(args)?.[1]);
      yield { kind: 'write', file, offset, bytes: stringsOf(args).subarray(0, result) };
      return;
    }
    case 'write': {
      const offset = positions.get(descriptor) ?? 0;
      positions.set(descriptor, offset + result);
      yield { kind: 'write', file, offset, bytes: stringsOf(args).subarray(0, result) };
      return;
    }
    case 'ftruncate':
      yield { kind: 'truncate', file, size: Number(/, (\d+)\)\s+= /.exec(args)?.[1]) };
      return;
    case 'fsync':
    case 'fdatasync':
      yield { kind: 'sync', file };
      return;
  }
  throw new Error(`${file} was changed by ${name}, which is not known here`);
}

function* namesChanged(name: string, args: string, folder: string, positions: Map<string, number>): Generator<Step> {
  const [file, to] = [...args.matchAll(STRING)].map(([, hex = '']) => inside(text(hex), folder));
  if (name === 'openat') {
    positions.delete(RESULT.exec(args)?.[1] ?? '');
    if (file === undefined) return;
    if (args.includes('O_CREAT')) yield { kind: 'create', file };
    if (args.includes('O_TRUNC')) yield { kind: 'truncate', file, size: 0 };
    return;
  }
  if (file === undefined) return;
  if (name === 'rename') throw new Error(`${file} was renamed, which is not known here`);
  if (name === 'unlink') yield { kind: 'unlink', file };
  else if (to !== undefined) yield { kind: 'link', file, to };
}

/** `HTTP/1.1 202` and `HTTP/1.1 200`, as they stand in the log. */
const YES = /\\x48\\x54\\x54\\x50\\x2f\\x31\\x2e\\x31\\x20\\x32\\x30[\\]x3[02]/;

function* answers(args: string): Generator<Step> {
  if (!YES.test(args)) return;
  const body = /\r\n\r\n(\{.*\})$/s.exec(stringsOf(args).toString('utf8'))?.[1];
  if (body === undefined) return;
  const { id, deliveries }: { id?: unknown; deliveries?: unknown } = JSON.parse(body);
  if (typeof id !== 'string' || !Array.isArray(deliveries)) return;
  yield { kind: 'yes', event: id, deliveries: deliveries.map(({ id: delivery }: { id: string }) => delivery) };
}

/** A path's name in the folder; `undefined` when it lies elsewhere. */
function inside(path: string, folder: string): string | undefined {
  if (path === folder) return '';
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

function stringsOf(args: string): Buffer {
  return Buffer.concat([...args.matchAll(STRING)].map(([, hex = '']) => bytes(hex)));
}

const bytes = (escaped: string): Buffer => Buffer.from(escaped.replaceAll('\\x', ''), 'hex');
const text = (escaped: string): string => bytes(escaped).toString('utf8');

// The receiver's report of every call: the messages between its process and the harness.

/** How a path of the receiver answers; written into the path itself, so that a path needs no set-up. */
export interface Behaviour {
  /** Two paths may answer alike. */
  readonly name: string;
  /** Before the answer, in milliseconds, drawn evenly. */
  readonly delayMs: readonly [least: number, most: number];
  /** The number of calls of each event that are answered with 500 first. */
  readonly failFirst: number;
  /** Takes the call and never answers. */
  readonly silent?: boolean;
}

export interface Call {
  readonly path: string;
  /** The correlation id, which is the event's. */
  readonly event: string;
  /** The delivery header: the attempt's id. */
  readonly attempt: string;
  /** When its headers were there, on the machine's monotonic clock. */
  readonly arrivedAt: number;
  /** Right before the answer was written, or when the caller was gone. */
  readonly endedAt: number;
  /** The status of the answer; `null` when the caller was gone before. */
  readonly status: number | null;
  /** Why it is not what must be sent: signature, headers or body; `null` when it is. */
  readonly fault: string | null;
}

export type ToReceiver =
  | {
      readonly kind: 'start';
      readonly cert: string;
      readonly key: string;
      readonly secret: string;
      readonly seed: number;
    }
  | { readonly kind: 'flush'; readonly id: number };

export type FromReceiver =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'calls'; readonly calls: readonly Call[] }
  /** A call to a silent path has arrived. */
  | { readonly kind: 'arrived'; readonly path: string; readonly event: string }
  | { readonly kind: 'flushed'; readonly id: number };

export function pathOf({ name, delayMs, failFirst, silent = false }: Behaviour): string {
  return `/${name}/${delayMs[0]}-${delayMs[1]}/${failFirst}/${silent ? 'silent' : 'answers'}`;
}

const PATH = /^\/([^/]+)\/(\d+)-(\d+)\/(\d+)\/(silent|answers)$/;

export function behaviourOf(path: string): Behaviour | undefined {
  const found = PATH.exec(path);
  if (found === null) return undefined;
  const [, name = '', least, most, failFirst, silence] = found;
  return {
    name,
    delayMs: [Number(least), Number(most)],
    failFirst: Number(failFirst),
    silent: silence === 'silent',
  };
}

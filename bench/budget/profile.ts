// Reads CPU profiles as V8 writes them, and sums up a thread's time by what it was spent on.

export interface Frame {
  readonly functionName: string;
  readonly url: string;
}

interface Node {
  readonly id: number;
  readonly callFrame: Frame;
  readonly children?: readonly number[];
}

/** The format of `--cpu-prof`. Times in microseconds of the machine's monotonic clock. */
export interface Profile {
  readonly nodes: readonly Node[];
  readonly startTime: number;
  readonly samples: readonly number[];
  /** From the sample before, or from the start, to each sample. */
  readonly timeDeltas: readonly number[];
}

/** Two moments on the monotonic clock, in microseconds. */
export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

export interface Sorting {
  /** The phase of a function's time; `undefined` when that depends on its caller. */
  readonly sort: (frame: Frame) => string | undefined;
  /** The phase when `sort` knows none of its callers either. */
  readonly guess: (frame: Frame) => string | undefined;
  /** Time that no rule covers. */
  readonly otherwise: string;
}

/** Microseconds by purpose. A function belongs to the nearest of its callers, itself included, that is known. */
export function timeByPurpose(profile: Profile, { fromUs, toUs }: Span, sorting: Sorting): Map<string, number> {
  const purposes = purposeOfNodes(profile.nodes, sorting);
  const sums = new Map<string, number>();
  let at = profile.startTime;
  profile.samples.forEach((node, index) => {
    at += profile.timeDeltas[index] ?? 0;
    // A sample stands for the time up to the next one.
    const us = profile.timeDeltas[index + 1] ?? 0;
    if (at < fromUs || at + us > toUs) return;
    const purpose = purposes.get(node) ?? sorting.otherwise;
    sums.set(purpose, (sums.get(purpose) ?? 0) + us);
  });
  return sums;
}

interface Waiting {
  readonly node: Node;
  readonly known: string | undefined;
  readonly guessed: string | undefined;
}

function purposeOfNodes(nodes: readonly Node[], { sort, guess, otherwise }: Sorting): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const purposes = new Map<number, string>();
  const waiting: Waiting[] = nodes.slice(0, 1).map((node) => ({ node, known: undefined, guessed: undefined }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { id, callFrame, children = [] } = next.node;
    const known = sort(callFrame) ?? next.known;
    const guessed = guess(callFrame) ?? next.guessed;
    purposes.set(id, known ?? guessed ?? otherwise);
    for (const child of children) {
      const node = byId.get(child);
      if (node !== undefined) waiting.push({ node, known, guessed });
    }
  }
  return purposes;
}

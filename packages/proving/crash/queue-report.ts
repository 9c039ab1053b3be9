// The fate of everything that was accepted, as Jepsen's total-queue checker counts it: a queue must give out what was put
// in. Facts in, facts out.
import type { Call } from './calls.ts';
import type { Accepted } from './producer.ts';

/** Something that was done to the service. */
export interface Fault {
  readonly cause: string;
  /** From when on it could have had an effect, and until when new calls could still fall under it. */
  readonly from: number;
  readonly until: number;
  /** Whether a process lost by it what it had not recorded yet: its memory, or its leases. Others only delay the record. */
  readonly forgets: boolean;
}

/** A delivery that the receiver said yes to more than once. */
export interface Repetition {
  readonly event: string;
  readonly path: string;
  /** Attempts that were followed by another call. */
  readonly earlier: readonly string[];
}

export interface QueueReport {
  /** Deliveries promised by a yes: one per event and matching endpoint. */
  readonly accepted: number;
  /** Of those, how many the receiver has said yes to. */
  readonly delivered: number;
  /** Promised and never delivered. */
  readonly lost: readonly string[];
  /** Yes more than once: extra calls by the fault that explains them. `unexplained` must not be. */
  readonly twice: ReadonlyMap<string, number>;
  readonly repetitions: readonly Repetition[];
  /** Most extra calls that one fault explains. */
  readonly mostPerFault: number;
  /** Delivered and never posted, or not what was posted. */
  readonly unexpected: readonly string[];
}

export interface QueueFacts {
  readonly accepted: readonly Accepted[];
  /** Ids that were posted, whatever came of it. */
  readonly posted: ReadonlySet<string>;
  readonly calls: readonly Call[];
  /** Receiver path of each endpoint. */
  readonly paths: ReadonlyMap<string, string>;
  readonly faults: readonly Fault[];
}

/** An outcome is on disk this long after its call has ended; a death that comes later explains no repetition of the call. */
const RECORDED_WITHIN_MS = 2_000;
/** The same after a fault that kept it from the disk: the engine waits for up to 2 s before it asks the store again. */
const RECORDED_AFTERWARDS_MS = 4_000;

export const UNEXPLAINED = 'unexplained';

const keyOf = (event: string, path: string): string => `${event} ${path}`;

export function reportQueue({ accepted, posted, calls, paths, faults }: QueueFacts): QueueReport {
  const successes = Map.groupBy(
    calls.filter(({ status }) => status === 200),
    ({ event, path }) => keyOf(event, path),
  );
  const promised = new Set<string>();
  for (const { event, deliveries } of accepted) {
    for (const { endpointId } of deliveries) promised.add(keyOf(event, paths.get(endpointId) ?? endpointId));
  }
  const lost = [...promised].filter((key) => !successes.has(key));
  const perFault = new Map<Fault | undefined, number>();
  const repetitions: Repetition[] = [];
  for (const sameDelivery of successes.values()) {
    const inOrder = sameDelivery.toSorted((a, b) => a.arrivedAt - b.arrivedAt);
    const [{ event, path } = { event: '', path: '' }] = inOrder;
    const earlier = inOrder.slice(0, -1).map(({ attempt }) => attempt);
    if (earlier.length > 0) repetitions.push({ event, path, earlier });
    for (const [index, second] of inOrder.entries()) {
      const first = inOrder[index - 1];
      if (first === undefined) continue;
      const fault = explanation(first, second, faults);
      perFault.set(fault, (perFault.get(fault) ?? 0) + 1);
    }
  }
  const twice = new Map<string, number>();
  for (const [fault, count] of perFault) {
    const cause = fault?.cause ?? UNEXPLAINED;
    twice.set(cause, (twice.get(cause) ?? 0) + count);
  }
  const unexpected = calls.flatMap(({ event, path, fault }) => {
    if (fault !== null) return [`${keyOf(event, path)}: ${fault}`];
    return posted.has(event) ? [] : [`${keyOf(event, path)}: nobody posted it`];
  });
  for (const key of successes.keys()) {
    const [event = ''] = key.split(' ');
    if (posted.has(event) && !promised.has(key)) unexpected.push(`${key}: this endpoint was not promised it`);
  }
  return {
    accepted: promised.size,
    delivered: promised.size - lost.length,
    lost,
    twice,
    repetitions,
    mostPerFault: Math.max(0, ...perFault.values()),
    unexpected,
  };
}

/** The fault that made a process forget the first call before its outcome had to be on disk. */
function explanation(first: Call, second: Call, faults: readonly Fault[]): Fault | undefined {
  const recordedBy = recordLimit(first.endedAt, faults);
  return faults.findLast(
    ({ forgets, from, until }) => forgets && first.arrivedAt <= until && from <= recordedBy && from <= second.arrivedAt,
  );
}

/** By when the outcome of a call that ended at a moment is on disk, if the process lives: later when a fault kept it off. */
function recordLimit(endedAt: number, faults: readonly Fault[]): number {
  let limit = endedAt + RECORDED_WITHIN_MS;
  for (const { forgets, from, until } of faults.toSorted((a, b) => a.from - b.from)) {
    if (!forgets && endedAt <= until && from <= limit) limit = Math.max(limit, until + RECORDED_AFTERWARDS_MS);
  }
  return limit;
}

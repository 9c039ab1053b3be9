// What became of everything that was accepted, as Jepsen's total-queue checker counts it: a queue must give out what was put
// in. Facts in, facts out.
import type { Call } from './calls.ts';
import type { Accepted } from './producer.ts';

/** Something that was done to the service. */
export interface Fault {
  readonly cause: string;
  /** From when on it could have had an effect, and until when new calls could still fall under it. */
  readonly from: number;
  readonly until: number;
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

/** An outcome is on disk this long after its call has ended; a fault that comes later explains no repetition of the call. */
const RECORDED_WITHIN_MS = 2_000;

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
  for (const sameDelivery of successes.values()) {
    const inOrder = sameDelivery.toSorted((a, b) => a.arrivedAt - b.arrivedAt);
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
    mostPerFault: Math.max(0, ...perFault.values()),
    unexpected,
  };
}

function explanation(first: Call, second: Call, faults: readonly Fault[]): Fault | undefined {
  return faults.findLast(
    ({ from, until }) =>
      first.arrivedAt <= until && from - first.endedAt <= RECORDED_WITHIN_MS && from <= second.arrivedAt,
  );
}

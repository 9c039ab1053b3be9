// Promises against facts: observations in, verdicts out.
import { callsOf, type Ending, type Ledger, type SeenCall } from './ledger.ts';

export interface Verdict {
  readonly kept: boolean;
  readonly promise: string;
  readonly measured: string;
}

export interface Promises {
  /** Delays before the retries, in milliseconds. */
  readonly scheduleMs: readonly number[];
  /** How every delivery to an endpoint must end. */
  readonly endings: ReadonlyMap<string, Ending>;
  /** When the service was back after the crash: what was due before could not be made earlier. */
  readonly backAt: number;
  /** Endpoints that answer at once: they must not notice the others. */
  readonly healthy: readonly string[];
}

/**
 * A retry may be this late, in milliseconds: seen from the receiver, on a machine that may be busy with other things. The
 * service's own figure (99 % within 100 ms of the due time) is measured elsewhere, under load.
 */
const MAX_LATENESS_MS = 500;
/** A healthy endpoint must be called this soon after its event was posted, in milliseconds. */
const MAX_LATENCY_MS = 1_000;

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(3)} s`;
const milliseconds = (ms: number): string => `${Math.round(ms)} ms`;
const counted = (count: number, of: number, what: string): string => `${count} of ${of} ${what}`;

function nothingLost(ledger: Ledger, { endings }: Promises): Verdict {
  const ended = ledger.promised.filter(({ id }) => {
    const ending = ledger.endings.get(id);
    return ending !== undefined && ending.state !== 'pending';
  });
  const events = new Set(ledger.promised.map(({ eventId }) => eventId)).size;
  return {
    kept: ended.length === ledger.promised.length && ledger.promised.length > 0 && endings.size > 0,
    promise: 'what was accepted is delivered or visibly exhausted, a crash in between',
    measured: `${counted(ended.length, ledger.promised.length, 'deliveries')} of ${events} events ended`,
  };
}

function endedAsExpected(ledger: Ledger, { endings }: Promises): Verdict[] {
  return [...endings].map(([endpoint, expected]) => {
    const theirs = ledger.promised.filter((delivery) => delivery.endpoint === endpoint);
    const asExpected = theirs.filter(({ id }) => {
      const ending = ledger.endings.get(id);
      return ending?.state === expected.state && ending.attempts === expected.attempts;
    });
    const attempts = expected.attempts === 1 ? '1 attempt' : `${expected.attempts} attempts`;
    return {
      kept: theirs.length > 0 && asExpected.length === theirs.length,
      promise: `${endpoint}: ${expected.state} after ${attempts}`,
      measured: counted(asExpected.length, theirs.length, 'deliveries'),
    };
  });
}

function allVerified({ calls }: Ledger): Verdict {
  const verified = calls.filter(({ refusal }) => refusal === undefined).length;
  const why = calls.find(({ refusal }) => refusal !== undefined)?.refusal;
  return {
    kept: calls.length > 0 && verified === calls.length,
    promise: 'every call is signed, and @posthorn/verify agrees',
    measured: counted(verified, calls.length, 'calls') + (why === undefined ? '' : ` (${why})`),
  };
}

function sameBody({ calls }: Ledger): Verdict {
  const bodies = new Map<string, Set<string>>();
  for (const { eventId, body } of calls) bodies.set(eventId, (bodies.get(eventId) ?? new Set()).add(body));
  const constant = [...bodies.values()].filter((variants) => variants.size === 1).length;
  return {
    kept: bodies.size > 0 && constant === bodies.size,
    promise: 'the same bytes on every attempt and to every endpoint',
    measured: `${counted(constant, bodies.size, 'events')}, ${calls.length} calls`,
  };
}

function correlationIds(ledger: Ledger): Verdict {
  const accepted = new Set(ledger.promised.map(({ eventId, endpoint }) => `${eventId} ${endpoint}`));
  const known = ledger.calls.filter(({ eventId, endpoint }) => accepted.has(`${eventId} ${endpoint}`)).length;
  return {
    kept: ledger.calls.length > 0 && known === ledger.calls.length,
    promise: "the correlation id is the event's id, on every attempt",
    measured: counted(known, ledger.calls.length, 'calls'),
  };
}

function uniqueCallIds({ calls }: Ledger): Verdict {
  const ids = new Set(calls.map(({ callId }) => callId));
  return {
    kept: calls.length > 0 && ids.size === calls.length && !ids.has(''),
    promise: 'a delivery id of its own for every call',
    measured: `${ids.size} ids, ${calls.length} calls`,
  };
}

interface Retry {
  /** From the end of the call before to the beginning of this one. */
  readonly pauseMs: number;
  /** Behind the moment at which it was due; or, if nobody was there then, at which the service was back. */
  readonly lateMs: number;
}

/** The nth retries of all deliveries, for calls that were answered. */
function retries(ledger: Ledger, nth: number, delayMs: number, backAt: number): Retry[] {
  return ledger.promised.flatMap((delivery) => {
    const calls: readonly SeenCall[] = callsOf(ledger, delivery);
    const [before, after] = [calls[nth - 1], calls[nth]];
    // When a call was not answered, only the service knows the moment that it gave up.
    if (before?.endedAt === undefined || !before.answered || after === undefined) return [];
    const dueAt = before.endedAt + delayMs;
    return [{ pauseMs: after.arrivedAt - before.endedAt, lateMs: after.arrivedAt - Math.max(dueAt, backAt) }];
  });
}

function onTime(ledger: Ledger, { scheduleMs, backAt }: Promises): Verdict[] {
  return scheduleMs.map((delayMs, index) => {
    const seen = retries(ledger, index + 1, delayMs, backAt);
    const pauses = seen.map(({ pauseMs }) => pauseMs);
    const [shortest, longest] = [Math.min(...pauses), Math.max(...pauses)];
    return {
      kept: seen.length > 0 && shortest >= delayMs && seen.every(({ lateMs }) => lateMs <= MAX_LATENESS_MS),
      promise: `retry ${index + 1} comes ${delayMs / 1_000} s after the failure, never early, at most ${MAX_LATENESS_MS} ms late`,
      measured:
        seen.length === 0
          ? 'no retry was seen'
          : `${seconds(shortest)} to ${seconds(longest)} (${seen.length} retries)`,
    };
  });
}

function healthyUnharmed(ledger: Ledger, { healthy }: Promises): Verdict {
  const latencies = ledger.promised
    .filter(({ endpoint }) => healthy.includes(endpoint))
    .flatMap((delivery) => {
      const [first] = callsOf(ledger, delivery);
      return first === undefined ? [] : [first.arrivedAt - delivery.postedAt];
    })
    .sort((a, b) => a - b);
  const median = latencies[Math.floor(latencies.length / 2)] ?? Number.POSITIVE_INFINITY;
  const longest = latencies.at(-1) ?? Number.POSITIVE_INFINITY;
  return {
    kept: longest <= MAX_LATENCY_MS,
    promise: 'endpoints that hang or fail do not slow the healthy ones',
    measured:
      latencies.length === 0
        ? 'no call was seen'
        : `from the POST to the call: median ${milliseconds(median)}, longest ${milliseconds(longest)}`,
  };
}

/** Judges what happened. The order is the order of the summary. */
export function judge(ledger: Ledger, promises: Promises): Verdict[] {
  return [
    nothingLost(ledger, promises),
    ...endedAsExpected(ledger, promises),
    allVerified(ledger),
    sameBody(ledger),
    correlationIds(ledger),
    uniqueCallIds(ledger),
    ...onTime(ledger, promises),
    healthyUnharmed(ledger, promises),
  ];
}

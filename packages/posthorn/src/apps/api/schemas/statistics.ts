// Statistics as the API shows them: counts step by step, percentiles, and where the trouble is.
import { type Static, type TObject, Type } from 'typebox';
import { percentileMs } from '../../../domain/durations.ts';
import { OUTCOMES, type Outcome } from '../../../domain/outcome.ts';
import { type Counts, MAX_STATUSES, mostFrequent } from '../../../domain/tally.ts';
import { isoTime } from '../../../domain/time.ts';
import { MAX_TROUBLES } from '../../../domain/trouble.ts';
import { SPANS, type Statistics } from '../../../engine/engine.ts';
import type { Trouble } from '../../../seams/store/tallies.ts';
import { CLOSED, nullableNumber, nullableTime, time, uuid } from './fields.ts';
import { TENANT_ID } from './tenant.ts';

const SPAN = Type.Enum([...SPANS], {
  type: 'string',
  default: 'hour',
  description: 'hour: 60 steps of a minute. day: 24 steps of an hour. month: 30 steps of a day, in UTC. Default: hour.',
});

export const StatisticsQuery = Type.Object({ span: Type.Optional(SPAN) }, CLOSED);
export const AllStatisticsQuery = Type.Object({ span: Type.Optional(SPAN), tenant: Type.Optional(TENANT_ID) }, CLOSED);

const count = (what: string) => Type.Integer({ minimum: 0, description: what });
const nullableCount = (what: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0, description: what });

const ACCEPTED = nullableCount('Events stored for the first time; null for an endpoint.');
const ATTEMPT_COUNTS = {
  attempts: count('Attempts recorded.'),
  failedAttempts: count('Attempts that did not succeed.'),
  succeeded: count('Deliveries that succeeded.'),
  exhausted: count('Deliveries whose last attempt failed.'),
};

const StepSchema = Type.Object(
  {
    at: time('When the step begins.'),
    accepted: ACCEPTED,
    ...ATTEMPT_COUNTS,
    p50Ms: nullableNumber('Half of the calls took no longer; null if there were none.'),
    p99Ms: nullableNumber('99 of 100 calls took no longer; null when there were none.'),
    pending: nullableCount(
      'Highest number of pending deliveries, sampled once a minute. Only for all tenants together; null if there is no sample.',
    ),
  },
  { title: 'StatisticsStep', description: 'Counts of one step.' },
);

const TroubleSchema = Type.Object(
  {
    tenant: Type.String({ description: 'Id of the tenant.' }),
    endpointId: uuid('Id of the endpoint.'),
    ...ATTEMPT_COUNTS,
    lastFailedAt: time('When its latest failed attempt was recorded.'),
  },
  { title: 'Trouble', description: 'Counts of an endpoint that had failures.' },
);

const StatusCountSchema = Type.Object(
  {
    status: Type.Integer({ description: 'The status that was answered.' }),
    attempts: count('Attempts that were answered with it.'),
  },
  { title: 'StatusCount', description: 'How often a status was answered.' },
);

const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, Type.Integer({ minimum: 0 })]));

const STATISTICS = {
  span: SPAN,
  since: time('When the first step begins.'),
  until: time('When the last step ends. This step is not over yet.'),
  stepMs: Type.Integer({ description: 'Length of a step.' }),
  accepted: ACCEPTED,
  ...ATTEMPT_COUNTS,
  successRate: nullableNumber('succeeded of all that succeeded or were exhausted, 0 to 1; null when there were none.'),
  outcomes: Type.Unsafe<Record<Outcome, number>>({
    ...(Type.Object(outcomes) as TObject),
    description: 'Attempts by outcome.',
  }),
  statuses: Type.Array(StatusCountSchema, {
    maxItems: MAX_STATUSES,
    description: `Attempts with the outcome http_status by the status that was answered, the most frequent first. Their sum may be less than outcomes says: a step counts up to ${MAX_STATUSES} statuses one by one, and earlier builds counted none.`,
  }),
  durationMs: Type.Object(
    {
      p50: nullableNumber('Half of the calls took no longer.'),
      p90: nullableNumber('90 of 100 calls took no longer.'),
      p99: nullableNumber('99 of 100 calls took no longer.'),
    },
    {
      description:
        'Duration of calls, including the time to wait for a connection and to make one. It is estimated from 16 buckets; each is twice as wide as the previous one. Null if there were no calls. Attempts that failed through a fault of Posthorn are not counted.',
    },
  ),
  pending: Type.Object(
    {
      count: count('Number of deliveries that have not ended.'),
      capped: Type.Boolean({
        description: 'True if there may be more than count: counting stops at 10,000 in one place.',
      }),
      oldestAt: nullableTime(
        'When the oldest pending delivery with an enabled endpoint was accepted; null if there is none.',
      ),
    },
    { description: 'Deliveries that are pending now.' },
  ),
  steps: Type.Array(StepSchema, { description: 'All steps, oldest first.' }),
};

const HOW_EXACT =
  'Each process writes its counts every 5 s. If a process is killed, the counts of its last seconds are lost. Deliveries do not depend on them.';

export const StatisticsSchema = Type.Object(STATISTICS, { title: 'Statistics', description: HOW_EXACT });

export const AllStatisticsSchema = Type.Object(
  {
    ...STATISTICS,
    worst: Type.Array(TroubleSchema, {
      maxItems: MAX_TROUBLES,
      description: `Up to ${MAX_TROUBLES} endpoints that had trouble, worst first: by exhausted deliveries, then by failed attempts.`,
    }),
  },
  { title: 'AllStatistics', description: HOW_EXACT },
);

/** Statistics as they are answered. @param ofEndpoint then events are not counted */
export function showStatistics(
  span: (typeof SPANS)[number],
  statistics: Statistics,
  ofEndpoint: boolean,
): Static<typeof StatisticsSchema> {
  const { total, steps, pending } = statistics;
  const ended = total.succeeded + total.exhausted;
  const events = ({ accepted }: Readonly<Counts>) => ({ accepted: ofEndpoint ? null : accepted });
  return {
    span,
    since: isoTime(statistics.since),
    until: isoTime(statistics.until),
    stepMs: statistics.stepMs,
    ...events(total),
    ...showCounts(total),
    successRate: ended === 0 ? null : total.succeeded / ended,
    outcomes: byOutcome(total),
    statuses: byStatus(total),
    durationMs: { p50: percentile(total, 0.5), p90: percentile(total, 0.9), p99: percentile(total, 0.99) },
    pending: {
      count: pending.count,
      capped: pending.capped,
      oldestAt: pending.oldestCreatedAt === null ? null : isoTime(pending.oldestCreatedAt),
    },
    steps: steps.map((step) => ({
      at: isoTime(step.at),
      ...events(step.counts),
      ...showCounts(step.counts),
      p50Ms: percentile(step.counts, 0.5),
      p99Ms: percentile(step.counts, 0.99),
      pending: step.pending,
    })),
  };
}

/** An endpoint that had trouble as it is answered. */
export function showTrouble(trouble: Trouble): Static<typeof TroubleSchema> {
  return {
    tenant: trouble.tenantId,
    endpointId: trouble.endpointId,
    ...showCounts(trouble),
    lastFailedAt: isoTime(trouble.lastFailedAt),
  };
}

function showCounts(counts: Pick<Counts, 'attempts' | 'failed' | 'succeeded' | 'exhausted'>) {
  const { attempts, failed, succeeded, exhausted } = counts;
  return { attempts, failedAttempts: failed, succeeded, exhausted };
}

function byOutcome(counts: Readonly<Counts>): Record<Outcome, number> {
  const shown = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, counts[`outcome_${outcome}`]]));
  return shown as Record<Outcome, number>;
}

/** The most frequent first. */
function byStatus({ statuses }: Readonly<Counts>): Static<typeof StatusCountSchema>[] {
  return [...mostFrequent(statuses)]
    .map(([status, attempts]) => ({ status, attempts }))
    .sort((a, b) => b.attempts - a.attempts || a.status - b.status);
}

/** To a tenth of a millisecond: it is an estimate. */
function percentile(counts: Readonly<Counts>, quantile: number): number | null {
  const ms = percentileMs((bound) => counts[`ms_${bound}`], quantile);
  return ms === null ? null : Math.round(ms * 10) / 10;
}

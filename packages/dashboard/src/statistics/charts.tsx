// The numbers of a span as four charts that are pointed at together: what was sent, whether it arrived, how long it took and
// how much waits.
import { type ComponentProps, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { percentText } from '../../../posthorn/src/apps/words/figures.ts';
import { durationText } from '../../../posthorn/src/apps/words/times.ts';
import type { Statistics, Step } from '../api/answers.ts';
import { Chart, type LegendLine, type Series } from '../charts/chart.tsx';
import { countScale, durationScale, rateScale, type Scale } from '../charts/scale.ts';
import { Moment } from '../parts/moment.tsx';
import { shortCountText } from '../parts/numbers.ts';
import { zoneText } from '../parts/time.ts';
import { type DeliveriesPath, Outcomes } from './outcomes.tsx';
import { stepTimes, successRateOf } from './steps.ts';
import { StepTable } from './table.tsx';

interface StatisticsChartsProps {
  readonly statistics: Statistics;
  /** Shows the deliveries of a step. */
  readonly open?: ((step: Step) => void) | undefined;
  /** Where deliveries are listed; `undefined` if no list has all of them. */
  readonly pathOf?: DeliveriesPath | undefined;
}

export function StatisticsCharts({ statistics, open, pathOf }: StatisticsChartsProps) {
  const [at, point] = useState<number>();
  const { steps } = statistics;
  const times = stepTimes(statistics);
  const pointed = at === undefined ? undefined : steps[at];
  const shared = {
    times,
    // A span may have become shorter since.
    at: pointed === undefined ? undefined : at,
    point,
    open:
      open &&
      ((index: number) => {
        const step = steps[index];
        if (step !== undefined) open(step);
      }),
  };
  return (
    <>
      <div className="charts">
        {[attemptsChart, arrivalChart, durationChart].map((chart) => {
          const drawn = chart(statistics, pointed);
          return <Chart key={drawn.title} {...drawn} {...shared} />;
        })}
        <Pending statistics={statistics} pointed={pointed} shared={shared} pathOf={pathOf} />
      </div>
      <p className="muted zone">
        {statistics.span === 'month' ? 'Days are those of UTC.' : `Times are in ${zoneText()}.`}
      </p>
      <StepTable statistics={statistics} times={times} />
      {hasPendingOverTime(statistics) && <Outcomes statistics={statistics} pathOf={pathOf} />}
    </>
  );
}

interface Drawn {
  readonly title: string;
  readonly value: ReactNode;
  readonly legend: readonly LegendLine[];
  readonly series: readonly Series[];
  readonly scale: Scale;
  readonly format: (value: number) => string;
  readonly tickText: (value: number) => string;
}

function attemptsChart(statistics: Statistics, pointed: Step | undefined): Drawn {
  const { steps } = statistics;
  const { attempts, failedAttempts, accepted } = pointed ?? statistics;
  const events = steps.map((step) => step.accepted);
  const failed = steps.map((step) => step.failedAttempts);
  const made = steps.map((step) => step.attempts);
  return {
    title: 'Attempts',
    value: shortCountText(attempts),
    legend: [
      { name: 'Succeeded', tone: 'good', text: shortCountText(attempts - failedAttempts) },
      { name: 'Failed', tone: 'bad', text: shortCountText(failedAttempts) },
      ...(accepted === null
        ? []
        : [{ name: 'Events accepted', tone: 'accent', text: shortCountText(accepted) } as const]),
    ],
    scale: countScale([...made, ...events.map((count) => count ?? 0)]),
    format: shortCountText,
    tickText: shortCountText,
    series: [
      { name: 'Failed', tone: 'bad', kind: 'bars', values: failed },
      {
        name: 'Succeeded',
        tone: 'good',
        kind: 'bars',
        values: made.map((count, index) => count - (failed[index] ?? 0)),
      },
      ...(accepted === null ? [] : [{ name: 'Accepted', tone: 'accent', kind: 'line', values: events } as const]),
    ],
  };
}

function arrivalChart(statistics: Statistics, pointed: Step | undefined): Drawn {
  const rates = statistics.steps.map(successRateOf);
  const shown = pointed ?? statistics;
  return {
    title: 'Success rate',
    value: percentText(successRateOf(shown)),
    legend: [
      { name: 'Deliveries arrived', tone: 'good', text: shortCountText(shown.succeeded) },
      { name: 'Exhausted', tone: 'bad', text: shortCountText(shown.exhausted) },
    ],
    scale: rateScale(rates.filter((rate) => rate !== null)),
    format: percentText,
    tickText: percentText,
    series: [{ name: 'Success rate', tone: 'good', kind: 'area', values: rates }],
  };
}

function durationChart({ steps, durationMs }: Statistics, pointed: Step | undefined): Drawn {
  const half = steps.map(({ p50Ms }) => p50Ms);
  const most = steps.map(({ p99Ms }) => p99Ms);
  const [p50, p99] = pointed === undefined ? [durationMs.p50, durationMs.p99] : [pointed.p50Ms, pointed.p99Ms];
  const text = (ms: number | null) => (ms === null ? '–' : durationText(ms));
  return {
    title: 'Time to answer',
    value: text(p50),
    legend: [
      { name: 'Half within', tone: 'accent', text: text(p50) },
      { name: '99 % within', tone: 'waiting', text: text(p99) },
    ],
    scale: durationScale([...half, ...most].filter((ms) => ms !== null)),
    format: durationText,
    tickText: (ms) => (ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`),
    series: [
      { name: 'Half within', tone: 'accent', kind: 'line', values: half },
      { name: '99 % within', tone: 'waiting', kind: 'line', values: most },
    ],
  };
}

interface PendingProps {
  readonly statistics: Statistics;
  readonly pointed: Step | undefined;
  readonly shared: Pick<ComponentProps<typeof Chart>, 'times' | 'at' | 'point' | 'open'>;
  readonly pathOf: DeliveriesPath | undefined;
}

/** How much waits now, and how much did; of single tenants only now is known, and why attempts failed has room beside it. */
function Pending({ statistics, pointed, shared, pathOf }: PendingProps) {
  const { steps, pending } = statistics;
  const title = 'Pending';
  const waiting = steps.map((step) => step.pending);
  const now = `${shortCountText(pending.count)}${pending.capped ? '+' : ''}`;
  const then = pointed?.pending ?? null;
  const seen = waiting.filter((count) => count !== null);
  const oldest = pending.oldestAt === null ? null : <Moment at={pending.oldestAt} />;
  if (seen.length === 0) {
    return (
      <div className="beside-charts">
        <section className="card" aria-label={title}>
          <h2>{title}</h2>
          <p className="chart-value">
            {pathOf === undefined ? now : <Link href={pathOf({ state: 'pending' })}>{now}</Link>}
          </p>
          <p className="muted">
            {oldest === null ? (
              'Nothing waits for its turn, or to be tried again.'
            ) : (
              <>The oldest was accepted {oldest}.</>
            )}
          </p>
        </section>
        <Outcomes statistics={statistics} pathOf={pathOf} />
      </div>
    );
  }
  return (
    <Chart
      {...shared}
      title={title}
      value={pointed === undefined ? now : then === null ? '–' : shortCountText(then)}
      legend={[]}
      scale={countScale(seen)}
      format={shortCountText}
      tickText={shortCountText}
      series={[{ name: 'Most at once', tone: 'waiting', kind: 'area', values: waiting }]}
      note={oldest === null ? undefined : <>The oldest was accepted {oldest}</>}
    />
  );
}

/** Whether it was counted over time what was pending: of everybody, once the first minute has gone. */
const hasPendingOverTime = ({ steps }: Statistics): boolean => steps.some(({ pending }) => pending !== null);

// A chart over time. It is read by the eye, by pointing at it, and by keyboard: the arrows go from step to step, and a screen
// reader says the values of each.
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { areaPath, barsPath, linePath, type Values } from './paths.ts';
import type { Scale } from './scale.ts';

export interface Series {
  readonly name: string;
  readonly tone: 'good' | 'bad' | 'accent' | 'quiet' | 'waiting';
  /** Bars stand on those of the series before; others are drawn over them. */
  readonly kind: 'bars' | 'line' | 'area';
  readonly values: Values;
}

/** The text beside the number: for the step that is pointed at, if one is. */
export interface LegendLine {
  readonly name: string;
  readonly tone: Series['tone'];
  readonly text: string;
}

interface ChartProps {
  readonly title: string;
  /** The one number to remember, and what it is of; for the step that is pointed at, if one is. */
  readonly value: ReactNode;
  readonly legend: readonly LegendLine[];
  readonly series: readonly Series[];
  readonly scale: Scale;
  readonly format: (value: number) => string;
  /** A value at the axis, where there is little room. */
  readonly tickText: (value: number) => string;
  /** When each step begins, for people; its length is the number of steps. */
  readonly times: readonly string[];
  /** The step that is pointed at, in all charts of a page. */
  readonly at: number | undefined;
  readonly point: (at: number | undefined) => void;
  /** Shows what happened in a step. */
  readonly open?: ((step: number) => void) | undefined;
  /** Stands at the end of the legend. */
  readonly note?: ReactNode;
}

export function Chart({
  title,
  value,
  legend,
  series,
  scale,
  format,
  tickText,
  times,
  at,
  point,
  open,
  note,
}: ChartProps) {
  const count = times.length;
  return (
    <figure className="card chart">
      <figcaption>
        <h2>{title}</h2>
        <p className="chart-value">{value}</p>
        <ul className="legend">
          {legend.map(({ name, tone, text }) => (
            <li key={name} className={tone}>
              <span>{name}</span> <b>{text}</b>
            </li>
          ))}
          {note !== undefined && <li className="muted">{note}</li>}
        </ul>
      </figcaption>
      <div className="plot">
        {scale.ticks.map((tick) => (
          <span key={tick} className="tick" style={{ bottom: `${scale.heightOf(tick) * 100}%` }}>
            <span className="tick-text">{tickText(tick)}</span>
          </span>
        ))}
        <div className="picture">
          <svg viewBox={`0 0 ${count} 1`} preserveAspectRatio="none" aria-hidden="true">
            <Paths series={series} scale={scale} />
          </svg>
          {at !== undefined && (
            <span className="pointed" style={{ left: `${(at * 100) / count}%`, width: `${100 / count}%` }} />
          )}
          <Steps title={title} series={series} format={format} times={times} at={at} point={point} open={open} />
        </div>
      </div>
      <div className="chart-times" aria-hidden="true">
        <span>{times[0]}</span>
        <span>{at === undefined ? times[Math.floor(count / 2)] : <b>{times[at]}</b>}</span>
        <span>{times[count - 1]}</span>
      </div>
    </figure>
  );
}

function Paths({ series, scale }: Pick<ChartProps, 'series' | 'scale'>) {
  const below: number[] = [];
  return series.map(({ name, tone, kind, values }) => {
    if (kind === 'bars') {
      const path = barsPath(values, scale, [...below]);
      values.forEach((each, step) => {
        below[step] = (below[step] ?? 0) + (each ?? 0);
      });
      return <path key={name} className={`bars ${tone}`} d={path} />;
    }
    return (
      <g key={name} className={tone}>
        {kind === 'area' && <path className="area" d={areaPath(values, scale)} />}
        <path className="line" d={linePath(values, scale)} />
      </g>
    );
  });
}

function Steps({
  title,
  series,
  format,
  times,
  at,
  point,
  open,
}: Omit<ChartProps, 'value' | 'legend' | 'scale' | 'tickText' | 'note'>) {
  const last = times.length - 1;
  const now = at ?? last;
  const said = series.map(({ name, values }) => {
    const there = values[now] ?? null;
    return `${name} ${there === null ? 'none' : format(there)}`;
  });
  const onPointer = ({ clientX, currentTarget }: PointerEvent<HTMLElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    point(Math.min(last, Math.max(0, Math.floor(((clientX - left) / width) * times.length))));
  };
  const onKey = (event: KeyboardEvent) => {
    const to = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, Home: 0, End: last }[
      event.key
    ];
    if (to !== undefined) point(Math.min(last, Math.max(0, to)));
    else if (event.key === 'Escape') point(undefined);
    else if (event.key === 'Enter') open?.(now);
    else return;
    event.preventDefault();
  };
  return (
    <div
      className={`steps ${open === undefined ? '' : 'opens'}`}
      role="slider"
      tabIndex={0}
      aria-label={`${title}, step by step${open === undefined ? '' : '; Enter shows the deliveries'}`}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={now}
      aria-valuetext={`${times[now] ?? ''}: ${said.join(', ')}`}
      onPointerMove={onPointer}
      onPointerDown={onPointer}
      onPointerLeave={() => point(undefined)}
      onBlur={() => point(undefined)}
      onClick={({ nativeEvent }) => {
        // A finger has to touch to point.
        if ('pointerType' in nativeEvent && nativeEvent.pointerType === 'mouse') open?.(now);
      }}
      onKeyDown={onKey}
    />
  );
}

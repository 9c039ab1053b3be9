// How far back one looks: kept in the address, as everything is that one may want to send to a colleague.
import { useLocation, useSearch } from 'wouter';
import type { Span } from '../api/answers.ts';

const SPANS = [
  ['hour', 'Hour'],
  ['day', 'Day'],
  ['month', 'Month'],
] as const;

/** The span of the address, and a way to choose another. */
export function useSpan(): readonly [Span, (span: Span) => void] {
  const [path, go] = useLocation();
  const given = new URLSearchParams(useSearch()).get('span');
  const [span] = SPANS.find(([each]) => each === given) ?? SPANS[0];
  return [span, (chosen) => go(chosen === SPANS[0][0] ? path : `${path}?span=${chosen}`, { replace: true })];
}

export function SpanSwitch({ span, choose }: { readonly span: Span; readonly choose: (span: Span) => void }) {
  return (
    <fieldset className="switch">
      <legend className="visually-hidden">Time shown</legend>
      {SPANS.map(([value, name]) => (
        <label key={value}>
          <input type="radio" name="span" checked={value === span} onChange={() => choose(value)} />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

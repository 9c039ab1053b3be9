// Deliveries over time as stacked bars. For the eye only: the numbers beside it say the same.
import type { Span } from './health.ts';

const HEIGHT = 64;
const BAR = 10;
const GAP = 3;

export function Bars({ spans }: { readonly spans: readonly Span[] }) {
  const totals = spans.map(({ health }) => health.succeeded + health.exhausted + health.waiting + health.retrying);
  const most = Math.max(1, ...totals);
  return (
    <svg
      className="bars"
      viewBox={`0 0 ${spans.length * (BAR + GAP)} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {spans.map(({ from, health }, index) => {
        const parts = [
          ['good', health.succeeded],
          ['waiting', health.waiting + health.retrying],
          ['bad', health.exhausted],
        ] as const;
        let top = HEIGHT;
        return (
          <g key={from}>
            <rect className="none" x={index * (BAR + GAP)} y={HEIGHT - 1} width={BAR} height={1} />
            {parts.map(([tone, count]) => {
              const height = (count / most) * HEIGHT;
              top -= height;
              return <rect key={tone} className={tone} x={index * (BAR + GAP)} y={top} width={BAR} height={height} />;
            })}
          </g>
        );
      })}
    </svg>
  );
}

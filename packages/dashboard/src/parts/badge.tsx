// States as a word with a sign before it: colour is never the only way to tell them apart.

import { isOwnFailure } from '../../../posthorn/src/domain/outcome.ts';
import type { DeliveryState, Outcome } from '../api/answers.ts';

type Tone = 'good' | 'bad' | 'waiting' | 'quiet';

const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', bad: '✕', waiting: '◔', quiet: '–' };
const STATES: Readonly<Record<DeliveryState, readonly [Tone, string]>> = {
  succeeded: ['good', 'Succeeded'],
  exhausted: ['bad', 'Exhausted'],
  pending: ['waiting', 'Pending'],
  cancelled: ['quiet', 'Cancelled'],
};

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return (
    <span className={`badge ${tone}`}>
      <span aria-hidden="true">{SIGNS[tone]}</span>
      {children}
    </span>
  );
}

/** @param retrying a pending delivery that has failed before */
export function StateBadge({
  state,
  retrying = false,
}: {
  readonly state: DeliveryState;
  readonly retrying?: boolean;
}) {
  const [tone, word] = STATES[state];
  return <Badge tone={tone}>{retrying ? 'Retrying' : word}</Badge>;
}

export const outcomeTone = (outcome: Outcome): Tone =>
  outcome === 'succeeded' ? 'good' : isOwnFailure(outcome) ? 'quiet' : 'bad';

export function EnabledBadge({ enabled }: { readonly enabled: boolean }) {
  return <Badge tone={enabled ? 'good' : 'quiet'}>{enabled ? 'Enabled' : 'Disabled'}</Badge>;
}

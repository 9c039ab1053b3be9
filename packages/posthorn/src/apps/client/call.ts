// One call as a person reads it: how it went, with a sign and a colour; why it failed, and what can be done about it.

import { isOwnFailure } from '../../domain/outcome.ts';
import { inert, inertLines } from '../terminal/inert.ts';
import type { Paint, Style } from '../terminal/paint.ts';
import { indentJson } from '../words/indent-json.ts';
import { outcomeAdvice, outcomeTitle } from '../words/outcomes.ts';
import type { Call } from './answers.ts';

/** Characters of a response that are shown; all of it is in the JSON. */
const MAX_SHOWN_CHARACTERS = 2_000;

/** `✓ Delivered`, `✗ HTTP 503`, `! Interrupted by a restart`. */
export function outcomeMark(call: Pick<Call, 'outcome' | 'status'>): string {
  const sign = call.outcome === 'succeeded' ? '✓' : isOwnFailure(call.outcome) ? '!' : '✗';
  return `${sign} ${outcomeTitle(call)}`;
}

/** Good, bad, or nobody's fault but ours. */
export const outcomeStyle = (outcome: Call['outcome']): Style =>
  outcome === 'succeeded' ? 'green' : isOwnFailure(outcome) ? 'yellow' : 'red';

/**
 * A call that failed: what happened, what to do, and what the receiver said.
 * @param kind of the call: a test is not repeated
 */
export function failureLines(call: Call, paint: Paint, kind: 'delivery' | 'test' = 'delivery'): string[] {
  const advice = outcomeAdvice(call, kind);
  const told = [
    ...(call.error === null ? [] : [inert(call.error)]),
    isOwnFailure(call.outcome) ? advice : `What to do: ${advice}`,
    ...responseLines(call),
  ];
  return [paint(outcomeStyle(call.outcome), outcomeMark(call)), ...told.map(indent)];
}

const indent = (line: string): string => `  ${line}`;

function responseLines({ responseBody, responseBodyEncoding, responseTruncated }: Call): string[] {
  if (responseBody === null || responseBody === '') return [];
  if (responseBodyEncoding === 'base64') return ['It answered with bytes that are no text; --json has them.'];
  const laidOut = indentJson(responseBody);
  const isCut = laidOut.length > MAX_SHOWN_CHARACTERS;
  return [
    'It answered:',
    ...inertLines(laidOut.slice(0, MAX_SHOWN_CHARACTERS)).trimEnd().split('\n').map(indent),
    ...(isCut ? [indent('… (--json has more)')] : []),
    ...(responseTruncated && !isCut ? [indent('… (the rest was not kept)')] : []),
  ];
}

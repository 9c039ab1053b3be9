// A received call as a person reads it, and as one line of JSON. Everything in it came from outside and is made inert.
import type { HeaderNames } from '../../domain/profile.ts';
import { columns } from '../terminal/columns.ts';
import { inert, inertJson, inertLines } from '../terminal/inert.ts';
import type { Paint } from '../terminal/paint.ts';
import { indentJson } from '../words/indent-json.ts';
import { headerOf, type ReceivedCall } from './receiver.ts';

/** Characters of a body that are shown; the rest would only scroll away. */
const MAX_SHOWN_CHARACTERS = 16_384;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The body as text, `undefined` when it is not UTF-8. */
function textOf(body: Uint8Array): string | undefined {
  try {
    return utf8.decode(body);
  } catch {
    return undefined;
  }
}

function verdict({ check }: ReceivedCall, paint: Paint): string {
  switch (check.verdict) {
    case 'verified':
      return paint('green', '✓ verified');
    case 'unchecked':
      return paint('yellow', `? not checked: ${check.why}`);
    case 'refused':
      return paint('red', `✗ not verified: ${check.why}`);
  }
}

function bodyLines(call: ReceivedCall): string[] {
  if (call.body.length === 0) return ['(no body)'];
  const text = textOf(call.body);
  if (text === undefined) return [`(${call.body.length} bytes that are not UTF-8)`];
  const laidOut = indentJson(text);
  const shown = inertLines(laidOut.slice(0, MAX_SHOWN_CHARACTERS)).split('\n');
  return laidOut.length > MAX_SHOWN_CHARACTERS ? [...shown, `… (${call.body.length} bytes)`] : shown;
}

/**
 * Lines that show one call: what came, whether its signature is right, the headers that matter, the body laid out.
 * @param time wall time, as it is to be shown
 */
export function callLines(call: ReceivedCall, names: HeaderNames, time: string, paint: Paint): string[] {
  const answered = call.status === null ? 'no answer' : `answered ${call.status}`;
  const again = call.seen === 0 ? '' : `  ${paint('yellow', `call ${call.seen + 1} of this event`)}`;
  const headers = [names.delivery, names.correlationId, names.signature, 'content-type', 'user-agent'].flatMap(
    (name) => {
      const value = headerOf(call.headers, name);
      return value === undefined ? [] : [[`  ${paint('cyan', name)}`, inert(value)]];
    },
  );
  return [
    `${paint('gray', time)}  ${paint('bold', `${inert(call.method)} ${inert(call.target)}`)}  ${verdict(call, paint)}  ${paint('gray', answered)}${again}`,
    ...columns(headers),
    ...bodyLines(call).map((line) => `  ${line}`),
  ];
}

/** One line of JSON; a body that is not UTF-8 stands as `bodyBase64`. */
export function callJson(call: ReceivedCall, time: string): string {
  const text = textOf(call.body);
  const facts = {
    time,
    method: call.method,
    target: call.target,
    headers: call.headers,
    ...(text === undefined ? { bodyBase64: Buffer.from(call.body).toString('base64') } : { body: text }),
    verdict: call.check.verdict,
    why: call.check.verdict === 'verified' ? null : call.check.why,
    seen: call.seen,
    status: call.status,
  };
  return inertJson(JSON.stringify(facts));
}

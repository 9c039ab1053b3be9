// Sees everything that happens in the demo: writes it down for the verdicts and shows it as it happens.
import { field } from '../../posthorn/src/apps/command/json-field.ts';
import { headerOf, type ReceivedCall } from '../../posthorn/src/apps/receiver/receiver.ts';
import type { Terminal } from '../../posthorn/src/apps/terminal/terminal.ts';
import { type CallListener, HEADER_NAMES } from './installation.ts';
import { callsOf, emptyLedger, type SeenCall } from './ledger.ts';
import { type Happening, timelineLine } from './timeline.ts';

function typeOf(body: string): string {
  try {
    return String(field(JSON.parse(body), 'eventType'));
  } catch {
    return 'a body that is no JSON';
  }
}

/** How long after the call before it came. When the caller gave up on that one, only the caller knows the moment. */
function sinceLast(before: SeenCall | undefined, seen: SeenCall): string[] {
  if (before?.endedAt === undefined) return [];
  const since = before.answered ? before.endedAt : before.arrivedAt;
  const what = before.answered ? 'answer' : 'call';
  return [`${((seen.arrivedAt - since) / 1_000).toFixed(3)} s after the last ${what}`];
}

export class Observer implements CallListener {
  readonly ledger = emptyLedger();
  readonly #terminal: Terminal;
  readonly #seen = new Map<ReceivedCall, SeenCall>();
  #beganAt: number | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** The first event is about to be posted: times are counted from here. */
  begin(): void {
    this.#beganAt = performance.now();
  }

  /** Milliseconds since the first event was posted. */
  get elapsedMs(): number {
    return this.#beganAt === undefined ? 0 : performance.now() - this.#beganAt;
  }

  show(happening: Omit<Happening, 'atMs'>): void {
    const atMs = this.#beganAt === undefined ? undefined : this.elapsedMs;
    this.#terminal.print(timelineLine({ ...happening, atMs }, this.#terminal.paint));
  }

  onCall(endpoint: string, call: ReceivedCall): void {
    const eventId = headerOf(call.headers, HEADER_NAMES.correlationId) ?? '';
    const before = callsOf(this.ledger, { eventId, endpoint }).at(-1);
    const seen: SeenCall = {
      endpoint,
      callId: headerOf(call.headers, HEADER_NAMES.delivery) ?? '',
      eventId,
      refusal: call.check.verdict === 'verified' ? undefined : call.check.why,
      body: Buffer.from(call.body).toString(),
      arrivedAt: call.arrivedAt,
      endedAt: undefined,
      answered: true,
    };
    this.ledger.calls.push(seen);
    this.#seen.set(call, seen);
    const answer = call.status === null ? 'no answer' : `→ ${call.status}`;
    const forged = seen.refusal === undefined ? [] : [seen.refusal];
    this.show({
      mark: seen.refusal === undefined ? 'verified' : 'FORGED',
      endpoint,
      eventType: typeOf(seen.body),
      text: [`call ${call.seen + 1}`, answer, ...sinceLast(before, seen), ...forged].join('  '),
    });
  }

  onEnd(_endpoint: string, call: ReceivedCall, at: number, answered: boolean): void {
    const seen = this.#seen.get(call);
    if (seen === undefined) return;
    seen.endedAt = at;
    seen.answered = answered;
  }
}

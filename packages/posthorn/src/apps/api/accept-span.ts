// Accepting as an OpenTelemetry span, within the trace of the request if the SDK follows requests. Without an SDK it is
// nothing but the call.
import { type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import type { AcceptAnswer } from '../../engine/engine.ts';

const tracer = trace.getTracer('posthorn');

/** @param events how many the request has */
export async function inAcceptSpan(events: number, accept: () => Promise<AcceptAnswer>): Promise<AcceptAnswer> {
  const span = tracer.startSpan('posthorn.accept');
  if (!span.isRecording()) return await accept();
  span.setAttribute('posthorn.events', events);
  try {
    const answer = await accept();
    describe(span, answer);
    return answer;
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    span.end();
  }
}

function describe(span: Span, answer: AcceptAnswer): void {
  span.setAttribute('posthorn.answer', answer.kind);
  if (answer.kind !== 'accepted') return;
  const [only, ...more] = answer.events;
  if (only !== undefined && more.length === 0) span.setAttribute('posthorn.event.id', only.id);
}

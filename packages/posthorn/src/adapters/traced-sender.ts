// A sender whose calls are OpenTelemetry spans. Only the API of OpenTelemetry is used: unless whoever runs Posthorn loads an
// SDK beside it, nothing is recorded and nothing is added to calls.
import { propagation, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Call } from '../domain/call.ts';
import type { CallResult } from '../domain/outcome.ts';
import type { Sender } from '../seams/sender.ts';

/**
 * Makes a span of each call. The receiver's response and the URL's path and query stay out of it.
 * @param passOn whether receivers get the trace, as `traceparent` and whatever else the propagator writes
 */
export function tracedSender(sender: Sender, passOn: boolean): Sender {
  const tracer = trace.getTracer('posthorn');
  async function recorded(span: Span, call: Call, stop: AbortSignal): Promise<CallResult> {
    const headers = passOn ? passedOn(call, trace.setSpan(ROOT_CONTEXT, span)) : call.headers;
    const result = await sender.send({ ...call, headers }, stop);
    if (span.isRecording()) {
      span.setAttributes({
        'posthorn.tenant.id': call.tenantId,
        'posthorn.endpoint.id': call.endpointId,
        'posthorn.event.id': call.eventId,
        ...(call.deliveryId !== null && { 'posthorn.delivery.id': call.deliveryId }),
        'posthorn.attempt.id': call.attemptId,
        'posthorn.outcome': result.outcome,
        'http.request.method': 'POST',
        'server.address': new URL(call.url).hostname,
        ...(result.response !== null && { 'http.response.status_code': result.response.status }),
      });
      if (result.outcome !== 'succeeded') span.setStatus({ code: SpanStatusCode.ERROR, message: result.outcome });
    }
    span.end();
    return result;
  }

  return {
    send(call, stop) {
      // A root: the context at hand is that of whichever request happened to trigger this batch of work.
      const span = tracer.startSpan('posthorn.attempt', { kind: SpanKind.CLIENT, root: true }, ROOT_CONTEXT);
      return span.isRecording() || passOn ? recorded(span, call, stop) : sender.send(call, stop);
    },
    close: () => sender.close(),
  };
}

/** The call's headers and those of the trace; an endpoint's own header of the same name wins. */
function passedOn(call: Call, context: typeof ROOT_CONTEXT): Call['headers'] {
  const carrier: Record<string, string> = {};
  propagation.inject(context, carrier);
  const taken = new Set(call.headers.map(([name]) => name.toLowerCase()));
  const added = Object.entries(carrier).map(([name, value]) => [name.toLowerCase(), value] as const);
  return [...call.headers, ...added.filter(([name]) => !taken.has(name))];
}

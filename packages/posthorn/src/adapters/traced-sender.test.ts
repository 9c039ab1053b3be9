import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { type Context, INVALID_SPAN_CONTEXT, propagation, type Span, trace } from '@opentelemetry/api';
import type { Call } from '../domain/call.ts';
import {
  type AttemptId,
  type DeliveryId,
  type EndpointId,
  type EventId,
  makeId,
  type TenantId,
} from '../domain/ids.ts';
import type { CallResult } from '../domain/outcome.ts';
import { tracedSender } from './traced-sender.ts';

const idOf = <Id extends AttemptId | DeliveryId | EndpointId | EventId>(at: number) =>
  makeId<Id>(at, new Uint8Array(10));

const CALL: Call = {
  tenantId: 'acme' as TenantId,
  endpointId: idOf<EndpointId>(1),
  eventId: idOf<EventId>(2),
  deliveryId: idOf<DeliveryId>(3),
  attemptId: idOf<AttemptId>(4),
  url: 'https://receiver.example/secret-path?token=secret',
  headers: [
    ['content-type', 'application/json'],
    ['X-Acme-Id', 'whatever it is called'],
  ],
  body: new Uint8Array(),
  connectTimeoutMs: 1,
  replyTimeoutMs: 1,
};
const REFUSED: CallResult = {
  outcome: 'connect_refused',
  connectMs: null,
  durationMs: 1,
  repeated: false,
  response: null,
  error: 'refused',
};

/** Acts as an SDK: notes each span's name, attributes, status and end. */
function registerSdk(): Record<string, unknown>[] {
  const spans: Record<string, unknown>[] = [];
  const startSpan = (name: string): Span => {
    const noted: Record<string, unknown> = { name };
    spans.push(noted);
    const span: Span = {
      spanContext: () => ({ ...INVALID_SPAN_CONTEXT, traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) }),
      setAttribute: (key, value) => setAttributes({ [key]: value }),
      setAttributes: (attributes) => setAttributes(attributes),
      addEvent: () => span,
      addLink: () => span,
      addLinks: () => span,
      setStatus: ({ message }) => setAttributes({ status: message }),
      updateName: () => span,
      end: () => void setAttributes({ ended: true }),
      isRecording: () => true,
      recordException: () => {},
    };
    const setAttributes = (attributes: object) => {
      Object.assign(noted, attributes);
      return span;
    };
    return span;
  };
  trace.setGlobalTracerProvider({
    getTracer: () => ({ startSpan, startActiveSpan: () => assert.fail('not used') }),
  });
  propagation.setGlobalPropagator({
    inject: (context: Context, carrier, setter) => {
      const { traceId, spanId } = trace.getSpan(context)?.spanContext() ?? INVALID_SPAN_CONTEXT;
      setter.set(carrier, 'traceparent', `00-${traceId}-${spanId}-01`);
    },
    extract: (context) => context,
    fields: () => ['traceparent'],
  });
  return spans;
}

async function sent(passOn: boolean, call = CALL): Promise<Call> {
  const calls: Call[] = [];
  const send = async (made: Call) => {
    calls.push(made);
    return REFUSED;
  };
  const sender = tracedSender({ send, close: async () => {} }, passOn);
  assert.equal(await sender.send(call, new AbortController().signal), REFUSED);
  const [made] = calls;
  assert.ok(made !== undefined && calls.length === 1);
  return made;
}

describe('a traced sender', () => {
  afterEach(() => {
    trace.disable();
    propagation.disable();
  });

  it('passes calls through as they are when no SDK is registered', async () => {
    assert.equal(await sent(false), CALL);
    assert.deepEqual(await sent(true), CALL);
  });

  it('makes a span of a call, with ids and outcome, without path, query or body', async () => {
    const spans = registerSdk();
    assert.deepEqual((await sent(false)).headers, CALL.headers, 'the call stays to the byte what the contract says');
    assert.deepEqual(spans, [
      {
        name: 'posthorn.attempt',
        'posthorn.tenant.id': CALL.tenantId,
        'posthorn.endpoint.id': CALL.endpointId,
        'posthorn.event.id': CALL.eventId,
        'posthorn.delivery.id': CALL.deliveryId,
        'posthorn.attempt.id': CALL.attemptId,
        'posthorn.outcome': 'connect_refused',
        'http.request.method': 'POST',
        'server.address': 'receiver.example',
        status: 'connect_refused',
        ended: true,
      },
    ]);
  });

  it('names no delivery in the span of a test', async () => {
    const spans = registerSdk();
    await sent(false, { ...CALL, deliveryId: null });
    assert.deepEqual(Object.keys(spans[0] ?? {}).includes('posthorn.delivery.id'), false);
  });

  it('passes the trace on to the receiver when told to, unless the endpoint has such a header of its own', async () => {
    registerSdk();
    const traceparent = ['traceparent', `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`];
    assert.deepEqual((await sent(true)).headers, [...CALL.headers, traceparent]);
    const own: Call = { ...CALL, headers: [['traceparent', 'own'], ...CALL.headers] };
    assert.deepEqual((await sent(true, own)).headers, own.headers);
  });
});

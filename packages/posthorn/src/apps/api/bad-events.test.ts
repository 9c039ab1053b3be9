// Events and batches that must not get in.

import { UNKNOWN_ID } from '../../../tests/support/api-bench.ts';
import { type BadRequest, describeRefusals, ENDPOINTS, EVENTS } from '../../../tests/support/bad-requests.ts';
import { MAX_BATCH_EVENTS, MAX_BATCH_REQUEST_BYTES, MAX_EVENT_REQUEST_BYTES, MAX_PAYLOAD_BYTES } from './limits.ts';

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

const event = (what: string, body: unknown, status: number, field?: string, message?: RegExp): BadRequest => ({
  what: `an event ${what}`,
  path: EVENTS,
  body,
  status,
  field,
  message,
});

const batch = (what: string, body: unknown, status: number, field?: string, message?: RegExp): BadRequest => ({
  ...event(what, body, status, field, message),
  what: `a batch ${what}`,
  path: `${EVENTS}/batch`,
});

/** Fields of a payload that contradict the event around it, which has the type `a`. */
const CONTRADICTIONS: readonly (readonly [what: string, fields: object, field: string, message: RegExp])[] = [
  ...[null, 5, '', 'order-1', true, [], {}, [UNKNOWN_ID], `${UNKNOWN_ID} `].map(
    (eventId) => [`the eventId ${JSON.stringify(eventId)}`, { eventId }, 'eventId', /UUID.*leave it out/] as const,
  ),
  ['an eventId in capitals', { eventId: UNKNOWN_ID.toUpperCase() }, 'eventId', /lower case/],
  ...[null, 5, '', 'b', 'A', ['a'], {}].map(
    (eventType) => [`the eventType ${JSON.stringify(eventType)}`, { eventType }, 'eventType', /leave it out/] as const,
  ),
];
const TEST_CALL = `${ENDPOINTS}/:endpoint/test`;

const KEYS: readonly (readonly [keys: unknown, field: string, message: RegExp])[] = [
  [{}, 'keys', /array/],
  ['ORD-1', 'keys', /array/],
  [null, 'keys', /array/],
  [[1], 'keys[0]', /string/],
  [['a', ''], 'keys[1]', /visible/],
  [[' a'], 'keys[0]', /visible/],
  [['a '], 'keys[0]', /visible/],
  [['a\u0000'], 'keys[0]', /visible/],
  [['a\nb'], 'keys[0]', /visible/],
  [['k'.repeat(129)], 'keys[0]', /128/],
  [['a', 'a'], 'keys', /twice|unique|duplicate/],
  [['a', 'b', 'c', 'd', 'e', 'f'], 'keys', /5/],
];

describeRefusals(
  'payloads that contradict their event',
  CONTRADICTIONS.flatMap(([what, payload, name, message]) => [
    event(`with ${what}`, { type: 'a', payload }, 422, `payload.${name}`, message),
    event(`with an id, and ${what}`, { type: 'a', payload, id: UNKNOWN_ID }, 422, `payload.${name}`, message),
    batch(
      `with ${what} in one of its payloads`,
      {
        events: [
          { type: 'a', payload: {} },
          { type: 'a', payload },
        ],
      },
      422,
      `events[1].payload.${name}`,
      message,
    ),
    {
      ...event('', { type: 'a', payload }, 422, `payload.${name}`, message),
      what: `a test call with ${what}`,
      path: TEST_CALL,
    },
  ]),
);

describeRefusals(
  'keys that are none',
  KEYS.flatMap(([keys, field, message]) => [
    event(`with the keys ${JSON.stringify(keys).slice(0, 40)}`, { type: 'a', payload: {}, keys }, 422, field, message),
    batch(
      `with the keys ${JSON.stringify(keys).slice(0, 40)}`,
      { events: [{ type: 'a', payload: {}, keys }] },
      422,
      `events[0].${field}`,
      message,
    ),
  ]),
);

describeRefusals('bad events', [
  // Not JSON, or not plain JSON.
  event('that is nothing', '', 422, 'type', /required/),
  event('that is cut off', '{"type":"a","payload":{}', 400, undefined, /not JSON.*line 1/),
  event('with a trailing comma', '{"type":"a","payload":{},}', 400, undefined, /line 1, column 26/),
  event('with a number that JSON does not know', '{"type":"a","payload":{"n":01}}', 400),
  event('behind a byte order mark', '\ufeff{"type":"a","payload":{}}', 400),
  event('with two values', '{"type":"a","payload":{}} {}', 400),
  event('with a duplicate key', '{"type":"a","payload":{"n":1,"n":2}}', 422, '', /"n" appears twice/),
  event(
    'with a duplicate key spelled otherwise',
    String.raw`{"type":"a","payload":{"n":1,"\u006e":2}}`,
    422,
    '',
    /twice/,
  ),
  event('with its type given twice', '{"type":"a","type":"b","payload":{}}', 422, '', /"type" appears twice/),
  event('with a lone surrogate', String.raw`{"type":"a","payload":{"n":"\ud800"}}`, 422, '', /surrogate/),
  event('nested 65 levels deep', `{"type":"a","payload":{"n":${deep(64)}}}`, 422, '', /64 levels/),
  event('nested 130,000 levels deep', `{"type":"a","payload":{"n":${deep(130_000)}}}`, 422, '', /64 levels/),
  event(
    'with 20,000 keys',
    { type: 'a', payload: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, n])) },
    422,
    '',
    /10000 keys/,
  ),
  { ...event('as a form', 'type=a', 415), headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  { ...event('as text', '{"type":"a","payload":{}}', 415), headers: { 'content-type': 'text/plain' } },
  { ...event('in parts', '--x--', 415), headers: { 'content-type': 'multipart/form-data; boundary=x' } },
  {
    ...event('in Latin-1', '{"type":"a","payload":{}}', 415),
    headers: { 'content-type': 'application/json; charset=latin1' },
  },
  { ...event('that is compressed', '{"type":"a","payload":{}}', 415), headers: { 'content-encoding': 'gzip' } },
  {
    ...event('of another kind of JSON', '{"type":"a","payload":{}}', 415),
    headers: { 'content-type': 'application/merge-patch+json' },
  },
  { ...event('with a broken content type', '{"type":"a","payload":{}}', 415), headers: { 'content-type': 'json' } },

  // Sizes.
  event(
    'whose payload is a byte too large',
    `{"type":"a","payload":{"x":"${'x'.repeat(MAX_PAYLOAD_BYTES - 7)}"}}`,
    413,
    'payload',
    /262144/,
  ),
  event(
    'whose payload is too large in bytes, not characters',
    `{"type":"a","payload":{"x":"${'ä'.repeat(MAX_PAYLOAD_BYTES / 2)}"}}`,
    413,
    'payload',
    /262144/,
  ),
  event(
    'that is too large as a whole',
    ' '.repeat(MAX_EVENT_REQUEST_BYTES + 1),
    413,
    undefined,
    new RegExp(String(MAX_EVENT_REQUEST_BYTES)),
  ),
  batch(
    'that is too large as a whole',
    ' '.repeat(MAX_BATCH_REQUEST_BYTES + 1),
    413,
    undefined,
    new RegExp(String(MAX_BATCH_REQUEST_BYTES)),
  ),
  batch(
    'with one payload that is too large',
    {
      events: [
        { type: 'a', payload: {} },
        { type: 'a', payload: { x: 'x'.repeat(MAX_PAYLOAD_BYTES) } },
      ],
    },
    413,
    'events[1].payload',
    /262144/,
  ),

  // The event's own fields.
  event('that is a list', [], 422, '', /object/),
  event('that is null', 'null', 422, '', /object/),
  event('that is a text', '"a"', 422, '', /object/),
  event('without a type', { payload: {} }, 422, 'type', /required.*128/),
  event('without a payload', { type: 'a' }, 422, 'payload', /required.*262144/),
  event('whose payload is a list', { type: 'a', payload: [{}] }, 422, 'payload', /object/),
  event('whose payload is null', { type: 'a', payload: null }, 422, 'payload', /object/),
  event('whose payload is a text', { type: 'a', payload: '{}' }, 422, 'payload', /object/),
  event('whose payload is a number', { type: 'a', payload: 1 }, 422, 'payload', /object/),
  event('whose type is a number', { type: 1, payload: {} }, 422, 'type', /string/),
  event('whose type is empty', { type: '', payload: {} }, 422, 'type', /1 to 128/),
  event('whose type has a space', { type: 'a b', payload: {} }, 422, 'type', /A-Z a-z 0-9/),
  event('whose type ends in a dot', { type: 'a.', payload: {} }, 422, 'type', /dots between/),
  event('whose type is a prefix', { type: 'a.*', payload: {} }, 422, 'type', /A-Z a-z 0-9/),
  event('whose type is too long', { type: 'a'.repeat(129), payload: {} }, 422, 'type', /128/),
  event('whose type ends in a line end', { type: 'a\n', payload: {} }, 422, 'type', /A-Z a-z 0-9/),
  event('whose type is too long and ends in a dot', { type: `${'a'.repeat(128)}.`, payload: {} }, 422, 'type', /128/),
  event('whose type has a backslash', { type: 'a\\b', payload: {} }, 422, 'type', /A-Z a-z 0-9 _ - : \//),
  event('with a field too many', { type: 'a', payload: {}, tpye: 'b' }, 422, 'tpye', /allowed: type, payload, id/),
  event('with a field in another case', { Type: 'a', payload: {} }, 422, 'Type', /allowed: type/),
  event('with __proto__ as a field', '{"type":"a","payload":{},"__proto__":{"id":"x"}}', 422, '__proto__', /not known/),
  event('with constructor as a field', { type: 'a', payload: {}, constructor: 1 }, 422, 'constructor', /not known/),
  ...['', ' ', 'order 1', ' order-1', 'order-1\n', 'order\u00a01', 'order\u200b1', '\u0000', 'x'.repeat(256)].map(
    (id) =>
      event(`whose id is ${JSON.stringify(id).slice(0, 20)}`, { type: 'a', payload: {}, id }, 422, 'id', /255 visible/),
  ),
  event(
    'whose payload has the text that its id is made from',
    { type: 'a', payload: { eventId: 'order-1' }, id: 'order-1' },
    422,
    'payload.eventId',
    /leave it out.*own as id/,
  ),
  event(
    'whose id is a UUID in capitals that the payload has in lower case',
    { type: 'a', payload: { eventId: UNKNOWN_ID }, id: UNKNOWN_ID.toUpperCase() },
    422,
    'payload.eventId',
    /another id/,
  ),
  event('whose id is null', { type: 'a', payload: {}, id: null }, 422, 'id', /string.*UUID/),
  event('whose id is a list', { type: 'a', payload: {}, id: [UNKNOWN_ID] }, 422, 'id', /string.*UUID/),
  event(
    'with two ids that differ',
    { type: 'a', payload: { eventId: '11111111-8694-739b-aea5-966c26f8ad91' }, id: UNKNOWN_ID },
    422,
    'payload.eventId',
    /another id/,
  ),
  event(
    'whose payload has its id in capitals',
    { type: 'a', payload: { eventId: UNKNOWN_ID.toUpperCase() } },
    422,
    'payload.eventId',
    /lower case/,
  ),
]);

describeRefusals('bad batches', [
  batch('without events', {}, 422, 'events', /required.*1000/),
  batch('of no events', { events: [] }, 422, 'events', /1 to 1000/),
  batch(
    'of too many events',
    { events: Array.from({ length: MAX_BATCH_EVENTS + 1 }, () => ({ type: 'a', payload: {} })) },
    422,
    'events',
    /1000/,
  ),
  batch('that is a list', [{ type: 'a', payload: {} }], 422, '', /object/),
  batch('whose events are an object', { events: {} }, 422, 'events', /array/),
  batch('with a number among its events', { events: [{ type: 'a', payload: {} }, 7] }, 422, 'events[1]', /object/),
  batch(
    'with a bad event',
    { events: [{ type: 'a', payload: {} }, { type: 'a' }] },
    422,
    'events[1].payload',
    /required/,
  ),
  batch(
    'with a field too many in an event',
    { events: [{ type: 'a', payload: {}, x: 1 }] },
    422,
    'events[0].x',
    /allowed: type, payload, id/,
  ),
  batch('with a field too many', { events: [{ type: 'a', payload: {} }], x: 1 }, 422, 'x', /allowed: events/),
  batch('with a bad id', { events: [{ type: 'a', payload: {}, id: 'a b' }] }, 422, 'events[0].id', /visible/),
  batch(
    'with two own ids alike',
    {
      events: [
        { type: 'a', payload: {}, id: 'order-1' },
        { type: 'b', payload: {}, id: 'order-1' },
      ],
    },
    422,
    'events[1].id',
    /events\[0\]/,
  ),
  batch(
    'with two ids alike',
    {
      events: [
        { type: 'a', payload: {}, id: UNKNOWN_ID },
        { type: 'b', payload: {}, id: UNKNOWN_ID },
      ],
    },
    422,
    'events[1].id',
    /events\[0\]/,
  ),
  batch(
    'with an event whose ids differ',
    { events: [{ type: 'a', payload: { eventId: '11111111-8694-739b-aea5-966c26f8ad91' }, id: UNKNOWN_ID }] },
    422,
    'events[0].payload.eventId',
    /another id/,
  ),
  batch('nested too deep', `{"events":[{"type":"a","payload":{"n":${deep(64)}}}]}`, 422, '', /64 levels/),
  batch('with a duplicate key', '{"events":[{"type":"a","payload":{"n":1,"n":1}}]}', 422, '', /twice/),
  batch('of millions of events', `{"events":[${'{},'.repeat(2_000_000)}{}]}`, 422),
]);

// Everything that must not get in. Each row is one request and the answer it must get: the status, the field at fault, and
// words about what is allowed there. After each, everything that is stored must be as it was.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { ApiBench, AUTHORIZED, list, type Method, text, UNKNOWN_ID } from '../../../tests/support/api-bench.ts';
import { makeCursor } from './cursor.ts';
import {
  MAX_BATCH_EVENTS,
  MAX_BATCH_REQUEST_BYTES,
  MAX_DESCRIPTION_CHARACTERS,
  MAX_EVENT_REQUEST_BYTES,
  MAX_NAME_CHARACTERS,
  MAX_PAYLOAD_BYTES,
  MAX_REQUEST_BYTES,
  MAX_SUBSCRIPTIONS,
} from './limits.ts';

interface Row {
  readonly what: string;
  readonly method?: Method;
  /** `:endpoint` and `:delivery` stand for ones that exist. */
  readonly path: string;
  /** A text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly field?: string;
  readonly message?: RegExp;
}

const TENANT = '/v1/tenants/acme';
const EVENTS = `${TENANT}/events`;
const BATCH = `${EVENTS}/batch`;
const ENDPOINTS = `${TENANT}/endpoints`;
const URL = 'https://receiver.example/hook';
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

const event = (what: string, body: unknown, status: number, field?: string, message?: RegExp): Row => ({
  what: `an event ${what}`,
  path: EVENTS,
  body,
  status,
  ...(field !== undefined && { field }),
  ...(message !== undefined && { message }),
});

const batch = (what: string, body: unknown, status: number, field?: string, message?: RegExp): Row => ({
  ...event(what, body, status, field, message),
  what: `a batch ${what}`,
  path: BATCH,
});

/** A new endpoint with these settings, and a change of one to them, are refused alike. */
const endpoint = (what: string, settings: object, field: string, message: RegExp): Row[] => [
  { what: `an endpoint ${what}`, path: ENDPOINTS, body: { url: URL, ...settings }, status: 422, field, message },
  {
    what: `a change to an endpoint ${what}`,
    method: 'PATCH',
    path: `${ENDPOINTS}/:endpoint`,
    body: settings,
    status: 422,
    field,
    message,
  },
];

const url = (what: string, text: string, message: RegExp) =>
  endpoint(`whose URL ${what}`, { url: text }, 'url', message);

const header = (what: string, name: string, value: string, message: RegExp, field = `headers.${name}`) =>
  endpoint(`with a header ${what}`, { headers: { [name]: value } }, field, message);

const query = (path: string, text: string, field: string, message: RegExp): Row => ({
  what: `${path}?${text.slice(0, 60)}`,
  method: 'GET',
  path: `${TENANT}/${path}?${text}`,
  status: 422,
  field: `query.${field}`,
  message,
});

const ROWS: readonly Row[] = [
  // What is no JSON, or not plain.
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
  {
    what: 'a tenant that is too large',
    method: 'PUT',
    path: TENANT,
    body: ' '.repeat(MAX_REQUEST_BYTES + 1),
    status: 413,
    message: new RegExp(String(MAX_REQUEST_BYTES)),
  },

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
  event('whose type ends in a dot', { type: 'a.', payload: {} }, 422, 'type', /between dots/),
  event('whose type is a prefix', { type: 'a.*', payload: {} }, 422, 'type', /A-Z a-z 0-9/),
  event('whose type is too long', { type: 'a'.repeat(129), payload: {} }, 422, 'type', /128/),
  event('whose type ends in a line end', { type: 'a\n', payload: {} }, 422, 'type', /A-Z a-z 0-9/),
  event('with a field too many', { type: 'a', payload: {}, tpye: 'b' }, 422, 'tpye', /allowed: type, payload, id/),
  event('with a field in another case', { Type: 'a', payload: {} }, 422, 'Type', /allowed: type/),
  event('with __proto__ as a field', '{"type":"a","payload":{},"__proto__":{"id":"x"}}', 422, '__proto__', /not known/),
  event('with constructor as a field', { type: 'a', payload: {}, constructor: 1 }, 422, 'constructor', /not known/),
  event('whose id is no UUID', { type: 'a', payload: {}, id: '1' }, 422, 'id', /UUID in lower case/),
  event('whose id is in capitals', { type: 'a', payload: {}, id: UNKNOWN_ID.toUpperCase() }, 422, 'id', /lower case/),
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

  // Batches.
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
  batch('with a bad id', { events: [{ type: 'a', payload: {}, id: 'x' }] }, 422, 'events[0].id', /UUID/),
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

  // Tenants.
  {
    what: 'a tenant with a name that is a number',
    method: 'PUT',
    path: TENANT,
    body: { name: 1 },
    status: 422,
    field: 'name',
    message: /string/,
  },
  {
    what: 'a tenant with no name at all',
    method: 'PUT',
    path: TENANT,
    body: { name: '' },
    status: 422,
    field: 'name',
    message: /1 to 200/,
  },
  {
    what: 'a tenant with a name that is null',
    method: 'PUT',
    path: TENANT,
    body: { name: null },
    status: 422,
    field: 'name',
    message: /string/,
  },
  {
    what: 'a tenant with too long a name',
    method: 'PUT',
    path: TENANT,
    body: { name: 'x'.repeat(MAX_NAME_CHARACTERS + 1) },
    status: 422,
    field: 'name',
    message: /200/,
  },
  {
    what: 'a tenant with a field too many',
    method: 'PUT',
    path: TENANT,
    body: { Name: 'x' },
    status: 422,
    field: 'Name',
    message: /allowed: name/,
  },
  { what: 'a tenant that is a list', method: 'PUT', path: TENANT, body: [], status: 422, field: '', message: /object/ },
  {
    what: 'a tenant whose id is too long',
    method: 'PUT',
    path: `/v1/tenants/${'x'.repeat(65)}`,
    status: 422,
    field: 'path.tenant',
    message: /1 to 64/,
  },
  {
    what: 'a tenant whose id has a space',
    method: 'PUT',
    path: '/v1/tenants/a%20b',
    status: 422,
    field: 'path.tenant',
    message: /A-Z a-z 0-9/,
  },

  // Endpoints.
  { what: 'an endpoint without a URL', path: ENDPOINTS, body: {}, status: 422, field: 'url', message: /required/ },
  { what: 'an endpoint that is nothing', path: ENDPOINTS, status: 422, field: 'url', message: /required/ },
  {
    what: 'a change of nothing',
    method: 'PATCH',
    path: `${ENDPOINTS}/:endpoint`,
    body: {},
    status: 422,
    field: '',
    message: /[Aa]t least one setting/,
  },
  {
    what: 'an endpoint that does not exist yet but is to be changed badly',
    method: 'PATCH',
    path: `${ENDPOINTS}/${UNKNOWN_ID}`,
    body: { url: 7 },
    status: 422,
    field: 'url',
    message: /string/,
  },
  ...url('is plain HTTP', 'http://receiver.example/', /https/),
  ...url('has another scheme', 'ftp://receiver.example/', /https/),
  ...url('is no URL', 'receiver.example', /https/),
  ...url('is empty', '', /https/),
  ...url('names this machine', 'https://localhost/', /public/),
  ...url('names a private address', 'https://10.0.0.1/', /public/),
  ...url('disguises an address', 'https://0x08080808/', /8\.8\.8\.8/),
  ...url('names an inner address of IPv6', 'https://[::1]/', /public/),
  ...url('has a password', 'https://user:pass@receiver.example/', /user name or password/),
  ...url('has a fragment', 'https://receiver.example/#x', /fragment/),
  ...url('has a space', 'https://receiver.example/ x', /space/),
  ...url('has a line end', 'https://receiver.example/\nx', /invisible/),
  ...url('is too long', `https://receiver.example/${'x'.repeat(2_048)}`, /2048/),
  ...url('is far too long', `https://receiver.example/${'x'.repeat(5_000)}`, /4096/),
  ...endpoint('whose URL is null', { url: null }, 'url', /string/),
  ...endpoint('with event types that are a text', { eventTypes: 'a' }, 'eventTypes', /array/),
  ...endpoint('with no event types', { eventTypes: [] }, 'eventTypes', /1 to 100/),
  ...endpoint(
    'with too many event types',
    { eventTypes: Array.from({ length: MAX_SUBSCRIPTIONS + 1 }, (_, n) => `t${n}`) },
    'eventTypes',
    /100/,
  ),
  ...endpoint('with an event type twice', { eventTypes: ['a', 'a'] }, 'eventTypes', /different/),
  ...endpoint('with a star as an event type', { eventTypes: ['a', '*'] }, 'eventTypes[1]', /prefix ending in \.\*/),
  ...endpoint('with a star inside an event type', { eventTypes: ['a.*.b'] }, 'eventTypes[0]', /prefix ending in \.\*/),
  ...endpoint('with an event type that is too long', { eventTypes: ['a'.repeat(129)] }, 'eventTypes[0]', /128/),
  ...endpoint('with an event type that is null', { eventTypes: [null] }, 'eventTypes[0]', /string/),
  ...endpoint(
    'with too long a description',
    { description: 'x'.repeat(MAX_DESCRIPTION_CHARACTERS + 1) },
    'description',
    /1024/,
  ),
  ...endpoint('with a schedule that is a number', { scheduleMs: 10_000 }, 'scheduleMs', /array/),
  ...endpoint('with a negative delay', { scheduleMs: [-1] }, 'scheduleMs[0]', /0 to/),
  ...endpoint('with half a millisecond of delay', { scheduleMs: [0, 0.5] }, 'scheduleMs[1]', /integer/),
  ...endpoint('with a delay of a year', { scheduleMs: [31_536_000_000] }, 'scheduleMs[0]', /30 days/),
  ...endpoint('with a delay as text', { scheduleMs: ['10000'] }, 'scheduleMs[0]', /integer/),
  ...endpoint('with too many delays', { scheduleMs: Array(21).fill(1) }, 'scheduleMs', /at most 20/),
  ...endpoint('with no time to connect', { connectTimeoutMs: 0 }, 'connectTimeoutMs', /100 to 10000/),
  ...endpoint('with too much time to connect', { connectTimeoutMs: 10_001 }, 'connectTimeoutMs', /100 to 10000/),
  ...endpoint('with too much time to reply', { replyTimeoutMs: 60_001 }, 'replyTimeoutMs', /100 to 60000/),
  ...endpoint('with a time as text', { replyTimeoutMs: '30s' }, 'replyTimeoutMs', /integer/),
  ...endpoint('with a secret that is too short', { secret: 'short' }, 'secret', /at least 16/),
  ...endpoint('with a secret that is too long', { secret: 'x'.repeat(257) }, 'secret', /256/),
  ...endpoint('with a secret that is too long in bytes', { secret: 'ä'.repeat(200) }, 'secret', /256/),
  ...endpoint('with a line end in its secret', { secret: `${'x'.repeat(20)}\n` }, 'secret', /line end/),
  ...endpoint('with a secret that is null', { secret: null }, 'secret', /string/),
  ...endpoint('with a field too many', { eventtypes: ['a'] }, 'eventtypes', /allowed: .*eventTypes/),
  ...endpoint('that is disabled by a field', { enabled: false }, 'enabled', /not known/),
  ...endpoint('with an id of its own', { id: UNKNOWN_ID }, 'id', /not known/),
  ...header('with a line end', 'x-a', 'a\r\nx-b: c', /no line ends/),
  ...header('with a NUL', 'x-a', 'a\0', /visible ASCII/),
  ...header('beyond ASCII', 'x-a', 'ä', /visible ASCII/),
  ...header('that is too long', 'x-a', 'x'.repeat(1_025), /1024/),
  ...header('whose name has a colon', 'x:a', 'b', /letters, digits/, 'headers["x:a"]'),
  ...header('without a name', '', 'b', /not empty/, 'headers[""]'),
  ...header('called Host', 'Host', 'b', /connection/),
  ...header('called Content-Length', 'Content-Length', '3', /connection/),
  ...header('called Transfer-Encoding', 'Transfer-Encoding', 'chunked', /connection/),
  ...header('called Connection', 'Connection', 'close', /connection/),
  ...header('called like one of ours', 'X-iAdvize-Signature', 'x', /set by Posthorn/),
  ...header('called Content-Type', 'Content-Type', 'text/plain', /set by Posthorn/),
  ...endpoint('with a header that is a list', { headers: { 'x-a': ['b'] } }, 'headers.x-a', /string/),
  ...endpoint('with headers that are a list', { headers: [] }, 'headers', /object/),
  ...endpoint('with a header twice', { headers: { 'x-a': '1', 'X-A': '2' } }, 'headers.X-A', /twice/),
  ...endpoint(
    'with 33 headers',
    { headers: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`x-${n}`, ''])) },
    'headers',
    /32/,
  ),

  // Calls that take no body.
  {
    what: 'a body for enabling',
    path: `${ENDPOINTS}/:endpoint/enable`,
    body: { enabled: false },
    status: 422,
    field: '',
    message: /no body/,
  },
  {
    what: 'a body for disabling',
    path: `${ENDPOINTS}/:endpoint/disable`,
    body: [],
    status: 422,
    field: '',
    message: /no body/,
  },
  {
    what: 'a body for retrying',
    path: `${TENANT}/deliveries/:delivery/retry`,
    body: { at: 'later' },
    status: 422,
    field: '',
    message: /no body/,
  },
  {
    what: 'a body for deleting an endpoint',
    method: 'DELETE',
    path: `${ENDPOINTS}/:endpoint`,
    body: { force: true },
    status: 422,
    field: '',
    message: /no body/,
  },
  {
    what: 'a body for deleting a tenant',
    method: 'DELETE',
    path: TENANT,
    body: { force: true },
    status: 422,
    field: '',
    message: /no body/,
  },

  // Test calls.
  {
    what: 'a test call with a payload that is a list',
    path: `${ENDPOINTS}/:endpoint/test`,
    body: { payload: [] },
    status: 422,
    field: 'payload',
    message: /object/,
  },
  {
    what: 'a test call with a bad type',
    path: `${ENDPOINTS}/:endpoint/test`,
    body: { type: '*' },
    status: 422,
    field: 'type',
    message: /A-Z/,
  },
  {
    what: 'a test call with an id',
    path: `${ENDPOINTS}/:endpoint/test`,
    body: { id: UNKNOWN_ID },
    status: 422,
    field: 'id',
    message: /allowed: type, payload/,
  },
  {
    what: 'a test call with too large a payload',
    path: `${ENDPOINTS}/:endpoint/test`,
    body: { payload: { x: 'x'.repeat(MAX_PAYLOAD_BYTES) } },
    status: 413,
    field: 'payload',
    message: /262144/,
  },

  // Lists.
  ...['events', 'deliveries', 'endpoints'].flatMap((path) => [
    query(path, 'limit=0', 'limit', /1 to 200/),
    query(path, 'limit=-1', 'limit', /1 to 200/),
    query(path, 'limit=201', 'limit', /1 to 200/),
    query(path, 'limit=1000000000', 'limit', /1 to 200/),
    query(path, 'limit=NaN', 'limit', /integer/),
    query(path, 'limit=', 'limit', /integer/),
    query(path, 'limit=1.5', 'limit', /integer/),
    query(path, 'limit=0x10', 'limit', /integer/),
    query(path, 'limit=%201', 'limit', /integer/),
    query(path, 'limit=1&limit=2', 'limit', /integer/),
    query(path, 'cursor=', 'cursor', /nextCursor/),
    query(path, 'cursor=abc', 'cursor', /nextCursor/),
    query(path, `cursor=${makeCursor('tenants', 'acme')}`, 'cursor', /nextCursor/),
    query(path, `cursor=${makeCursor(path, "' or 1=1 --")}`, 'cursor', /nextCursor/),
    query(path, `cursor=${'A'.repeat(201)}`, 'cursor', /200/),
    query(path, 'page=2', 'page', /allowed: .*limit, cursor/),
  ]),
  ...['events', 'deliveries'].flatMap((path) => [
    query(path, 'since=yesterday', 'since', /ISO 8601/),
    query(path, 'since=2026-02-30T00:00:00Z', 'since', /exists|form/),
    query(path, 'since=2026-01-01T24:00:00Z', 'since', /exists|form/),
    query(path, 'since=2026-12-31T23:59:60Z', 'since', /exists|form/),
    query(path, 'since=2026-01-01T00:00Z', 'since', /ISO 8601/),
    query(path, 'since=300000-01-01T00:00:00Z', 'since', /ISO 8601/),
    query(path, 'until=2026-01-01', 'until', /ISO 8601/),
    query(path, 'until=2026-01-01T00:00:00%2B02:00', 'until', /ISO 8601/),
    query(path, 'until=0', 'until', /ISO 8601/),
    query(path, 'eventType=*', 'eventType', /A-Z/),
    query(path, "eventType='", 'eventType', /A-Z/),
  ]),
  query('deliveries', 'state=done', 'state', /pending, succeeded, exhausted, cancelled/),
  query('deliveries', 'state=', 'state', /pending/),
  query('deliveries', 'state=Pending', 'state', /pending/),
  query('deliveries', 'endpointId=1', 'endpointId', /UUID/),
  query('deliveries', `eventId=${UNKNOWN_ID.toUpperCase()}`, 'eventId', /lower case/),
];

async function stored(bench: ApiBench): Promise<string> {
  const parts = ['/v1/tenants', TENANT, ENDPOINTS, `${TENANT}/events`, `${TENANT}/deliveries`];
  const bodies = [];
  for (const part of parts) bodies.push((await bench.call('GET', part)).body);
  for (const one of list(bodies[2], 'data')) {
    bodies.push((await bench.call('GET', `${ENDPOINTS}/${text(one, 'id')}/secret`)).body);
  }
  return JSON.stringify(bodies);
}

describe('bad input', () => {
  let bench: ApiBench;
  let endpointId: string;
  let deliveryId: string;
  let atFirst: string;

  before(async () => {
    bench = await ApiBench.open();
    await bench.tenant('acme');
    endpointId = await bench.endpoint('acme', { headers: { 'x-kept': 'yes' } });
    const { body } = await bench.call('POST', EVENTS, { type: 'kept', payload: {} });
    deliveryId = text(body, 'deliveries', 0, 'id');
    await bench.until('the event is delivered', async () => {
      const shown = await bench.call('GET', `${TENANT}/deliveries?state=succeeded`);
      return list(shown.body, 'data').length === 1;
    });
    atFirst = await stored(bench);
  });
  after(async () => await bench[Symbol.asyncDispose]());

  for (const { what, method = 'POST', path, body, headers = {}, status, field, message } of ROWS) {
    it(`is refused: ${what}`, async () => {
      const filled = path.replace(':endpoint', endpointId).replace(':delivery', deliveryId);
      const answer = await bench.call(method, filled, body, headers);
      assert.equal(answer.status, status, JSON.stringify(answer.body).slice(0, 500));
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
      assert.equal(text(answer.body, 'type').startsWith('urn:posthorn:problem:'), true);
      const detail = text(answer.body, 'detail');
      assert.ok(detail.length < 1_000, 'the answer must not grow with the request');
      if (field === undefined) assert.match(detail, message ?? /./);
      else {
        const error = list(answer.body, 'errors').find((one) => text(one, 'field') === field);
        assert.ok(error !== undefined, JSON.stringify(answer.body));
        assert.match(text(error, 'message'), message ?? /./);
      }
      assert.equal(await stored(bench), atFirst, 'something has changed');
      assert.equal(bench.calls.length, 1);
    });
  }

  it('that is drawn at random is answered with 4xx, never 5xx', async () => {
    const words = fc.constantFrom(
      'type',
      'payload',
      'id',
      'events',
      'url',
      'headers',
      'eventTypes',
      'scheduleMs',
      '__proto__',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.dictionary(words, tie('tree')), fc.array(tie('tree'))),
    }));
    const paths = fc.constantFrom(EVENTS, BATCH, ENDPOINTS);
    await fc.assert(
      fc.asyncProperty(paths, tree, async (path, body) => {
        const response = await bench.app.inject({
          method: 'POST',
          url: path,
          headers: { ...AUTHORIZED, 'content-type': 'application/json' },
          payload: JSON.stringify(body),
        });
        assert.ok(response.statusCode >= 400 && response.statusCode < 500, `${response.statusCode} ${response.body}`);
      }),
      { numRuns: 300 },
    );
    assert.deepEqual(bench.log, []);
  });

  it('in a query that is drawn at random is answered with 200 or 4xx, never 5xx', async () => {
    const names = fc.constantFrom(
      'limit',
      'cursor',
      'state',
      'endpointId',
      'eventId',
      'eventType',
      'since',
      'until',
      'x',
    );
    const values = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.base64String(),
      fc.constantFrom('NaN', '1e9', 'null', "' --"),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('events', 'deliveries', 'endpoints'),
        fc.array(fc.tuple(names, values)),
        async (path, pairs) => {
          const search = new URLSearchParams(pairs).toString();
          const response = await bench.app.inject({
            method: 'GET',
            url: `${TENANT}/${path}?${search}`,
            headers: AUTHORIZED,
          });
          assert.ok(
            response.statusCode === 200 || response.statusCode === 422,
            `${response.statusCode} ${response.body}`,
          );
        },
      ),
      { numRuns: 300 },
    );
    assert.deepEqual(bench.log, []);
  });
});

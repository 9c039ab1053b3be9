// Questions that lists must not take.
import { UNKNOWN_ID } from '../../../tests/support/api-bench.ts';
import { type BadRequest, describeRefusals, TENANT } from '../../../tests/support/bad-requests.ts';
import { makeCursor } from './cursor.ts';

const query = (path: string, text: string, field: string, message: RegExp): BadRequest => ({
  what: `${path}?${text.slice(0, 60)}`,
  method: 'GET',
  path: `${TENANT}/${path}?${text}`,
  status: 422,
  field: `query.${field}`,
  message,
});

describeRefusals('bad queries', [
  ...['events', 'deliveries', 'endpoints', 'replays'].flatMap((path) => [
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
    query(path, '__proto__=1', '__proto__', /not known/),
  ]),
  ...['events', 'deliveries'].flatMap((path) => [
    query(path, 'since=yesterday', 'since', /RFC 3339/),
    query(path, 'since=2026-02-30T00:00:00Z', 'since', /exists|form/),
    query(path, 'since=2026-01-01T24:00:00Z', 'since', /exists|form/),
    query(path, 'since=2026-12-31T23:59:60Z', 'since', /exists|form/),
    query(path, 'since=2026-01-01T00:00Z', 'since', /RFC 3339/),
    query(path, 'since=300000-01-01T00:00:00Z', 'since', /RFC 3339/),
    query(path, 'until=2026-01-01', 'until', /RFC 3339/),
    query(path, 'until=2026-01-01T00:00:00', 'until', /RFC 3339/),
    query(path, 'until=2026-01-01T00:00:00%2B0200', 'until', /RFC 3339/),
    query(path, 'until=2026-01-01T00:00:00%2B24:00', 'until', /exists|form/),
    query(path, `until=2026-01-01T00:00:00.${'0'.repeat(64)}Z`, 'until', /RFC 3339/),
    query(path, 'until=0', 'until', /RFC 3339/),
    query(path, 'eventType=*', 'eventType', /A-Z/),
    query(path, "eventType='", 'eventType', /A-Z/),
    query(path, 'eventType=', 'eventType', /A-Z/),
  ]),
  query('deliveries', 'state=done', 'state', /pending, succeeded, exhausted, cancelled/),
  query('deliveries', 'state=', 'state', /pending/),
  query('deliveries', 'state=Pending', 'state', /pending/),
  query('deliveries', 'endpointId=1', 'endpointId', /UUID/),
  query('deliveries', `endpointId=${UNKNOWN_ID.toUpperCase()}`, 'endpointId', /lower case/),
  query('deliveries', 'eventId=a%20b', 'eventId', /visible/),
  query('deliveries', `eventId=${'x'.repeat(256)}`, 'eventId', /255/),
]);

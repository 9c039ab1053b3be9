// Replays that must not begin.
import { UNKNOWN_ID } from '../../../tests/support/api-bench.ts';
import { type BadRequest, describeRefusals, TENANT } from '../../../tests/support/bad-requests.ts';
import { SETTING_LIMITS } from '../../domain/endpoint/settings.ts';

const replay = (what: string, body: object, field: string, message: RegExp): BadRequest => ({
  what: `a replay ${what}`,
  path: `${TENANT}/replays`,
  body,
  status: 422,
  field,
  message,
});

describeRefusals('bad replays', [
  replay('of pending deliveries', { states: ['pending'] }, 'states[0]', /succeeded, exhausted, cancelled/),
  replay('of no state', { states: [] }, 'states', /one or more/),
  replay('of a state twice', { states: ['exhausted', 'exhausted'] }, 'states', /each once/),
  replay('of a state that is no list', { states: 'exhausted' }, 'states', /array/),
  replay('of no type', { eventTypes: [] }, 'eventTypes', /no value means all/),
  replay('of a type with two stars', { eventTypes: ['**'] }, 'eventTypes[0]', /prefix/),
  replay(
    'of too many types',
    { eventTypes: Array.from({ length: SETTING_LIMITS.eventTypes + 1 }, (_, index) => `a.${index}`) },
    'eventTypes',
    /1 to 100/,
  ),
  replay('to an endpoint that is no id', { endpointId: '1' }, 'endpointId', /UUID/),
  replay('to an endpoint in capitals', { endpointId: UNKNOWN_ID.toUpperCase() }, 'endpointId', /lower case/),
  replay('to an endpoint that does not exist', { endpointId: UNKNOWN_ID }, 'endpointId', /of this tenant/),
  replay(
    'counted for an endpoint that does not exist',
    { endpointId: UNKNOWN_ID, dryRun: true },
    'endpointId',
    /tenant/,
  ),
  replay('at no rate', { ratePerSecond: 0 }, 'ratePerSecond', /1 to 1000/),
  replay('at too high a rate', { ratePerSecond: 1_001 }, 'ratePerSecond', /1 to 1000/),
  replay('at half a rate', { ratePerSecond: 0.5 }, 'ratePerSecond', /integer/),
  replay('at a rate in words', { ratePerSecond: '50' }, 'ratePerSecond', /integer/),
  replay('since a day that does not exist', { since: '2026-02-30T00:00:00Z' }, 'since', /exists|form/),
  replay('until a time without a zone', { until: '2026-01-01T00:00:00' }, 'until', /RFC 3339/),
  replay(
    'that ends before it begins',
    { since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' },
    'until',
    /later than since/,
  ),
  replay('that is dry in words', { dryRun: 'yes' }, 'dryRun', /boolean/),
  replay('with a field that is not known', { limit: 5 }, 'limit', /allowed: endpointId, eventTypes, states/),
]);

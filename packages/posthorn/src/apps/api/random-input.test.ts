// Requests drawn at random: whatever comes, it is refused or answered, never a defect.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { ApiBench, AUTHORIZED } from '../../../tests/support/api-bench.ts';
import { ENDPOINTS, EVENTS, TENANT } from '../../../tests/support/bad-requests.ts';

describe('input', () => {
  let bench: ApiBench;
  before(async () => {
    bench = await ApiBench.open();
    await bench.tenant('acme');
  });
  after(async () => await bench[Symbol.asyncDispose]());

  it('that is drawn at random is never answered with 5xx', async () => {
    const words = fc.constantFrom(
      'type',
      'payload',
      'id',
      'events',
      'url',
      'headers',
      'eventTypes',
      'scheduleMs',
      'states',
      'ratePerSecond',
      'dryRun',
      '__proto__',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.dictionary(words, tie('tree')), fc.array(tie('tree'))),
    }));
    const paths = fc.constantFrom(EVENTS, `${EVENTS}/batch`, ENDPOINTS, `${TENANT}/replays`);
    await fc.assert(
      fc.asyncProperty(paths, tree, async (path, body) => {
        const response = await bench.app.inject({
          method: 'POST',
          url: path,
          headers: { ...AUTHORIZED, 'content-type': 'application/json' },
          payload: JSON.stringify(body),
        });
        assert.ok(response.statusCode < 500, `${response.statusCode} ${response.body}`);
      }),
      { numRuns: 200 },
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
        fc.constantFrom('events', 'deliveries', 'endpoints', 'replays'),
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
      { numRuns: 200 },
    );
    assert.deepEqual(bench.log, []);
  });
});

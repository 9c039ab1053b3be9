// The runner of a table of bad requests: one bench with something stored in it, one request for each row, the answer it
// must get, and everything that is stored as it was.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiBench, list, type Method, text } from './api-bench.ts';

/** One request, and how it must be refused. */
export interface BadRequest {
  readonly what: string;
  readonly method?: Method;
  /** `:endpoint` and `:delivery` stand for ones that exist. */
  readonly path: string;
  /** A text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly status: number;
  /** The field at fault. */
  readonly field?: string | undefined;
  /** The text that the answer must contain, about the field if there is one. */
  readonly message?: RegExp | undefined;
}

export const TENANT = '/v1/tenants/acme';
export const EVENTS = `${TENANT}/events`;
export const ENDPOINTS = `${TENANT}/endpoints`;

/** The answer must not grow with the request. */
const MAX_DETAIL_CHARACTERS = 1_000;

async function stored(bench: ApiBench): Promise<string> {
  const paths = ['/v1/tenants', TENANT, ENDPOINTS, EVENTS, `${TENANT}/deliveries`];
  const bodies = await Promise.all(paths.map(async (path) => (await bench.call('GET', path)).body));
  for (const endpoint of list(bodies[2], 'data')) {
    bodies.push((await bench.call('GET', `${ENDPOINTS}/${text(endpoint, 'id')}/secret`)).body);
  }
  return JSON.stringify(bodies);
}

/** Tests that every one of the requests is refused as it says, and changes nothing. */
export function describeRefusals(what: string, requests: readonly BadRequest[]): void {
  describe(what, () => {
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

    for (const { what, method = 'POST', path, body, headers = {}, status, field, message = /./ } of requests) {
      it(`is refused: ${what}`, async () => {
        const filled = path.replace(':endpoint', endpointId).replace(':delivery', deliveryId);
        const answer = await bench.call(method, filled, body, headers);
        assert.equal(answer.status, status, JSON.stringify(answer.body).slice(0, MAX_DETAIL_CHARACTERS));
        assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
        const detail = text(answer.body, 'detail');
        assert.ok(detail.length < MAX_DETAIL_CHARACTERS);
        const fields = list(Object(answer.body).errors === undefined ? { errors: [] } : answer.body, 'errors').map(
          (error) => text(error, 'field'),
        );
        assert.deepEqual(fields, [...new Set(fields)], 'a field is reported twice');
        if (field === undefined) assert.match(detail, message);
        else {
          const error = list(answer.body, 'errors').find((one) => text(one, 'field') === field);
          assert.ok(error !== undefined, JSON.stringify(answer.body));
          assert.match(text(error, 'message'), message);
        }
        assert.equal(await stored(bench), atFirst, 'something has changed');
        assert.equal(bench.calls.length, 1, 'something was sent');
      });
    }
  });
}

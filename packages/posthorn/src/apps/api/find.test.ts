// Finding over all tenants, through the front door.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiBench, list, member, text } from '../../../tests/support/api-bench.ts';
import { type BadRequest, describeRefusals } from '../../../tests/support/bad-requests.ts';

describe('find', () => {
  let bench: ApiBench;
  before(async () => {
    bench = await ApiBench.open();
  });
  after(async () => await bench[Symbol.asyncDispose]());

  const find = async (id: string) => {
    const { status, body } = await bench.call('GET', `/v1/find?id=${encodeURIComponent(id)}`);
    assert.equal(status, 200);
    return { found: list(body, 'data'), more: member(body, 'more') };
  };

  it('knows what a ticket contains, whatever the tenant', async () => {
    const posted: unknown[] = [];
    for (const tenant of ['acme', 'initech']) {
      await bench.tenant(tenant);
      await bench.endpoint(tenant);
      const event = { type: 'a', payload: {}, id: `order-${tenant}`, keys: [`ORD ${tenant}`] };
      posted.push((await bench.call('POST', `/v1/tenants/${tenant}/events`, event)).body);
    }
    const [, body] = posted;
    const [event, delivery] = [text(body, 'id'), text(body, 'deliveries', 0, 'id')];
    await bench.until('the attempt is recorded', async () => {
      const shown = await bench.call('GET', `/v1/tenants/initech/deliveries/${delivery}`);
      return list(shown.body, 'attempts').length === 1;
    });
    const headers = Object.fromEntries(bench.calls.at(-1)?.headers ?? []);
    const attempt = String(headers['x-iadvize-delivery']);
    for (const [id, kind, value, deliveryId, eventId] of [
      [delivery, 'delivery', delivery, delivery, null],
      [attempt, 'attempt', attempt, delivery, null],
      [`x-iadvize-delivery: ${attempt}`, 'attempt', attempt, delivery, null],
      [event.toUpperCase(), 'event', event, null, event],
      [`  x-iadvize-correlationid: ${event}\t`.trim(), 'event', event, null, event],
      ['order-initech', 'ownId', 'order-initech', null, event],
      ['order-in', 'ownId', 'order-initech', null, event],
      ['ORD initech', 'key', 'ORD initech', null, event],
    ] as const) {
      const { found, more } = await find(id);
      assert.equal(more, false);
      assert.partialDeepStrictEqual(found, [{ kind, tenant: 'initech', value, deliveryId, eventId }]);
      assert.equal(found.length, 1, id);
      assert.match(text(found[0], 'at'), /Z$/);
    }
    const begun = (await find(delivery.slice(0, 13))).found.map((one) => text(one, 'value'));
    assert.ok(begun.includes(delivery));
    for (const nothing of [delivery.slice(0, 7), 'order-x', '0190163d-8694-739b-aea5-966c26f8ad91', '%']) {
      assert.deepEqual(await find(nothing), { found: [], more: false }, nothing);
    }
  });

  it('answers twenty at most, of every kind, and says that there are more', async () => {
    await bench.tenant('many');
    const events = Array.from({ length: 30 }, (_, index) => ({
      type: 'a',
      payload: {},
      id: `many-orders-${index}`,
      keys: ['many-orders'],
    }));
    await bench.call('POST', '/v1/tenants/many/events/batch', { events });
    const { found, more } = await find('many-orders');
    assert.deepEqual([found.length, more], [20, true]);
    const kinds = new Set(found.map((one) => text(one, 'kind')));
    assert.deepEqual(kinds, new Set(['ownId', 'key']));
  });
});

const refusal = (query: string, field: string, message: RegExp): BadRequest => ({
  ...{ what: `find?${query.slice(0, 40)}`, method: 'GET', path: `/v1/find?${query}`, status: 422 },
  ...{ field: `query.${field}`, message },
});

describeRefusals('what find does not take', [
  refusal('', 'id', /required/),
  refusal('id=', 'id', /Id of/),
  refusal('id=%00', 'id', /Id of/),
  refusal(`id=${'x'.repeat(401)}`, 'id', /400/),
  refusal('id=a&id=b', 'id', /string/),
  refusal('id=a&tenant=b', 'tenant', /allowed: id/),
]);

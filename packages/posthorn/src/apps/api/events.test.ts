import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiBench, list, member, text, UNKNOWN_ID } from '../../../tests/support/api-bench.ts';
import { MAX_BATCH_EVENTS, MAX_PAYLOAD_BYTES } from './limits.ts';

const ID = '7f0c2a44-9f6c-4b7e-8f0e-2b6f4c9d1a11';
const EVENTS = '/v1/tenants/acme/events';

describe('posting an event', () => {
  let bench: ApiBench;
  before(async () => {
    bench = await ApiBench.open();
    await bench.tenant('acme');
  });
  after(async () => await bench[Symbol.asyncDispose]());

  const bodyOf = async (id: string) => text((await bench.call('GET', `${EVENTS}/${id}`)).body, 'body');

  it('answers 202 with a delivery for each endpoint that wants it', async () => {
    await bench.tenant('fan');
    const all = await bench.endpoint('fan');
    const some = await bench.endpoint('fan', { eventTypes: ['user.*'] });
    await bench.endpoint('fan', { eventTypes: ['order.paid'] });
    const { status, body } = await bench.call('POST', '/v1/tenants/fan/events', { type: 'user.created', payload: {} });
    assert.equal(status, 202);
    const targets = list(body, 'deliveries').map((delivery) => text(delivery, 'endpointId'));
    assert.deepEqual(targets.sort(), [all, some].sort());
    assert.match(text(body, 'id'), /^[0-9a-f-]{36}$/);
    assert.equal(text(body, 'type'), 'user.created');
  });

  it('takes types with colons and slashes, and matches prefixes that end in them', async () => {
    await bench.tenant('spelled');
    const wants = new Map<string, string>();
    for (const wanted of ['order:paid', 'order:*', 'order/v2.*', 'order/*', '*']) {
      wants.set(await bench.endpoint('spelled', { eventTypes: [wanted] }), wanted);
    }
    for (const [type, expected] of [
      ['order:paid', ['*', 'order:*', 'order:paid']],
      ['order:', ['*', 'order:*']],
      ['order/v2.paid', ['*', 'order/*', 'order/v2.*']],
      ['order/v2', ['*', 'order/*']],
      ['order', ['*']],
    ] as const) {
      const { status, body } = await bench.call('POST', '/v1/tenants/spelled/events', { type, payload: {} });
      assert.equal(status, 202, type);
      const matched = list(body, 'deliveries').map((delivery) => wants.get(text(delivery, 'endpointId')));
      assert.deepEqual(matched.sort(), expected, type);
      const found = await bench.call('GET', `/v1/tenants/spelled/events?eventType=${encodeURIComponent(type)}`);
      assert.equal(list(found.body, 'data').length, 1, type);
    }
  });

  it('keeps an event that nobody wants', async () => {
    const { status, body } = await bench.call('POST', EVENTS, { type: 'a', payload: {} });
    assert.equal(status, 202);
    assert.deepEqual(list(body, 'deliveries'), []);
    assert.equal((await bench.call('GET', `${EVENTS}/${text(body, 'id')}`)).status, 200);
  });

  it('passes digits, key order and characters on as they came', async () => {
    const payload = String.raw`{"b":300.20,"2":12345678901234567890,"1":1e400,"c":-0,"d":"\u0041\/😀\u2028","__proto__":{"constructor":1}}`;
    const { status, body } = await bench.call('POST', EVENTS, `{ "payload" : ${payload} , "type" : "a.b" }`);
    assert.equal(status, 202);
    const sent = await bodyOf(text(body, 'id'));
    assert.ok(
      sent.startsWith(
        '{"b":300.20,"2":12345678901234567890,"1":1e400,"c":-0,"d":"A/😀\u2028","__proto__":{"constructor":1},"eventId":',
      ),
      sent,
    );
  });

  it('fills the envelope in where the payload lacks it', async () => {
    const { body } = await bench.call('POST', EVENTS, { type: 'a', payload: { createdAt: 'mine' } });
    const id = text(body, 'id');
    const sent: unknown = JSON.parse(await bodyOf(id));
    assert.partialDeepStrictEqual(sent, { createdAt: 'mine', eventId: id, eventType: 'a' });
    assert.equal(text(sent, 'sentAt'), text(body, 'createdAt'));
  });

  it('takes the id from the payload when the request names none', async () => {
    const id = '11111111-9f6c-4b7e-8f0e-2b6f4c9d1a11';
    const { status, body } = await bench.call('POST', EVENTS, { type: 'a', payload: { eventId: id } });
    assert.equal(status, 202);
    assert.equal(text(body, 'id'), id);
    const both = await bench.call('POST', EVENTS, { type: 'a', id, payload: { eventId: id } });
    assert.equal(both.status, 200);
  });

  it('answers a repeated request with 200 and the first answer, whatever its white space', async () => {
    await bench.endpoint('acme', { eventTypes: ['repeated'] });
    const first = await bench.call('POST', EVENTS, { type: 'repeated', payload: { n: 1 }, id: ID });
    assert.equal(first.status, 202);
    const second = await bench.call('POST', EVENTS, ` {"id":"${ID}",  "payload":{"n" :1},"type":"repeated"}`);
    assert.equal(second.status, 200);
    assert.deepEqual(second.body, first.body);
  });

  it('takes keys as part of its content, shows them, and finds it and its deliveries by them', async () => {
    await bench.endpoint('acme', { eventTypes: ['keyed'] });
    const keys = ['ORD-1', 'Zoë 😀', 'k'.repeat(128)];
    const event = { type: 'keyed', payload: { n: 1 }, id: 'keyed-1', keys };
    const { status, body } = await bench.call('POST', EVENTS, event);
    assert.equal(status, 202);
    const id = text(body, 'id');
    for (const [again, answer] of [
      [keys, 200],
      [keys.toReversed(), 200],
      [keys.slice(1), 409],
      [[...keys, 'ORD-2'], 409],
      [undefined, 409],
    ] as const) {
      assert.equal((await bench.call('POST', EVENTS, { ...event, keys: again })).status, answer, JSON.stringify(again));
    }
    const batch = [
      { type: 'keyed', payload: {}, keys: ['ORD-1'] },
      { type: 'keyed', payload: {} },
    ];
    const posted = await bench.call('POST', `${EVENTS}/batch`, { events: batch });
    assert.deepEqual(member((await bench.call('GET', `${EVENTS}/${id}`)).body, 'keys'), keys);
    const second = text(posted.body, 'events', 0, 'id');
    for (const [query, wanted] of [
      ['key=ORD-1', [second, id]],
      [`key=${encodeURIComponent('Zoë 😀')}`, [id]],
      ['key=ORD-1&eventType=other', []],
      ['key=ORD', []],
    ] as const) {
      const events = await bench.call('GET', `${EVENTS}?${query}`);
      assert.deepEqual(
        list(events.body, 'data').map((one) => text(one, 'id')),
        wanted,
        query,
      );
      const deliveries = await bench.call('GET', `/v1/tenants/acme/deliveries?${query}`);
      assert.deepEqual(
        list(deliveries.body, 'data').map((one) => text(one, 'eventId')),
        wanted,
        query,
      );
    }
  });

  it('is erased on request: its facts stay, its payload is gone and cannot be sent again', async () => {
    await bench.endpoint('acme', { eventTypes: ['erased'] });
    const event = { type: 'erased', payload: { mail: 'a@b.example' }, id: 'erased-1', keys: ['a@b.example'] };
    const posted = (await bench.call('POST', EVENTS, event)).body;
    const delivery = `/v1/tenants/acme/deliveries/${text(posted, 'deliveries', 0, 'id')}`;
    await bench.until('it is delivered', async () => {
      return member((await bench.call('GET', delivery)).body, 'state') === 'succeeded';
    });
    assert.equal((await bench.call('DELETE', `${EVENTS}/erased-1`)).status, 204);
    assert.equal((await bench.call('DELETE', `${EVENTS}/erased-1`)).status, 204);
    const { body: shown } = await bench.call('GET', `${EVENTS}/erased-1`);
    assert.partialDeepStrictEqual(shown, { type: 'erased', body: '', keys: [] });
    assert.match(text(shown, 'erasedAt'), /Z$/);
    const { body: kept } = await bench.call('GET', delivery);
    assert.partialDeepStrictEqual(kept, { state: 'succeeded', attempts: [{ status: 200, responseBody: '' }] });
    assert.doesNotMatch(JSON.stringify([shown, kept]), /b\.example/);
    const retried = await bench.call('POST', `${delivery}/retry`);
    assert.equal(retried.status, 409);
    assert.match(text(retried.body, 'detail'), /erased/);
    assert.equal((await bench.call('POST', EVENTS, event)).status, 200);
    assert.equal((await bench.call('DELETE', `${EVENTS}/${UNKNOWN_ID}`)).status, 404);
  });

  it('takes any visible text as an id, maps it to a UUID, and finds the event by both', async () => {
    await bench.endpoint('acme', { eventTypes: ['own'] });
    for (const ownId of ['order-20417', 'order/5?x=1#%20', UNKNOWN_ID.toUpperCase(), 'é😀', '1', '😀'.repeat(255)]) {
      const event = { type: 'own', payload: { n: 1 }, id: ownId };
      const { status, body } = await bench.call('POST', EVENTS, event);
      assert.equal(status, 202, ownId);
      const id = text(body, 'id');
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5/);
      assert.equal(text(body, 'ownId'), ownId);
      assert.deepEqual((await bench.call('POST', EVENTS, event)).status, 200);
      assert.deepEqual((await bench.call('POST', EVENTS, event)).body, body);
      assert.equal((await bench.call('POST', EVENTS, { ...event, payload: { n: 2 } })).status, 409);
      const shown = await bench.call('GET', `${EVENTS}/${encodeURIComponent(ownId)}`);
      assert.partialDeepStrictEqual(shown.body, { id, ownId });
      assert.deepEqual((await bench.call('GET', `${EVENTS}/${id}`)).body, shown.body);
      assert.equal(member(JSON.parse(text(shown.body, 'body')), 'eventId'), id);
      const deliveries = await bench.call('GET', `/v1/tenants/acme/deliveries?eventId=${encodeURIComponent(ownId)}`);
      assert.deepEqual(
        list(deliveries.body, 'data').map((delivery) => text(delivery, 'eventId')),
        [id],
      );
    }
  });

  it('makes other events of the same text for other tenants', async () => {
    await bench.tenant('twin');
    const event = { type: 'a', payload: {}, id: 'order-1' };
    const one = await bench.call('POST', EVENTS, event);
    const other = await bench.call('POST', '/v1/tenants/twin/events', event);
    assert.deepEqual([one.status, other.status], [202, 202]);
    assert.notEqual(text(one.body, 'id'), text(other.body, 'id'));
  });

  it('takes the UUID of a text in the payload beside the text', async () => {
    const { body } = await bench.call('POST', EVENTS, { type: 'a', payload: {}, id: 'order-2' });
    const payload = { eventId: text(body, 'id') };
    const again = await bench.call('POST', EVENTS, { type: 'a', payload, id: 'order-2' });
    assert.equal(again.status, 409, 'another payload');
    const fresh = await bench.call('POST', EVENTS, {
      type: 'b',
      payload: { eventId: text(body, 'id') },
      id: 'order-3',
    });
    assert.equal(fresh.status, 422, 'another UUID');
  });

  it('shows no text for an event whose id is a UUID', async () => {
    const id = '44444444-9f6c-4b7e-8f0e-2b6f4c9d1a11';
    const { body } = await bench.call('POST', EVENTS, { type: 'a', payload: {}, id });
    assert.deepEqual([member(body, 'id'), member(body, 'ownId')], [id, null]);
    assert.equal(member((await bench.call('GET', `${EVENTS}/${id}`)).body, 'ownId'), null);
  });

  it('answers 409 to another event with an id that is taken', async () => {
    await bench.call('POST', EVENTS, { type: 'repeated', payload: { n: 1 }, id: ID });
    for (const other of [
      { type: 'repeated', payload: { n: 2 }, id: ID },
      { type: 'other', payload: { n: 1 }, id: ID },
    ]) {
      const { status, body } = await bench.call('POST', EVENTS, other);
      assert.equal(status, 409);
      assert.equal(text(body, 'errors', 0, 'field'), 'id');
    }
  });

  it('stores one event when fifty callers post the same one at once', async () => {
    const id = '22222222-9f6c-4b7e-8f0e-2b6f4c9d1a11';
    const post = () => bench.call('POST', EVENTS, { type: 'repeated', payload: { n: 1 }, id });
    const answers = await Promise.all(Array.from({ length: 50 }, post));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(49).fill(200), 202]);
    assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
    const deliveries = await bench.call('GET', `/v1/tenants/acme/deliveries?eventId=${id}`);
    assert.equal(list(deliveries.body, 'data').length, 1);
  });

  it('stores one of two contents when callers disagree about an id at once', async () => {
    const id = '33333333-9f6c-4b7e-8f0e-2b6f4c9d1a11';
    const post = (n: number) => bench.call('POST', EVENTS, { type: 'a', payload: { n: n % 2 }, id });
    const statuses = (await Promise.all(Array.from({ length: 20 }, (_, n) => post(n)))).map(({ status }) => status);
    assert.deepEqual(statuses.sort(), [...Array(9).fill(200), 202, ...Array(10).fill(409)]);
  });

  it('takes a payload of exactly 256 KiB, and white space around it', async () => {
    const payload = `{"x":"${'x'.repeat(MAX_PAYLOAD_BYTES - 8)}"}`;
    assert.equal(payload.length, MAX_PAYLOAD_BYTES);
    const { status } = await bench.call('POST', EVENTS, `{"type":"a","payload":${' '.repeat(100_000)}${payload}}`);
    assert.equal(status, 202);
  });

  it('takes a payload that is nested 64 levels deep', async () => {
    const payload = `{"x":${'['.repeat(63)}${']'.repeat(63)}}`;
    assert.equal((await bench.call('POST', EVENTS, `{"type":"a","payload":${payload}}`)).status, 202);
    const batch = `{"events":[{"type":"a","payload":${payload}}]}`;
    assert.equal((await bench.call('POST', `${EVENTS}/batch`, batch)).status, 202);
  });
});

describe('posting a batch', () => {
  const BATCH = `${EVENTS}/batch`;
  const open = async () => {
    const bench = await ApiBench.open();
    await bench.tenant('acme');
    return bench;
  };
  const stored = async (bench: ApiBench) => list((await bench.call('GET', EVENTS)).body, 'data').length;

  it('stores all events, in the order of the request', async () => {
    await using bench = await open();
    const types = Array.from({ length: MAX_BATCH_EVENTS }, (_, n) => `type.${n}`);
    const { status, body } = await bench.call('POST', BATCH, {
      events: types.map((type) => ({ type, payload: { some: 'thing', of: 'several', keys: 1 } })),
    });
    assert.equal(status, 202);
    assert.deepEqual(
      list(body, 'events').map((event) => text(event, 'type')),
      types,
    );
  });

  it('answers 200 once all of it is known, 202 when a part is new', async () => {
    await using bench = await open();
    const known = { type: 'a', payload: {}, id: ID };
    assert.equal((await bench.call('POST', BATCH, { events: [known] })).status, 202);
    assert.equal((await bench.call('POST', BATCH, { events: [known] })).status, 200);
    const mixed = await bench.call('POST', BATCH, { events: [{ type: 'b', payload: {} }, known] });
    assert.equal(mixed.status, 202);
    assert.equal(text(mixed.body, 'events', 1, 'id'), ID);
    assert.equal(await stored(bench), 2);
  });

  it('stores nothing when one event is bad, and names its index', async () => {
    await using bench = await open();
    const events: unknown[] = Array.from({ length: MAX_BATCH_EVENTS }, () => ({ type: 'a', payload: {} }));
    events[617] = { type: 'a', payload: [] };
    const { status, body } = await bench.call('POST', BATCH, { events });
    assert.equal(status, 422);
    assert.equal(text(body, 'errors', 0, 'field'), 'events[617].payload');
    assert.equal(await stored(bench), 0);
  });

  it('stores nothing when one id is taken by another event, and names its index', async () => {
    await using bench = await open();
    await bench.call('POST', EVENTS, { type: 'a', payload: {}, id: ID });
    const events = [
      { type: 'b', payload: {} },
      { type: 'b', payload: {}, id: ID },
    ];
    const { status, body } = await bench.call('POST', BATCH, { events });
    assert.equal(status, 409);
    assert.equal(text(body, 'errors', 0, 'field'), 'events[1].id');
    assert.equal(await stored(bench), 1);
  });

  it('refuses an id given twice, also one that is in a payload', async () => {
    await using bench = await open();
    const { status, body } = await bench.call('POST', BATCH, {
      events: [
        { type: 'a', payload: {}, id: ID },
        { type: 'a', payload: { n: 1 } },
        { type: 'a', payload: { eventId: ID } },
      ],
    });
    assert.equal(status, 422);
    assert.equal(text(body, 'errors', 0, 'field'), 'events[2].id');
    assert.match(text(body, 'errors', 0, 'message'), /events\[0\]/);
    assert.equal(await stored(bench), 0);
  });
});

describe('reading events', () => {
  it('lists newest first, page by page, each once', async () => {
    await using bench = await ApiBench.open();
    await bench.tenant('acme');
    const posted: string[] = [];
    for (let n = 0; n < 7; n++) {
      const { body } = await bench.call('POST', EVENTS, { type: `type.${n % 2}`, payload: {} });
      posted.push(text(body, 'id'));
    }
    const seen: unknown[] = [];
    for (let cursor: unknown = ''; cursor !== null; ) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await bench.call('GET', `${EVENTS}?limit=3${from}`);
      seen.push(...list(body, 'data'));
      cursor = member(body, 'nextCursor');
    }
    assert.deepEqual(seen.map((event) => text(event, 'id')).sort(), posted.sort());
    const order = seen.map((event) => `${text(event, 'createdAt')} ${text(event, 'id')}`);
    assert.deepEqual(order, order.toSorted().toReversed());
    const odd = await bench.call('GET', `${EVENTS}?eventType=type.1`);
    assert.equal(list(odd.body, 'data').length, 3);
  });

  it('filters by when they were accepted', async () => {
    await using bench = await ApiBench.open();
    await bench.tenant('acme');
    await bench.call('POST', EVENTS, { type: 'a', payload: {} });
    const count = async (query: string) => list((await bench.call('GET', `${EVENTS}?${query}`)).body, 'data').length;
    assert.equal(await count('since=2020-01-01T00:00:00Z'), 1);
    assert.equal(await count('until=2020-01-01T00:00:00Z'), 0);
    assert.equal(await count('since=9999-12-31T23:59:59.999Z'), 0);
    assert.equal(await count('since=2020-01-01T00:00:00.000Z&until=9999-12-31T23:59:59.999Z'), 1);
  });

  it('filters by moments with an offset and any digits, in either spelling of a plus sign', async () => {
    await using bench = await ApiBench.open();
    await bench.tenant('acme');
    const { body } = await bench.call('POST', EVENTS, { type: 'a', payload: {} });
    const at = Date.parse(text(body, 'createdAt'));
    const elsewhere = (ms: number, sign: string) =>
      new Date(ms + 7_200_000).toISOString().replace('Z', `000001${sign}02:00`);
    for (const plus of ['+', '%2B', '%2b', '%20']) {
      const count = async (query: string) => list((await bench.call('GET', `${EVENTS}?${query}`)).body, 'data').length;
      assert.equal(await count(`since=${elsewhere(at - 1, plus)}`), 1);
      assert.equal(await count(`since=${elsewhere(at, plus)}`), 0);
      assert.equal(await count(`until=${elsewhere(at, plus)}`), 1);
      assert.equal(await count(`until=${elsewhere(at - 1, plus)}`), 0);
    }
  });

  it('shows an event with its deliveries and the exact body that was sent', async () => {
    await using bench = await ApiBench.open();
    await bench.tenant('acme');
    const endpoint = await bench.endpoint('acme');
    const { body } = await bench.call('POST', EVENTS, '{"type":"a","payload":{"n":1.0}}');
    const path = `${EVENTS}/${text(body, 'id')}`;
    await bench.until('the event is delivered', async () => {
      const shown = await bench.call('GET', path);
      return member(shown.body, 'deliveries', 0, 'state') === 'succeeded';
    });
    const shown = await bench.call('GET', path);
    assert.equal(text(shown.body, 'body'), Buffer.from(bench.calls[0]?.body ?? []).toString());
    assert.partialDeepStrictEqual(member(shown.body, 'deliveries', 0), {
      id: text(body, 'deliveries', 0, 'id'),
      endpointId: endpoint,
      eventType: 'a',
      attemptCount: 1,
      nextAttemptAt: null,
    });
  });
});

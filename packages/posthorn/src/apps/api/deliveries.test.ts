import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiBench, delivered, list, member, REFUSED, text } from '../../../tests/support/api-bench.ts';

const DELIVERIES = '/v1/tenants/acme/deliveries';

async function post(bench: ApiBench, type = 'a'): Promise<string> {
  const { body } = await bench.call('POST', '/v1/tenants/acme/events', { type, payload: {} });
  return text(body, 'deliveries', 0, 'id');
}

async function ended(bench: ApiBench, id: string, state: string): Promise<unknown> {
  let shown: unknown;
  await bench.until(`the delivery is ${state}`, async () => {
    shown = (await bench.call('GET', `${DELIVERIES}/${id}`)).body;
    return member(shown, 'state') === state;
  });
  return shown;
}

describe('a delivery', () => {
  let bench: ApiBench;
  before(async () => {
    bench = await ApiBench.open();
    await bench.tenant('acme');
  });
  after(async () => await bench[Symbol.asyncDispose]());

  it('is shown with its attempts, and what the receiver sent back', async () => {
    const endpoint = await bench.endpoint('acme', { eventTypes: ['shown'] });
    bench.answer = () => delivered();
    const shown = await ended(bench, await post(bench, 'shown'), 'succeeded');
    assert.partialDeepStrictEqual(shown, { endpointId: endpoint, eventType: 'shown', attemptCount: 1 });
    assert.match(text(shown, 'endedAt'), /Z$/);
    const [call] = bench.calls.slice(-1);
    const { id, startedAt, ...attempt } = Object(member(shown, 'attempts', 0));
    assert.equal(id, Object.fromEntries(call?.headers ?? [])['x-iadvize-delivery']);
    assert.match(startedAt, /Z$/);
    assert.deepEqual(attempt, {
      number: 1,
      trigger: 'schedule',
      connectMs: 3,
      durationMs: 9,
      outcome: 'succeeded',
      status: 200,
      responseHeaders: [{ name: 'content-type', value: 'text/plain' }],
      responseBody: 'thanks',
      responseBodyEncoding: 'utf-8',
      responseTruncated: false,
      repeated: false,
      error: null,
      version: 1,
      request: {
        method: 'POST',
        url: call?.url,
        profile: 'iadvize',
        headers: [
          { name: 'host', value: 'receiver.example' },
          { name: 'connection', value: 'keep-alive' },
          ...(call?.headers ?? []).map(([name, value]) => ({ name, value })),
          { name: 'content-length', value: String(call?.body.length) },
        ],
        signature: Object.fromEntries(call?.headers ?? [])['x-iadvize-signature'],
      },
      late: false,
    });
  });

  it('is listed with what came of its last attempt, and found by it', async () => {
    const response = { status: 401, headers: [], body: new Uint8Array(0), truncated: false };
    const failing = { ...REFUSED, outcome: 'http_status', response, error: 'Answered 401.' } as const;
    const made = new Map<string, string>();
    for (const [type, answer, state] of [
      ['found.ok', delivered(), 'succeeded'],
      ['found.401', failing, 'exhausted'],
      ['found.refused', REFUSED, 'exhausted'],
    ] as const) {
      await bench.endpoint('acme', { eventTypes: [type], scheduleMs: [] });
      bench.answer = () => answer;
      const id = await post(bench, type);
      made.set(type, id);
      await ended(bench, id, state);
    }
    const found = async (query: string) => {
      const { body } = await bench.call('GET', `${DELIVERIES}?limit=200&${query}`);
      const ids = new Set(list(body, 'data').map((one) => text(one, 'id')));
      return [...made].flatMap(([type, id]) => (ids.has(id) ? [type] : []));
    };
    assert.deepEqual(await found('outcome=succeeded'), ['found.ok']);
    assert.deepEqual(await found('outcome=http_status,connect_refused'), ['found.401', 'found.refused']);
    assert.deepEqual(await found('outcome=http_status&outcome=succeeded'), ['found.ok', 'found.401']);
    assert.deepEqual(await found('status=401'), ['found.401']);
    assert.deepEqual(await found('status=4xx,200'), ['found.ok', 'found.401']);
    assert.deepEqual(await found('status=5xx'), []);
    assert.deepEqual(await found('state=succeeded,pending'), ['found.ok']);
    assert.deepEqual(await found('state=exhausted&state=cancelled&outcome=connect_refused'), ['found.refused']);
    const { body } = await bench.call('GET', `${DELIVERIES}?status=401`);
    assert.partialDeepStrictEqual(list(body, 'data')[0], {
      lastAttempt: { outcome: 'http_status', status: 401 },
      endpointHost: 'receiver.example',
    });
  });

  it('that failed says when it is tried again', async () => {
    await bench.endpoint('acme', { eventTypes: ['failing'], scheduleMs: [600_000] });
    bench.answer = () => REFUSED;
    const before = Date.now();
    const id = await post(bench, 'failing');
    let shown: unknown;
    await bench.until('the attempt is recorded', async () => {
      shown = (await bench.call('GET', `${DELIVERIES}/${id}`)).body;
      return list(shown, 'attempts').length === 1;
    });
    assert.partialDeepStrictEqual(shown, { state: 'pending', endedAt: null });
    const due = Date.parse(text(shown, 'nextAttemptAt'));
    assert.ok(due >= before + 599_000 && due <= Date.now() + 601_000, text(shown, 'nextAttemptAt'));
  });

  it('shows bytes that are no text as base64, and hides cookies', async () => {
    await bench.endpoint('acme', { eventTypes: ['hostile'] });
    const response = {
      status: 200,
      headers: [
        ['set-cookie', 'session=canary'],
        ['x-html', '<script>'],
      ] as const,
      body: Buffer.from([0xff, 0x00, 0xfe]),
      truncated: true,
    };
    bench.answer = () => delivered({ response });
    const shown = await ended(bench, await post(bench, 'hostile'), 'succeeded');
    assert.partialDeepStrictEqual(member(shown, 'attempts', 0), {
      responseBody: '/wD+',
      responseBodyEncoding: 'base64',
      responseTruncated: true,
      responseHeaders: [
        { name: 'set-cookie', value: null },
        { name: 'x-html', value: '<script>' },
      ],
    });
    assert.ok(!JSON.stringify(shown).includes('canary'));
  });

  it('can be tried once more by hand when it is exhausted', async () => {
    await bench.endpoint('acme', { eventTypes: ['exhausted'], scheduleMs: [] });
    bench.answer = () => REFUSED;
    const id = await post(bench, 'exhausted');
    await ended(bench, id, 'exhausted');
    bench.answer = () => delivered();
    const { status, body } = await bench.call('POST', `${DELIVERIES}/${id}/retry`);
    assert.equal(status, 202);
    assert.deepEqual(body, { id, retry: 'due' });
    const shown = await ended(bench, id, 'succeeded');
    assert.equal(member(shown, 'attempts', 1, 'trigger'), 'manual');
  });

  it('cannot be tried again when its endpoint is disabled or deleted', async () => {
    const endpoint = await bench.endpoint('acme', { eventTypes: ['left'] });
    bench.answer = () => delivered();
    const id = await post(bench, 'left');
    await ended(bench, id, 'succeeded');
    const path = `/v1/tenants/acme/endpoints/${endpoint}`;
    await bench.call('POST', `${path}/disable`);
    const disabled = await bench.call('POST', `${DELIVERIES}/${id}/retry`);
    assert.equal(disabled.status, 409);
    assert.match(text(disabled.body, 'detail'), /enable it/);
    await bench.call('DELETE', path);
    const gone = await bench.call('POST', `${DELIVERIES}/${id}/retry`);
    assert.equal(gone.status, 409);
    assert.match(text(gone.body, 'detail'), /deleted/);
  });
});

describe('the list of deliveries', () => {
  it('is newest first, goes on by cursor, and takes filters that all must hold', async () => {
    await using bench = await ApiBench.open();
    await bench.tenant('acme');
    const good = await bench.endpoint('acme', { eventTypes: ['good.*'] });
    await bench.endpoint('acme', { eventTypes: ['bad'], scheduleMs: [], url: 'https://bad.example/' });
    bench.answer = ({ url }) => (url.includes('bad') ? REFUSED : delivered());
    const ids: string[] = [];
    for (const type of ['good.a', 'good.b', 'bad', 'good.a']) ids.push(await post(bench, type));
    for (const [index, id] of ids.entries()) await ended(bench, id, index === 2 ? 'exhausted' : 'succeeded');
    /** Which of the deliveries are listed. */
    const found = async (query: string) => {
      const { status, body } = await bench.call('GET', `${DELIVERIES}?${query}`);
      assert.equal(status, 200);
      const listed = list(body, 'data').map((delivery) => text(delivery, 'id'));
      assert.deepEqual(listed, listed.toSorted().toReversed(), 'newest first');
      return listed.map((id) => ids.indexOf(id)).sort();
    };
    assert.deepEqual(await found(''), [0, 1, 2, 3]);
    assert.deepEqual(await found('state=exhausted'), [2]);
    assert.deepEqual(await found('state=pending'), []);
    assert.deepEqual(await found(`endpointId=${good}`), [0, 1, 3]);
    assert.deepEqual(await found('eventType=good.a'), [0, 3]);
    assert.deepEqual(await found(`endpointId=${good}&eventType=good.b&state=succeeded`), [1]);
    assert.deepEqual(await found('until=2020-01-01T00:00:00Z'), []);
    const cursor = text((await bench.call('GET', `${DELIVERIES}?limit=3`)).body, 'nextCursor');
    const pages = [await found('limit=3'), await found(`limit=3&cursor=${cursor}`)];
    assert.deepEqual(
      pages.map((page) => page.length),
      [3, 1],
    );
    assert.deepEqual(pages.flat().sort(), [0, 1, 2, 3]);
    const event = text((await bench.call('GET', `${DELIVERIES}/${ids[1]}`)).body, 'eventId');
    assert.deepEqual(await found(`eventId=${event}`), [1]);
  });
});

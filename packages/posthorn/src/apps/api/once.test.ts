// The header idempotency-key on every POST, through the front door.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answer, ApiBench, list, member, text } from '../../../tests/support/api-bench.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';

const TENANT = '/v1/tenants/acme';
const EVENTS = `${TENANT}/events`;
const ENDPOINTS = `${TENANT}/endpoints`;
const URL = 'https://receiver.example/hook';

async function open(): Promise<ApiBench> {
  const bench = await ApiBench.open();
  await bench.tenant('acme');
  return bench;
}

const under = (key: string) => ({ 'idempotency-key': key });
const count = async (bench: ApiBench, path: string) => list((await bench.call('GET', path)).body, 'data').length;
const isReplayed = ({ headers }: Answer) => headers['idempotency-replayed'] === 'true';

describe('a request that is sent twice under one key', () => {
  it('makes one endpoint, and answers with the same secret', async () => {
    await using bench = await open();
    const first = await bench.call('POST', ENDPOINTS, { url: URL }, under('a'));
    const again = await bench.call('POST', ENDPOINTS, ` { "url": "${URL}" } `, under('a'));
    assert.deepEqual([first.status, again.status], [201, 201]);
    assert.deepEqual(again.body, first.body);
    assert.deepEqual([isReplayed(first), isReplayed(again)], [false, true]);
    assert.equal(await count(bench, ENDPOINTS), 1);
  });

  it('stores one event, with an id or without, and answers with its deliveries', async () => {
    await using bench = await open();
    await bench.endpoint('acme');
    for (const event of [
      { type: 'a', payload: { n: 1 } },
      { type: 'a', payload: { n: 1 }, id: 'order-1' },
    ]) {
      const key = under(`key-${Object.keys(event).length}`);
      const first = await bench.call('POST', EVENTS, event, key);
      const again = await bench.call('POST', EVENTS, event, key);
      assert.deepEqual([first.status, again.status], [202, 202]);
      assert.deepEqual(again.body, first.body);
      assert.equal(list(again.body, 'deliveries').length, 1);
    }
    assert.equal(await count(bench, EVENTS), 2);
  });

  it('stores a batch once, and keeps the rule of ids beside the rule of keys', async () => {
    await using bench = await open();
    const batch = {
      events: [
        { type: 'a', payload: {} },
        { type: 'a', payload: {} },
        { type: 'b', payload: {}, id: 'x' },
      ],
    };
    const first = await bench.call('POST', `${EVENTS}/batch`, batch, under('b'));
    const again = await bench.call('POST', `${EVENTS}/batch`, batch, under('b'));
    assert.equal(first.status, 202);
    assert.deepEqual(again.body, first.body);
    assert.equal(new Set(list(first.body, 'events').map((event) => text(event, 'id'))).size, 3);
    assert.equal(await count(bench, EVENTS), 3);
    const other = await bench.call('POST', EVENTS, { type: 'c', payload: {}, id: 'x' }, under('c'));
    assert.equal(other.status, 409);
    const kept = await bench.call('POST', EVENTS, { type: 'c', payload: {}, id: 'x' }, under('c'));
    assert.deepEqual([kept.status, kept.body], [409, other.body]);
  });

  it('makes one call, one replay, one more attempt, and changes an endpoint once', async () => {
    await using bench = await open();
    const endpoint = await bench.endpoint('acme');
    const posted = await bench.call('POST', EVENTS, { type: 'a', payload: {} });
    await bench.until(
      'it is delivered',
      async () => (await count(bench, `${TENANT}/deliveries?state=succeeded`)) === 1,
    );
    const delivery = text(posted.body, 'deliveries', 0, 'id');
    for (const path of [
      `${ENDPOINTS}/${endpoint}/test`,
      `${ENDPOINTS}/${endpoint}/disable`,
      `${ENDPOINTS}/${endpoint}/enable`,
      `${TENANT}/deliveries/${delivery}/retry`,
      `${TENANT}/replays`,
    ]) {
      const first = await bench.call(
        'POST',
        path,
        undefined,
        under('same key, other path; fine'.replace(/[ ,;]/g, '-')),
      );
      assert.ok(first.status < 300, path);
      await bench.until(
        'nothing is pending',
        async () => (await count(bench, `${TENANT}/deliveries?state=pending`)) === 0,
      );
      const calls = bench.calls.length;
      const again = await bench.call('POST', path, undefined, under('same-key--other-path--fine'));
      assert.deepEqual([again.status, again.body, isReplayed(again)], [first.status, first.body, true], path);
      assert.equal(bench.calls.length, calls, path);
    }
    assert.equal(await count(bench, `${TENANT}/replays`), 1);
  });

  it('is refused the same way again, though it would be possible by now', async () => {
    await using bench = await open();
    const path = '/v1/tenants/later/events';
    const first = await bench.call('POST', path, { type: 'a', payload: {} }, under('a'));
    await bench.tenant('later');
    const again = await bench.call('POST', path, { type: 'a', payload: {} }, under('a'));
    assert.deepEqual([again.status, again.body], [404, first.body]);
    assert.equal((await bench.call('POST', path, { type: 'a', payload: {} }, under('b'))).status, 202);
  });

  it('is told to wait while the first is under way', async () => {
    await using bench = await open();
    const endpoint = await bench.endpoint('acme');
    let begun = () => {};
    const calling = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const usual = bench.answer;
    bench.answer = async (call) => {
      begun();
      await answered;
      return usual(call);
    };
    const path = `${ENDPOINTS}/${endpoint}/test`;
    const first = bench.call('POST', path, undefined, under('a'));
    await calling;
    const second = await bench.call('POST', path, undefined, under('a'));
    assert.equal(second.status, 409);
    assert.match(String(second.headers['retry-after']), /^[1-9]/);
    answer();
    assert.equal((await first).status, 200);
    assert.equal((await bench.call('POST', path, undefined, under('a'))).status, 200);
    assert.equal(bench.calls.length, 1);
  });

  it('is refused with 422 if it is another request', async () => {
    await using bench = await open();
    await bench.call('POST', EVENTS, { type: 'a', payload: { n: 1 } }, under('a'));
    const { status, body } = await bench.call('POST', EVENTS, { type: 'a', payload: { n: 2 } }, under('a'));
    assert.deepEqual([status, text(body, 'errors', 0, 'field')], [422, 'header.idempotency-key']);
    assert.equal(await count(bench, EVENTS), 1);
  });

  it('is tried again after an answer that was lost, and finds what it has done', async () => {
    await using bench = await open();
    const endpoint = await bench.endpoint('acme', { url: `${URL}/of-old` });
    const posted = await bench.call('POST', EVENTS, { type: 'a', payload: {} });
    const delivery = text(posted.body, 'deliveries', 0, 'id');
    const still = () =>
      bench.until('nothing is pending', async () => (await count(bench, `${TENANT}/deliveries?state=pending`)) === 0);
    await still();
    for (const [call, path, body, status] of [
      ['accept', EVENTS, { type: 'b', payload: {} }, 202],
      ['accept', `${EVENTS}/batch`, { events: [{ type: 'c', payload: {} }] }, 202],
      ['accept', EVENTS, { type: 'd', payload: {}, id: 'order-1' }, 200],
      ['createEndpoint', ENDPOINTS, { url: URL }, 201],
      ['retry', `${TENANT}/deliveries/${delivery}/retry`, undefined, 202],
      ['createReplay', `${TENANT}/replays`, { states: ['succeeded'] }, 201],
      ['setEndpointState', `${ENDPOINTS}/${endpoint}/disable`, undefined, 200],
    ] as const) {
      const key = under(JSON.stringify(body ?? {}).replace(/\W/g, '-'));
      await losingAnswers(bench, call, async () => {
        assert.equal((await bench.call('POST', path, body, key)).status, 503, path);
      });
      await still();
      const shown = async () => [
        bench.calls.length,
        await count(bench, EVENTS),
        await count(bench, ENDPOINTS),
        await count(bench, `${TENANT}/replays`),
      ];
      const before = await shown();
      const again = await bench.call('POST', path, body, key);
      assert.deepEqual([again.status, isReplayed(again)], [status, false], path);
      const third = await bench.call('POST', path, body, key);
      assert.deepEqual([third.status, third.body, isReplayed(third)], [status, again.body, true], path);
      await still();
      assert.deepEqual(await shown(), before, path);
    }
  });

  it('does not undo what was done meanwhile', async () => {
    await using bench = await open();
    const endpoint = await bench.endpoint('acme');
    const disable = () => bench.call('POST', `${ENDPOINTS}/${endpoint}/disable`, undefined, under('a'));
    await losingAnswers(bench, 'setEndpointState', async () => {
      assert.equal((await disable()).status, 503);
    });
    await bench.call('POST', `${ENDPOINTS}/${endpoint}/enable`);
    const { status, body } = await disable();
    assert.deepEqual([status, member(body, 'enabled')], [200, true]);
    await losingAnswers(bench, 'createEndpoint', async () => {
      assert.equal((await bench.call('POST', ENDPOINTS, { url: URL }, under('a'))).status, 503);
    });
    const made = text((await bench.call('GET', ENDPOINTS)).body, 'data', 0, 'id');
    await bench.call('DELETE', `${ENDPOINTS}/${made}`);
    assert.equal((await bench.call('POST', ENDPOINTS, { url: URL }, under('a'))).status, 404);
    assert.equal(await count(bench, ENDPOINTS), 1);
  });
});

/** Has the engine do its work meanwhile, and lose the answer. */
async function losingAnswers(
  { engine }: ApiBench,
  call: 'accept' | 'createEndpoint' | 'retry' | 'createReplay' | 'setEndpointState',
  meanwhile: () => Promise<void>,
): Promise<void> {
  const usual: (...given: never[]) => Promise<unknown> = engine[call];
  Object.assign(engine, {
    [call]: async (...given: never[]) => {
      await usual.apply(engine, given);
      throw new StoreUnavailable('unreachable', 'the answer was lost');
    },
  });
  await meanwhile();
  Object.assign(engine, { [call]: usual });
}

describe('a key', () => {
  for (const [what, one, other] of [
    ['with and without quotes', '"abc"', 'abc'],
    ['with escapes', '"a\\"b"', '"a\\"b"'],
    ['with spaces in quotes', '"a b, c; d"', ' "a b, c; d" '],
    ['of 255 characters', 'x'.repeat(255), `"${'x'.repeat(255)}"`],
  ] as const) {
    it(`may be spelled ${what}`, async () => {
      await using bench = await open();
      const first = await bench.call('POST', EVENTS, { type: 'a', payload: {} }, under(one));
      const again = await bench.call('POST', EVENTS, { type: 'a', payload: {} }, under(other));
      assert.deepEqual([first.status, again.status], [202, 202]);
      assert.deepEqual(again.body, first.body);
    });
  }

  for (const bad of ['', '""', ' ', '"a', 'a b', 'a,b', '"a","b"', '"a";p=1', 'é', '"é"', 'x'.repeat(256)]) {
    it(`may not be ${JSON.stringify(bad).slice(0, 20)}`, async () => {
      await using bench = await open();
      const { status, body } = await bench.call('POST', EVENTS, { type: 'a', payload: {} }, under(bad));
      assert.deepEqual([status, text(body, 'errors', 0, 'field')], [422, 'header.idempotency-key']);
      assert.equal(await count(bench, EVENTS), 0);
    });
  }

  it('counts for its path only, and for its API key only', async () => {
    await using bench = await open();
    await bench.tenant('other');
    const event = { type: 'a', payload: {} };
    const one = await bench.call('POST', EVENTS, event, under('a'));
    const other = await bench.call('POST', '/v1/tenants/other/events', event, under('a'));
    assert.notEqual(text(one.body, 'id'), text(other.body, 'id'));
  });

  it('is not looked at without the header, nor on other methods', async () => {
    await using bench = await open();
    const names = await bench.call('PUT', TENANT, { name: 'One' }, under('a'));
    const again = await bench.call('PUT', TENANT, { name: 'Two' }, under('a'));
    assert.deepEqual([member(names.body, 'name'), member(again.body, 'name')], ['One', 'Two']);
  });
});

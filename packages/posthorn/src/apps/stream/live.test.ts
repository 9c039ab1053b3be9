import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { Dice } from '../../../tests/support/dice.ts';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import type { EndpointId, EventId, TenantId } from '../../domain/ids.ts';
import type { Report } from '../../engine/reports.ts';
import { HEARTBEAT_MS, LiveStream, MAX_READERS, MAX_UNREAD_BYTES, REMEMBER_MS, type StreamFilter } from './live.ts';
import { MAX_RECENT_BYTES } from './recent.ts';

const ACME = 'acme' as TenantId;
const accepted = (type: string, tenantId = ACME): Report => ({
  kind: 'accepted',
  tenantId,
  eventId: 'v1' as EventId,
  type,
  deliveries: 1,
  tookMs: 1,
});

/** A stream on simulated time, and readers that read at once unless they are told to hang. */
class Stage {
  readonly time = new SimulatedTime();
  readonly stream = new LiveStream(this.time.clock(), new Dice(1).random());
  readonly cut: string[] = [];

  read(filter: StreamFilter = {}, lastId?: string): Audience {
    return new Audience(this, filter, lastId);
  }

  /** Lets what was told reach the readers. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

class Audience {
  readonly readable: Readable | undefined;
  readonly leave: () => void;
  #text = '';

  constructor(stage: Stage, filter: StreamFilter, lastId: string | undefined) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.leave = resolve;
    this.readable = stage.stream.open(filter, lastId, promise, () => {
      stage.cut.push('cut');
      resolve();
    });
    this.readable?.on('close', resolve);
  }

  listen(): this {
    this.readable?.on('data', (chunk) => {
      this.#text += String(chunk);
    });
    return this;
  }

  get text(): string {
    return this.#text;
  }

  /** Kinds of the messages that came, in order. */
  get kinds(): string[] {
    return [...this.#text.matchAll(/^event: (\w+)$/gm)].map(([, kind = '']) => kind);
  }

  get types(): string[] {
    return [...this.#text.matchAll(/"eventType":"([^"]+)"/g)].map(([, type = '']) => type);
  }

  get lastId(): string {
    return [...this.#text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? '';
  }
}

describe('the live stream', () => {
  it('tells a new reader where it stands, then everything that happens', async () => {
    const stage = new Stage();
    const reader = stage.read().listen();
    stage.stream.tell(accepted('a'));
    stage.stream.tell(accepted('b'));
    await stage.settle();
    assert.deepEqual(reader.kinds, ['ready', 'accepted', 'accepted']);
    assert.deepEqual(reader.types, ['a', 'b']);
    assert.match(reader.text, /^retry: \d+\nid: [0-9a-f]{8}-0\nevent: ready\ndata: \{\}\n\nid: [0-9a-f]{8}-1\n/);
  });

  it('tells each reader only what it asked for', async () => {
    const stage = new Stage();
    const endpointId = 'e1' as EndpointId;
    const all = stage.read().listen();
    const other = stage.read({ tenantId: 'other' as TenantId }).listen();
    const endpoint = stage.read({ endpointId }).listen();
    stage.stream.tell(accepted('mine'));
    stage.stream.tell(accepted('theirs', 'other' as TenantId));
    await stage.settle();
    assert.deepEqual([all.types, other.types, endpoint.types], [['mine', 'theirs'], ['theirs'], []]);
  });

  it('sends what a reader missed when it comes back, once and in order', async () => {
    const stage = new Stage();
    const first = stage.read().listen();
    stage.stream.tell(accepted('a'));
    await stage.settle();
    first.leave();
    stage.stream.tell(accepted('b'));
    stage.stream.tell(accepted('c'));
    const again = stage.read({}, first.lastId).listen();
    stage.stream.tell(accepted('d'));
    await stage.settle();
    assert.deepEqual(again.kinds, ['accepted', 'accepted', 'accepted']);
    assert.deepEqual(again.types, ['b', 'c', 'd']);
  });

  for (const [what, id] of [
    ['of another process', 'ffffffff-1'],
    ['that is none', 'nonsense'],
    ['of the future', undefined],
  ] as const) {
    it(`says reset to an id ${what}`, async () => {
      const stage = new Stage();
      const first = stage.read().listen();
      await stage.settle();
      const reader = stage.read({}, id ?? first.lastId.replace(/0$/, '7')).listen();
      await stage.settle();
      assert.deepEqual(reader.kinds, ['reset']);
      assert.equal(reader.lastId, first.lastId);
    });
  }

  it('says reset when what was missed is more than what is kept', async () => {
    const stage = new Stage();
    const first = stage.read().listen();
    await stage.settle();
    const old = first.lastId;
    for (let told = 0; told < MAX_RECENT_BYTES; told += 1_000) stage.stream.tell(accepted('x'.repeat(1_000)));
    await stage.settle();
    assert.deepEqual(stage.read({}, old).listen().kinds, []);
    const reader = stage.read({}, old).listen();
    await stage.settle();
    assert.deepEqual(reader.kinds, ['reset']);
  });

  it('forgets everything a while after the last reader has gone, and says reset then', async () => {
    const stage = new Stage();
    const first = stage.read().listen();
    await stage.settle();
    first.leave();
    await stage.settle();
    await stage.time.pass(REMEMBER_MS + 1);
    const again = stage.read({}, first.lastId).listen();
    await stage.settle();
    assert.deepEqual(again.kinds, ['reset']);
  });

  it('drops a reader that does not read, at its bound, and nobody else', async () => {
    const stage = new Stage();
    const slow = stage.read();
    const quick = stage.read().listen();
    let told = 0;
    while (stage.stream.size === 2) {
      stage.stream.tell(accepted('x'.repeat(10_000)));
      told += 1;
      assert.ok(told < 1_000, 'it is kept for ever');
      await stage.settle();
    }
    assert.ok(told > 200, `dropped after ${told} messages of 10 KB`);
    assert.equal(slow.readable?.destroyed, true);
    assert.equal(quick.types.length, told);
  });

  it('takes no more readers than it has room for, and one again when one has gone', async () => {
    const stage = new Stage();
    const readers = Array.from({ length: MAX_READERS }, () => stage.read().listen());
    assert.equal(stage.read().readable, undefined);
    readers[0]?.leave();
    await stage.settle();
    assert.notEqual(stage.read().readable, undefined);
  });

  it('keeps quiet connections open with a comment', async () => {
    const stage = new Stage();
    const reader = stage.read().listen();
    await stage.time.pass(HEARTBEAT_MS * 2 + 1);
    await stage.settle();
    assert.equal(reader.text.match(/^:$/gm)?.length, 2);
  });

  it('sends comments no more often after one has dropped the last reader', async () => {
    const stage = new Stage();
    const stuck = stage.read();
    const unread = async () => {
      await stage.settle();
      return stuck.readable?.readableLength ?? 0;
    };
    const tell = (characters: number) => stage.stream.tell(accepted('x'.repeat(characters)));
    while ((await unread()) < MAX_UNREAD_BYTES - 20_000) tell(10_000);
    const before = await unread();
    tell(100);
    const after = await unread();
    tell(MAX_UNREAD_BYTES - after - (after - before - 100));
    assert.deepEqual([await unread(), stage.stream.size], [MAX_UNREAD_BYTES, 1]);
    await stage.time.pass(HEARTBEAT_MS + 1);
    assert.equal(stage.stream.size, 0);

    const reader = stage.read().listen();
    await stage.time.pass(HEARTBEAT_MS * 4);
    await stage.settle();
    assert.equal(reader.text.match(/^:$/gm)?.length, 4);
  });

  it('ends all readers when it closes, cuts off who does not read, and takes no more', async () => {
    const stage = new Stage();
    const reader = stage.read().listen();
    const stuck = stage.read();
    await stage.settle();
    const closed = stage.stream.close();
    await stage.settle();
    assert.equal(reader.readable?.readableEnded, true);
    assert.equal(stuck.readable?.readableEnded, false);
    await stage.time.pass(1_000);
    await closed;
    assert.deepEqual(stage.cut, ['cut']);
    assert.equal(stage.read().readable, undefined);
  });
});

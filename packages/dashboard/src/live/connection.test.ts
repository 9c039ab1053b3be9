import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Connection, FIRST_WAIT_MS, SILENCE_MS } from './connection.ts';

type Answer = (signal: AbortSignal) => Response;

/** A stream that says these things and then stays open, until it is cut. */
function saying(...texts: string[]): Answer {
  return (signal) =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
          signal.addEventListener('abort', () => controller.error(new Error('cut')));
        },
      }),
    );
}
const ending =
  (text: string): Answer =>
  () =>
    new Response(text);
const refusing: Answer = () => new Response('too many readers', { status: 503 });
const unreachable: Answer = () => {
  throw new TypeError('Failed to fetch');
};
const message = (number: number) => `id: p-${number}\nevent: accepted\ndata: {}\n\n`;

/** A connection to a server that answers like this, one after the other, the last one for ever. */
function stage({ mock }: TestContext, ...answers: Answer[]) {
  mock.timers.enable({ apis: ['setTimeout'] });
  const asked: (string | undefined)[] = [];
  const told: string[] = [];
  const flow: boolean[] = [];
  const connection = new Connection({
    open: async (lastId, signal) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(lastId);
      return answer?.(signal) ?? Response.error();
    },
    onMessage: ({ id = '' }) => told.push(id),
    onFlow: (flows) => flow.push(flows),
  });
  const settle = async () => {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = async (ms: number) => {
    mock.timers.tick(ms);
    await settle();
  };
  return { connection, asked, told, flow, settle, pass };
}

describe('the connection to the stream', () => {
  it('comes back with the last id when the stream ends', async (t) => {
    const { connection, asked, told, flow, settle, pass } = stage(
      t,
      ending(message(1) + message(2)),
      saying(message(3)),
    );
    connection.start();
    await settle();
    await pass(FIRST_WAIT_MS);
    assert.deepEqual(asked, [undefined, 'p-2']);
    assert.deepEqual(told, ['p-1', 'p-2', 'p-3']);
    assert.deepEqual(flow, [true, false, true]);
    connection.stop();
  });

  for (const [what, answer] of [
    ['refused', refusing],
    ['not reached', unreachable],
  ] as const) {
    it(`is tried again when it is ${what}, more and more rarely`, async (t) => {
      const { connection, asked, flow, settle, pass } = stage(t, answer);
      connection.start();
      await settle();
      for (const [waitMs, count] of [
        [FIRST_WAIT_MS, 2],
        [FIRST_WAIT_MS, 2],
        [FIRST_WAIT_MS, 3],
      ] as const) {
        await pass(waitMs);
        assert.equal(asked.length, count);
      }
      for (let seconds = 0; seconds < 300; seconds++) await pass(1_000);
      assert.ok(asked.length > 10 && asked.length < 20, `asked ${asked.length} times in five minutes`);
      assert.deepEqual(flow, []);
      connection.stop();
    });
  }

  it('is given up and opened anew when it is silent for too long', async (t) => {
    const { connection, asked, flow, settle, pass } = stage(t, saying(message(1)));
    connection.start();
    await settle();
    await pass(SILENCE_MS - 1);
    assert.equal(asked.length, 1);
    await pass(1);
    await pass(FIRST_WAIT_MS);
    assert.deepEqual(asked, [undefined, 'p-1']);
    assert.deepEqual(flow, [true, false, true]);
    connection.stop();
  });

  it('is closed while nobody looks, and goes on where it was', async (t) => {
    const { connection, asked, told, flow, settle, pass } = stage(t, saying(message(1)), saying(message(2)));
    connection.start();
    await settle();
    connection.stop();
    await pass(10 * SILENCE_MS);
    assert.equal(asked.length, 1);
    connection.start();
    await settle();
    assert.deepEqual(
      [asked, told, flow],
      [
        [undefined, 'p-1'],
        ['p-1', 'p-2'],
        [true, false, true],
      ],
    );
    connection.stop();
  });
});

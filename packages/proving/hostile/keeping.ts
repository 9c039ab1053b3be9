// Receivers whose kept connections are a trap: closed at the worst moment, or with an answer planted for the next call.
import type { Socket } from 'node:net';
import { type ReceivedRequest, reset, response, startReceiver } from '../../posthorn/tests/support/receivers.ts';
import { until } from '../../posthorn/tests/support/waiting.ts';
import type { AttemptView } from '../support/api.ts';
import { type Calls, listening, responding, type Stage, type Stand, standingOn } from './behaviour.ts';

/** Idle connections are closed after this long, and calls come as far apart, give or take a millisecond. */
const IDLE_MS = 50;
/** A response that was not asked for closes the connection that it came on. */
const CLOSE_LIMIT_MS = 5_000;
const ONE_AFTER_THE_OTHER: Calls = { count: 40, everyMs: 5 };
const AT_THE_WORST_MOMENT: Calls = { count: 960, everyMs: IDLE_MS, atOnce: 16 };

/** Answers the first request of every connection, and does something else with the second. */
function onReuse(breaks: (socket: Socket) => void): Stand {
  return listening(({ tls }) => {
    const seen = new Set<number>();
    const onRequest = (socket: Socket, { connection }: ReceivedRequest) => {
      if (seen.has(connection)) breaks(socket);
      else socket.write(response(200, 'genuine'));
      seen.add(connection);
    };
    return { tls, onRequest };
  });
}

function closingIdle(socket: Socket): void {
  socket.write(response(200, 'genuine'));
  setTimeout(() => socket.end(), IDLE_MS);
}

/** Every answer must be the one that its call was given, if it came before the next call was under way. */
function planting(plant: (socket: Socket) => void): Stand {
  return async ({ tls }) => {
    let requests = 0;
    let turns = 0;
    const onRequest = (socket: Socket) => {
      requests += 1;
      plant(socket);
    };
    const receiver = await startReceiver({ tls, onRequest });
    return {
      ...standingOn(receiver),
      async ready() {
        turns += 1;
        // An event that was just accepted may not have a connection yet.
        const closed = () => requests >= turns && receiver.open() === 0;
        await until('the connection is closed', CLOSE_LIMIT_MS, closed);
      },
      fault(attempts: readonly AttemptView[]) {
        const wrong = attempts.filter(({ responseBody }) => responseBody !== 'genuine').length;
        return wrong === 0 ? undefined : `${wrong} calls were given an answer that was planted`;
      },
    };
  };
}

export const KEPT: Stage = {
  stage: 'kept connection',
  behaviours: [
    {
      name: `is closed after ${IDLE_MS} ms, when the next call comes`,
      stand: responding(closingIdle),
      outcome: 'succeeded',
      status: 200,
      calls: AT_THE_WORST_MOMENT,
    },
    {
      name: 'is closed by the next call',
      stand: onReuse((socket) => socket.end()),
      outcome: 'succeeded',
      status: 200,
      calls: ONE_AFTER_THE_OTHER,
    },
    {
      name: 'is reset by the next call',
      stand: onReuse(reset),
      outcome: 'succeeded',
      status: 200,
      calls: ONE_AFTER_THE_OTHER,
    },
    {
      name: 'is closed after each answer, without a word',
      stand: responding((socket) => socket.end(response(200, 'genuine'))),
      outcome: 'succeeded',
      status: 200,
      calls: ONE_AFTER_THE_OTHER,
    },
    {
      name: 'says that it closes in a second',
      stand: responding((socket) => socket.write(response(200, 'genuine', ['keep-alive: timeout=1']))),
      outcome: 'succeeded',
      status: 200,
      calls: ONE_AFTER_THE_OTHER,
    },
    {
      name: 'has an answer planted with the last one',
      stand: planting((socket) => socket.write(response(200, 'genuine') + response(200, 'planted'))),
      outcome: 'succeeded',
      status: 200,
      calls: ONE_AFTER_THE_OTHER,
    },
    {
      name: 'has an answer planted later',
      stand: planting((socket) => {
        socket.write(response(200, 'genuine'));
        setTimeout(() => socket.write(response(200, 'planted')), 1);
      }),
      outcome: 'succeeded',
      status: 200,
      calls: ONE_AFTER_THE_OTHER,
    },
  ],
};

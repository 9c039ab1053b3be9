// Names of several addresses, of which only the last is of any use: the call is made there, once, and nowhere else.
import type { TlsOptions } from 'node:tls';
import { type ReceiverOptions, reset, response, startReceiver } from '../../posthorn/tests/support/receivers.ts';
import type { Behaviour, Stage, Stand } from './behaviour.ts';
import { EIGHT, type Ground, serving, TWO } from './ground.ts';

const HOUR_MS = 3_600_000;

type Bad = (ground: Ground) => Promise<ReceiverOptions>;

/** @param bad stands at all addresses but the last; left out, nobody does */
function lastOf({ host, addresses }: typeof TWO, bad?: Bad): Stand {
  return async (ground) => {
    const { authority } = ground;
    const tls = serving(await authority.issue([host]));
    const onRequest: ReceiverOptions['onRequest'] = (socket) => socket.write(response(200));
    const good = await startReceiver({ tls, onRequest, host: addresses.at(-1) ?? '' });
    const others = bad === undefined ? [] : addresses.slice(0, -1);
    const options = await bad?.(ground);
    const standing = await Promise.all(
      others.map((address) => startReceiver({ ...options, host: address, port: good.port })),
    );
    return {
      url: `https://${host}:${good.port}/hook`,
      fault: (attempts) => {
        const called = standing.reduce((sum, { requests }) => sum + requests.length, 0);
        if (called > 0) return `an address that is of no use was called ${called} times`;
        const { length } = good.requests;
        return length === attempts.length ? undefined : `${attempts.length} calls were made ${length} times`;
      },
      async [Symbol.asyncDispose]() {
        for (const receiver of [good, ...standing]) await receiver[Symbol.asyncDispose]();
      },
    };
  };
}

const issued = async ({ authority }: Ground, host: string, hours: number): Promise<TlsOptions> =>
  serving(
    await authority.issue([host], {
      validFrom: new Date(Date.now() + (hours - 2) * HOUR_MS),
      validUntil: new Date(Date.now() + hours * HOUR_MS),
    }),
  );

const BADS: readonly (readonly [name: string, bad: Bad | undefined])[] = [
  ['refuses', undefined],
  ['accepts and says nothing', async () => ({})],
  ['accepts and closes', async () => ({ onConnection: (socket) => socket.end() })],
  ['accepts and resets', async () => ({ onConnection: (socket) => reset(socket) })],
  ['speaks plain HTTP', async () => ({ onConnection: (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n') })],
  ['has a certificate that has expired', async (ground) => ({ tls: await issued(ground, TWO.host, -1) })],
  ['has a certificate for another host', async (ground) => ({ tls: await issued(ground, 'other.test', 1) })],
];

const succeeding = (name: string, stand: Stand): Behaviour => ({ name, stand, outcome: 'succeeded', status: 200 });

export const SEVERAL_ADDRESSES: Stage = {
  stage: 'one of two addresses',
  behaviours: [
    ...BADS.map(([name, bad]) => succeeding(name, lastOf(TWO, bad))),
    {
      ...succeeding(
        'is one of seven that say nothing, with the limit of 1 s',
        lastOf(EIGHT, async () => ({})),
      ),
      trueLimits: true,
    },
  ],
};

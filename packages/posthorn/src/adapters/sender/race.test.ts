import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { DialLimit } from './dial-limit.ts';
import { FailedAddresses } from './failed-addresses.ts';
import { headStart, MAX_ATTEMPTS, Race } from './race.ts';
import { Sessions } from './sessions.ts';
import type { Target } from './target.ts';
import { createTrust } from './trust.ts';

type Fate = 'connects' | 'hangs' | { readonly code: string };

const TARGET: Target = {
  origin: 'http://hooks.test',
  secure: false,
  host: 'hooks.test',
  authority: 'hooks.test',
  port: 80,
  path: '/',
  addresses: undefined,
};
const TRUST = createTrust([]);
const REFUSED = { code: 'ECONNREFUSED' };

interface Run {
  readonly race: Race;
  /** The winner, or `undefined` if all failed. */
  readonly result: Promise<string | undefined>;
  readonly tried: readonly string[];
  readonly sockets: readonly Socket[];
}

/** Dials sockets that only pretend, without TLS. */
function run(
  fates: Readonly<Record<string, Fate>>,
  {
    leftMs = 1_000,
    open = false,
    failedAddresses = new FailedAddresses(),
    addresses = Object.keys(fates),
  }: { leftMs?: number; open?: boolean; failedAddresses?: FailedAddresses; addresses?: readonly string[] } = {},
): Run {
  const tried: string[] = [];
  const sockets: Socket[] = [];
  const dial = (address: string) => {
    tried.push(address);
    const socket = new Socket();
    sockets.push(socket);
    const fate = fates[address] ?? 'hangs';
    if (fate === 'connects') setImmediate(() => socket.emit('connect'));
    else if (fate !== 'hangs') setImmediate(() => socket.destroy(Object.assign(new Error('no'), fate)));
    return socket;
  };
  const parts = { dial, trust: TRUST, sessions: new Sessions(), failedAddresses, dialLimit: new DialLimit() };
  const { promise: result, resolve } = Promise.withResolvers<string | undefined>();
  const owner = { won: ({ address }: { address: string }) => resolve(address), lost: () => resolve(undefined) };
  return { race: new Race(addresses, leftMs, open, TARGET, parts, owner), result, tried, sockets };
}

const many = (count: number, fate: Fate) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`192.0.2.${index}`, fate]));

describe('the head start of an address', () => {
  simulateTime();

  for (const [leftMs, waiting, ms] of [
    [500, 1, 250],
    [500, 2, 250],
    [500, 4, 125],
    [500, 7, 500 / 7],
    [5_000, 7, 250],
    [150, 1, 150],
    [50, 7, 20],
    [-100, 3, 20],
  ] as const) {
    it(`is ${Math.round(ms)} ms if ${waiting} wait and have ${leftMs} ms`, () => {
      assert.equal(headStart(leftMs, waiting), ms);
    });
  }
});

let nowMs = 0;

/** Lets time pass and everything happen that waits for no more of it. */
async function pass(ms: number): Promise<void> {
  nowMs += ms;
  mock.timers.tick(ms);
  for (let turns = 0; turns < 10; turns++) await turn();
}

/** Within one `describe`: time passes only when a test lets it. */
function simulateTime(): void {
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    mock.method(performance, 'now', () => nowMs);
  });
  afterEach(() => {
    mock.timers.reset();
    mock.restoreAll();
  });
}

describe('a race of several addresses', () => {
  simulateTime();

  it('is won by the first that is ready, and the others are not tried', async () => {
    const { result, tried } = run({ '192.0.2.1': 'connects', '192.0.2.2': 'connects' });
    assert.equal(await result, '192.0.2.1');
    await pass(10_000);
    assert.deepEqual(tried, ['192.0.2.1']);
  });

  it('gives a silent address a quarter second, then closes it', async () => {
    const { result, tried, sockets } = run({ '192.0.2.1': 'hangs', '192.0.2.2': 'connects' });
    await pass(240);
    assert.deepEqual(tried, ['192.0.2.1']);
    await pass(10);
    assert.equal(await result, '192.0.2.2');
    assert.deepEqual(
      sockets.map((socket) => socket.destroyed),
      [true, false],
    );
  });

  it('goes on at once after one that fails', async () => {
    const { result } = run({ '192.0.2.1': REFUSED, '192.0.2.2': 'connects' });
    assert.equal(await result, '192.0.2.2');
  });

  it('begins the last of eight when half of the time is over', async () => {
    const { result, tried } = run({ ...many(7, 'hangs'), '192.0.2.99': 'connects' });
    for (let ms = 0; ms < 500; ms += 10) {
      assert.ok(tried.length <= 1 + (7 * (ms + 20)) / 500, `${tried.length} after ${ms} ms`);
      await pass(10);
    }
    assert.equal(await result, '192.0.2.99');
    assert.equal(tried.length, 8);
  });

  it('tries the families in turn', async () => {
    const { race, result, tried } = run({ '2001:db8::1': REFUSED, '2001:db8::2': REFUSED, '192.0.2.1': REFUSED });
    assert.equal(await result, undefined);
    assert.deepEqual(tried, ['192.0.2.1', '2001:db8::1', '2001:db8::2']);
    assert.deepEqual(
      race.failures.map(({ address, stage, code }) => `${address} ${stage} ${code}`),
      tried.map((address) => `${address} tcp ECONNREFUSED`),
    );
  });

  it('tries only so many of them, those that come late included', async () => {
    const { result, tried } = run(many(50, REFUSED));
    assert.equal(await result, undefined);
    assert.equal(tried.length, MAX_ATTEMPTS);
    const later = run(many(50, REFUSED), { addresses: Object.keys(many(5, REFUSED)), open: true });
    later.race.add(Object.keys(many(50, REFUSED)).slice(5));
    assert.equal(await later.result, undefined);
    assert.equal(later.tried.length, MAX_ATTEMPTS);
  });

  it('is silent once cancelled', async () => {
    const { race, result, sockets } = run({ '192.0.2.1': 'hangs', '192.0.2.2': 'connects' });
    race.cancel();
    let heard = false;
    void result.then(() => {
      heard = true;
    });
    sockets[0]?.emit('connect');
    sockets[0]?.emit('error', new Error('late'));
    await pass(10_000);
    assert.deepEqual([heard, sockets.length, sockets[0]?.destroyed], [false, 1, true]);
  });

  it('lets addresses come late, after the head start of the one before', async () => {
    const { race, result, tried } = run(
      { '192.0.2.1': 'hangs', '2001:db8::1': 'connects' },
      { addresses: ['192.0.2.1'], open: true },
    );
    await turn();
    race.add(['2001:db8::1']);
    await pass(200);
    assert.deepEqual(tried, ['192.0.2.1']);
    await pass(50);
    assert.equal(await result, '2001:db8::1');
  });

  it('waits for late addresses when all others have failed, and tries them at once', async () => {
    const { race, result } = run(
      { '192.0.2.1': REFUSED, '2001:db8::1': 'connects' },
      { addresses: ['192.0.2.1'], open: true },
    );
    await pass(0);
    assert.equal(race.stage, undefined);
    race.add(['2001:db8::1']);
    assert.equal(await result, '2001:db8::1');
  });

  it('is lost when nothing comes late after all', async () => {
    const { race, result } = run({ '192.0.2.1': REFUSED }, { open: true });
    await pass(0);
    race.add([]);
    assert.equal(await result, undefined);
  });
});

describe('the race after', () => {
  simulateTime();

  const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
  /** The order in which addresses are tried that all fail. */
  const order = async (failedAddresses: FailedAddresses) => {
    const next = run(Object.fromEntries(addresses.map((address) => [address, REFUSED])), {
      failedAddresses: failedAddresses,
    });
    await next.result;
    return next.tried;
  };

  it('one that an address failed begins with another', async () => {
    const failedAddresses = new FailedAddresses();
    await run({ '192.0.2.1': REFUSED, '192.0.2.2': 'connects', '192.0.2.3': 'connects' }, { failedAddresses }).result;
    assert.deepEqual(await order(failedAddresses), ['192.0.2.2', '192.0.2.3', '192.0.2.1']);
  });

  it('one in which an address was overtaken begins with another', async () => {
    const failedAddresses = new FailedAddresses();
    const { result } = run({ '192.0.2.1': 'hangs', '192.0.2.2': 'connects' }, { failedAddresses });
    await pass(250);
    assert.equal(await result, '192.0.2.2');
    assert.deepEqual(await order(failedAddresses), ['192.0.2.2', '192.0.2.3', '192.0.2.1']);
  });

  it('one whose time ran out begins with another', async () => {
    const failedAddresses = new FailedAddresses();
    const { race } = run({ '192.0.2.1': 'hangs', '192.0.2.2': 'hangs' }, { failedAddresses });
    race.giveUp();
    assert.deepEqual(await order(failedAddresses), ['192.0.2.2', '192.0.2.3', '192.0.2.1']);
  });

  it('one that all failed begins with the one whose failure is longest ago', async () => {
    const failedAddresses = new FailedAddresses();
    await order(failedAddresses);
    assert.deepEqual(await order(failedAddresses), addresses);
  });

  it('one that was stopped knows nothing against anybody', async () => {
    const failedAddresses = new FailedAddresses();
    run({ '192.0.2.1': 'hangs', '192.0.2.2': 'hangs' }, { failedAddresses }).race.cancel();
    assert.deepEqual(await order(failedAddresses), addresses);
  });

  it('one that an address won holds nothing against it any more', async () => {
    const failedAddresses = new FailedAddresses();
    for (const address of addresses) failedAddresses.failed(TARGET.origin, address);
    await run({ '192.0.2.1': 'connects' }, { failedAddresses }).result;
    assert.deepEqual(await order(failedAddresses), ['192.0.2.1', '192.0.2.2', '192.0.2.3']);
  });
});

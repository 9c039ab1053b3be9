// Beside what people would glue together otherwise: a queue library, undici, and an HMAC. Everything drains a backlog of the
// same deliveries to the same receiver.
import { checkRatio } from '../measure/checks.ts';
import { interleave, type Variant } from '../measure/rounds.ts';
import type { PeerQuestion } from '../processes/pg-boss.ts';
import { Child } from '../world/child.ts';
import { SECRET } from '../world/fill.ts';
import { hasRedis, startRedis } from '../world/redis.ts';
import type { World } from '../world/world.ts';
import { CONCURRENCY, type Drain, drainPosthorn, receive } from './draining.ts';
import type { Scenario, Sizes } from './scenario.ts';

const SIZES: Sizes<Drain> = {
  quick: { rounds: 1, calls: 12_000, warmUp: 6_000 },
  full: { rounds: 2, calls: 26_000, warmUp: 16_000 },
  long: { rounds: 4, calls: 50_000, warmUp: 30_000 },
};

export const peers: Scenario = {
  name: 'peers',
  promise: 'a backlog drains faster than through a queue library with undici',
  quick: false,
  async run(world, extent) {
    const { rounds, ...size } = SIZES[extent];
    const redis = hasRedis();
    const variants = [
      drainPosthorn(world, 'sqlite', size),
      drainPosthorn(world, 'postgres', size),
      drainOnPostgres(world, size, 'pg-boss'),
      drainOnPostgres(world, size, 'graphile-worker'),
      ...(redis ? [drainBullMq(world, size, 'always'), drainBullMq(world, size, 'everysec')] : []),
    ];
    const rows = await interleave(variants, rounds, world.say);
    const than = (of: string, to: string, target: number) =>
      checkRatio(rows, { promise: `peers: ${of} to ${to}`, wants: 'at least', target, of, to });
    return {
      unit: 'deliveries/s',
      rows,
      checks: [
        ...than('sqlite', 'pg-boss + undici', 2),
        ...than('postgres', 'pg-boss + undici', 2),
        ...than('sqlite', 'BullMQ + undici, always synced', 1.5),
        ...than('sqlite', 'BullMQ + undici, synced every second', 1.5),
      ],
      notes: redis ? [] : ['BullMQ is left out: redis-server is not installed.'],
    };
  },
};

function drainOnPostgres(world: World, drain: Drain, peer: 'pg-boss' | 'graphile-worker'): Variant {
  return {
    name: `${peer} + undici`,
    async measure() {
      await using place = await world.places.make('postgres');
      return await drainPeer(world, drain, `${peer}.ts`, place.where, () => place.serverCpu());
    },
  };
}

function drainBullMq(world: World, drain: Drain, sync: 'always' | 'everysec'): Variant {
  return {
    name: `BullMQ + undici, ${sync === 'always' ? 'always synced' : 'synced every second'}`,
    async measure() {
      await using redis = await startRedis(world.folder, sync);
      return await drainPeer(world, drain, 'bullmq.ts', redis.url, () => redis.cpu());
    },
  };
}

async function drainPeer(world: World, drain: Drain, file: string, store: string, serverCpu: () => number) {
  const { origins } = await world.receiver();
  const filler = new Child<PeerQuestion>(file);
  await filler.ask({ kind: 'fill', store, url: `${origins[0]}/hook`, calls: drain.calls });
  await filler.ask({ kind: 'stop' });
  await filler.stop();
  return await receive(world, drain, async () => {
    const peer = new Child<PeerQuestion>(file);
    await peer.ask({ kind: 'drain', store, ca: world.caPem, secret: SECRET, connections: CONCURRENCY });
    return {
      pid: peer.pid,
      others: { database: serverCpu },
      async stop() {
        await peer.ask({ kind: 'stop' });
        await peer.stop();
      },
    };
  });
}

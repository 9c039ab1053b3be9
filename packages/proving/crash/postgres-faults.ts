// B1, B2, B4: everything that happens to a database server and to the way there, under load, to one process that must live
// through all of it.
import { Client } from 'pg';
import type { PostgresServer } from '../../posthorn/tests/support/postgres.ts';
import { startTcpProxy, type TcpProxy } from '../../posthorn/tests/support/tcp-proxy.ts';
import { now, pass, until } from '../../posthorn/tests/support/waiting.ts';
import { Scene } from './scene.ts';
import { onPostgres, withPostgres } from './stores.ts';
import type { Judgement, Stage, Suite } from './suite.ts';

const BETWEEN_MS = 1_000;
/** The server is away for this long, and the network is silent for this long. */
const AWAY_MS = 2_000;
const SILENT_MS = 12_000;
/** A statement that is not answered is given up after 8.5 s; then the caller has its answer. */
const NOTICE_LIMIT_MS = 10_500;
const RECOVER_LIMIT_MS = 20_000;
/** Well below the 45 s after which another process would have taken over: this one must still have its leases. */
const SETTLE_LIMIT_MS = 40_000;
const ENDED_TIMES = 8;
const ENDED_EVERY_MS = [2_000, 3_000] as const;
const LOST_TIMES = 10;
const LOST_EVERY_MS = [200, 600] as const;

interface Faults {
  readonly scene: Scene;
  readonly server: PostgresServer;
  readonly proxy: TcpProxy;
  readonly stage: Stage;
  readonly judgement: Judgement;
}

export const postgresFaults: Suite = {
  name: 'Postgres faults',
  promise: 'While Postgres is away, events are refused; afterwards one process goes on by itself.',
  run: (stage) =>
    withPostgres(async (_, server) => {
      const { judgement } = stage;
      const address = new URL(server.url);
      const proxy = await startTcpProxy({ host: address.hostname, port: Number(address.port) });
      address.port = String(proxy.port);
      try {
        await using scene = await Scene.set(stage, { environment: onPostgres(address.href), posters: 32 });
        const service = await scene.start();
        scene.producer.start();
        for (const make of [killBackend, crash, endSessions, loseReplies, goSilent]) {
          await pass(BETWEEN_MS);
          await scene.postRetried();
          await make({ scene, server, proxy, stage, judgement });
          judgement.expect(!service.ended, `the process ended: ${service.lastOutput}`);
        }
        await scene.settle(SETTLE_LIMIT_MS);
        const figures = await scene.judge(judgement);
        judgement.expect(figures.twice === 0, `${figures.twice} delivered twice though the process lived`);
        return figures;
      } finally {
        await proxy.close();
      }
    }),
};

/** The server ends all its sessions and recovers when one of its processes dies. */
async function killBackend({ scene, server, stage }: Faults): Promise<void> {
  stage.say('a backend is killed');
  await scene.fault('backend killed', async () => {
    const [backend] = await query<{ pid: number }>(server, `select pid ${SESSIONS} limit 1`);
    if (backend === undefined) throw new Error('there is no session to kill');
    process.kill(backend.pid, 'SIGKILL');
  });
  await scene.recovered(now(), RECOVER_LIMIT_MS);
}

async function crash({ scene, server, stage }: Faults): Promise<void> {
  stage.say('the server crashes and is started again');
  await scene.fault('server crash', async () => {
    const since = now();
    await server.stop('immediate');
    await until('an event is refused', NOTICE_LIMIT_MS, () => scene.producer.firstRefusedAfter(since) !== undefined);
    await pass(AWAY_MS);
    await server.start();
  });
  await scene.recovered(now(), RECOVER_LIMIT_MS);
}

async function endSessions({ scene, server, stage }: Faults): Promise<void> {
  stage.say(`all sessions are ended, ${ENDED_TIMES} times`);
  for (let times = 0; times < ENDED_TIMES; times++) {
    await pass(stage.dice.between(...ENDED_EVERY_MS));
    await scene.fault('sessions ended', async () => {
      await query(server, `select pg_terminate_backend(pid) ${SESSIONS}`);
    });
    await scene.recovered(now(), RECOVER_LIMIT_MS);
  }
}

/** The request is carried out, and the answer is lost: the worst case for a caller that stores something. */
async function loseReplies({ scene, proxy, stage }: Faults): Promise<void> {
  stage.say(`replies are lost, ${LOST_TIMES} times`);
  for (let times = 0; times < LOST_TIMES; times++) {
    await pass(stage.dice.between(...LOST_EVERY_MS));
    await scene.fault('replies lost', async () => {
      proxy.mute();
      await pass(stage.dice.between(1, 20));
      proxy.restore();
      proxy.cut();
    });
    await scene.recovered(now(), RECOVER_LIMIT_MS);
  }
}

async function goSilent({ scene, proxy, stage, judgement }: Faults): Promise<void> {
  stage.say('the network goes silent');
  await scene.fault('silence', async () => {
    const since = now();
    proxy.silence();
    await pass(SILENT_MS);
    const refusedAt = scene.producer.firstRefusedAfter(since) ?? Number.POSITIVE_INFINITY;
    scene.facts['silenceNoticedMs'] = Math.round(refusedAt - since);
    judgement.expect(refusedAt - since <= NOTICE_LIMIT_MS, `the silence was noticed after ${refusedAt - since} ms`);
    proxy.restore();
  });
  await scene.recovered(now(), RECOVER_LIMIT_MS);
}

const SESSIONS = "from pg_stat_activity where application_name = 'posthorn'";

async function query<Row extends object>(server: PostgresServer, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: server.url });
  // The session may end with the fault that it makes.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

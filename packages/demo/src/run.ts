// The demo: a real service, receivers that succeed, fail, vanish and hang, a crash in the middle; everything that happens is
// shown as it happens, and at the end what was promised stands against it.
import { setTimeout as pause } from 'node:timers/promises';
import { IADVIZE_SAMPLES, type SampleEvent } from '../../posthorn/src/apps/samples/iadvize.ts';
import type { Terminal } from '../../posthorn/src/apps/terminal/terminal.ts';
import { DEFAULT_SETTINGS } from '../../posthorn/src/domain/endpoint/settings.ts';
import { matches } from '../../posthorn/src/domain/event-type.ts';
import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { DemoApi } from './api.ts';
import { CAST, REFUSED_URLS, SLOW_REPLY_TIMEOUT_MS, TENANTS } from './cast.ts';
import { openingLines, summaryLines } from './pages.ts';
import { judge, type Verdict } from './promises.ts';
import { type Stage, setStage } from './stage.ts';
import { Witness } from './witness.ts';

/** The crash: every first attempt is over, the one that hangs included, and the first retry is due in 7 s. */
const CRASH_AT_MS = SLOW_REPLY_TIMEOUT_MS + 1_000;
/** Everything is ended after about 36 s: three attempts that hang for 2 s, with 10 s and 20 s between them. */
const LIMIT_MS = 55_000;
const POLL_MS = 200;

interface PostedSample {
  readonly tenant: string;
  readonly sample: SampleEvent;
  readonly eventId: string;
}

/**
 * Plays the demo.
 * @returns whether everything was as promised
 */
export async function runDemo(terminal: Terminal): Promise<boolean> {
  const witness = new Witness(terminal);
  const stage = await setStage(witness);
  try {
    for (const line of openingLines(stage, terminal.paint)) terminal.print(line);
    const verdicts = await play(stage, witness);
    for (const line of summaryLines(verdicts, witness.elapsedMs, terminal.paint)) terminal.print(line);
    return verdicts.every(({ kept }) => kept);
  } finally {
    await stage.clear();
  }
}

async function play(stage: Stage, witness: Witness): Promise<Verdict[]> {
  const api = new DemoApi(stage);
  const names = await subscribe(api, stage);
  const refused = await tryRefusedUrls(api, witness);
  const again = await postAgain(api, witness, await postAll(api, witness, names));
  await pause(Math.max(0, CRASH_AT_MS - witness.elapsedMs));
  const backAt = await crash(stage, witness);
  await settle(api, witness);
  const stopped = await stop(stage.service);
  const scene = {
    scheduleMs: DEFAULT_SETTINGS.scheduleMs,
    endings: new Map(CAST.map(({ name, ending }) => [name, ending])),
    backAt,
    healthy: CAST.filter(({ healthy }) => healthy).map(({ name }) => name),
  };
  return [...judge(witness.ledger, scene), again, refused, stopped];
}

/** @returns names of the endpoints by id */
async function subscribe(api: DemoApi, stage: Stage): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const tenant of TENANTS) await api.createTenant(tenant);
  for (const part of CAST) {
    const { id, secret } = await api.createEndpoint(part, `${stage.receiver.url}/${part.name}`);
    stage.secrets.set(part.name, secret);
    names.set(id, part.name);
  }
  return names;
}

async function tryRefusedUrls(api: DemoApi, witness: Witness): Promise<Verdict> {
  const [tenant = ''] = TENANTS;
  let refused = 0;
  for (const url of REFUSED_URLS) {
    const sentence = await api.refusal(tenant, url);
    if (sentence !== undefined) refused += 1;
    witness.show({ mark: 'refused', text: `${url}  ${sentence ?? 'was taken'}` });
  }
  return {
    kept: refused === REFUSED_URLS.length,
    promise: 'callback URLs that are not https or lead inside are refused',
    measured: `${refused} of ${REFUSED_URLS.length} URLs`,
  };
}

async function postAll(
  api: DemoApi,
  witness: Witness,
  names: ReadonlyMap<string, string>,
): Promise<readonly PostedSample[]> {
  const wants = (tenant: string, type: string) =>
    CAST.some((part) => part.tenant === tenant && matches(part.eventTypes, type));
  const posted: PostedSample[] = [];
  witness.begin();
  for (const tenant of TENANTS) {
    for (const sample of IADVIZE_SAMPLES.filter(({ type }) => wants(tenant, type))) {
      const postedAt = performance.now();
      const { eventId, deliveries } = await api.post(tenant, sample);
      posted.push({ tenant, sample, eventId });
      const endpoints = deliveries.map(({ id, endpointId }) => {
        const endpoint = names.get(endpointId) ?? endpointId;
        witness.ledger.promised.push({ id, eventId, endpoint, postedAt });
        return endpoint;
      });
      witness.show({ mark: 'accepted', eventType: sample.type, text: `for ${endpoints.join(', ')}` });
    }
  }
  return posted;
}

async function postAgain(api: DemoApi, witness: Witness, posted: readonly PostedSample[]): Promise<Verdict> {
  const [first] = posted;
  if (first === undefined) throw new Error('The demo has no events to post.');
  const { eventId, again } = await api.post(first.tenant, first.sample, first.eventId);
  witness.show({ mark: 'accepted', eventType: first.sample.type, text: 'posted again with its id: the first answer' });
  return {
    kept: again && eventId === first.eventId,
    promise: 'an event posted again with its id is answered, not delivered again',
    measured: again ? 'the first answer' : 'a new event',
  };
}

/** @returns when the service was back */
async function crash(stage: Stage, witness: Witness): Promise<number> {
  const { pid } = stage.service;
  await stage.crash(() =>
    witness.show({ mark: 'service', text: `process ${pid} killed (SIGKILL) while retries wait` }),
  );
  const backAt = performance.now();
  witness.show({ mark: 'service', text: `process ${stage.service.pid} started on what is on disk` });
  return backAt;
}

/** Watches until every delivery is ended, and shows those that took more than one attempt. */
async function settle(api: DemoApi, witness: Witness): Promise<void> {
  const { promised, endings } = witness.ledger;
  while (promised.some(({ id }) => !endings.has(id)) && witness.elapsedMs < LIMIT_MS) {
    for (const tenant of TENANTS) {
      for (const [id, ending] of await api.endings(tenant)) {
        if (ending.state === 'pending' || endings.has(id)) continue;
        endings.set(id, ending);
        const endpoint = promised.find((delivery) => delivery.id === id)?.endpoint ?? '';
        const mark = ending.state === 'succeeded' ? 'succeeded' : 'exhausted';
        if (ending.attempts > 1) witness.show({ mark, endpoint, text: `after ${ending.attempts} attempts` });
      }
    }
    await pause(POLL_MS);
  }
}

async function stop(service: ServiceProcess): Promise<Verdict> {
  const status = await service.stop();
  return {
    kept: status === 0,
    promise: 'the service stops when it is asked to',
    measured: `exit status ${status}`,
  };
}

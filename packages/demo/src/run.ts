// The demo: a real service, receivers that succeed, fail, vanish and hang, a crash in the middle; everything that happens is
// shown as it happens, and at the end what was promised stands against it.
import { setTimeout as pause } from 'node:timers/promises';
import { IADVIZE_SAMPLES, type SampleEvent } from '../../posthorn/src/apps/samples/iadvize.ts';
import type { Terminal } from '../../posthorn/src/apps/terminal/terminal.ts';
import { DEFAULT_SETTINGS } from '../../posthorn/src/domain/endpoint/settings.ts';
import { matches } from '../../posthorn/src/domain/event-type.ts';
import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { DemoApi } from './api.ts';
import { ENDPOINTS, REFUSED_URLS, SLOW_REPLY_TIMEOUT_MS, TENANTS } from './endpoints.ts';
import { type Installation, install } from './installation.ts';
import { Observer } from './observer.ts';
import { openingLines, summaryLines } from './pages.ts';
import { judge, type Verdict } from './promises.ts';

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
  const observer = new Observer(terminal);
  const installation = await install(observer);
  try {
    for (const line of openingLines(installation, terminal.paint)) terminal.print(line);
    const verdicts = await play(installation, observer);
    for (const line of summaryLines(verdicts, observer.elapsedMs, terminal.paint)) terminal.print(line);
    return verdicts.every(({ kept }) => kept);
  } finally {
    await installation.clear();
  }
}

async function play(installation: Installation, observer: Observer): Promise<Verdict[]> {
  const api = new DemoApi(installation);
  const names = await subscribe(api, installation);
  const refused = await tryRefusedUrls(api, observer);
  const again = await postAgain(api, observer, await postAll(api, observer, names));
  await pause(Math.max(0, CRASH_AT_MS - observer.elapsedMs));
  const backAt = await crash(installation, observer);
  await settle(api, observer);
  const stopped = await stop(installation.service);
  const scene = {
    scheduleMs: DEFAULT_SETTINGS.scheduleMs,
    endings: new Map(ENDPOINTS.map(({ name, ending }) => [name, ending])),
    backAt,
    healthy: ENDPOINTS.filter(({ healthy }) => healthy).map(({ name }) => name),
  };
  return [...judge(observer.ledger, scene), again, refused, stopped];
}

/** @returns names of the endpoints by id */
async function subscribe(api: DemoApi, installation: Installation): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const tenant of TENANTS) await api.createTenant(tenant);
  for (const endpoint of ENDPOINTS) {
    const { id, secret } = await api.createEndpoint(endpoint, `${installation.receiver.url}/${endpoint.name}`);
    installation.secrets.set(endpoint.name, secret);
    names.set(id, endpoint.name);
  }
  return names;
}

async function tryRefusedUrls(api: DemoApi, observer: Observer): Promise<Verdict> {
  const [tenant = ''] = TENANTS;
  let refused = 0;
  for (const url of REFUSED_URLS) {
    const sentence = await api.refusal(tenant, url);
    if (sentence !== undefined) refused += 1;
    observer.show({ mark: 'refused', text: `${url}  ${sentence ?? 'was taken'}` });
  }
  return {
    kept: refused === REFUSED_URLS.length,
    promise: 'callback URLs that are not https or lead inside are refused',
    measured: `${refused} of ${REFUSED_URLS.length} URLs`,
  };
}

async function postAll(
  api: DemoApi,
  observer: Observer,
  names: ReadonlyMap<string, string>,
): Promise<readonly PostedSample[]> {
  const wants = (tenant: string, type: string) =>
    ENDPOINTS.some((endpoint) => endpoint.tenant === tenant && matches(endpoint.eventTypes, type));
  const posted: PostedSample[] = [];
  observer.begin();
  for (const tenant of TENANTS) {
    for (const sample of IADVIZE_SAMPLES.filter(({ type }) => wants(tenant, type))) {
      const postedAt = performance.now();
      const { eventId, deliveries } = await api.post(tenant, sample);
      posted.push({ tenant, sample, eventId });
      const endpoints = deliveries.map(({ id, endpointId }) => {
        const endpoint = names.get(endpointId) ?? endpointId;
        observer.ledger.promised.push({ id, eventId, endpoint, postedAt });
        return endpoint;
      });
      observer.show({ mark: 'accepted', eventType: sample.type, text: `for ${endpoints.join(', ')}` });
    }
  }
  return posted;
}

async function postAgain(api: DemoApi, observer: Observer, posted: readonly PostedSample[]): Promise<Verdict> {
  const [first] = posted;
  if (first === undefined) throw new Error('The demo has no events to post.');
  const { eventId, again } = await api.post(first.tenant, first.sample, first.eventId);
  observer.show({ mark: 'accepted', eventType: first.sample.type, text: 'posted again with its id: the first answer' });
  return {
    kept: again && eventId === first.eventId,
    promise: 'an event posted again with its id is answered, not delivered again',
    measured: again ? 'the first answer' : 'a new event',
  };
}

/** @returns when the service was back */
async function crash(installation: Installation, observer: Observer): Promise<number> {
  const { pid } = installation.service;
  await installation.crash(() =>
    observer.show({ mark: 'service', text: `process ${pid} killed (SIGKILL) while retries wait` }),
  );
  const backAt = performance.now();
  observer.show({ mark: 'service', text: `process ${installation.service.pid} started on what is on disk` });
  return backAt;
}

/** Watches until every delivery is ended, and shows those that took more than one attempt. */
async function settle(api: DemoApi, observer: Observer): Promise<void> {
  const { promised, endings } = observer.ledger;
  while (promised.some(({ id }) => !endings.has(id)) && observer.elapsedMs < LIMIT_MS) {
    for (const tenant of TENANTS) {
      for (const [id, ending] of await api.endings(tenant)) {
        if (ending.state === 'pending' || endings.has(id)) continue;
        endings.set(id, ending);
        const endpoint = promised.find((delivery) => delivery.id === id)?.endpoint ?? '';
        const mark = ending.state === 'succeeded' ? 'succeeded' : 'exhausted';
        if (ending.attempts > 1) observer.show({ mark, endpoint, text: `after ${ending.attempts} attempts` });
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

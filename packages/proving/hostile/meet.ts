// One behaviour met: its receiver stands up, calls are made to it through the service, and what came of each is judged.
import { setTimeout as delay } from 'node:timers/promises';
import { now, until } from '../../posthorn/tests/support/waiting.ts';
import {
  type AttemptView,
  allDeliveriesIn,
  createEndpoint,
  deliveriesIn,
  deliveryDetail,
  postBatch,
} from '../support/api.ts';
import type { Behaviour, Calls, Standing } from './behaviour.ts';
import type { Ground } from './ground.ts';

const SECRET = 'hostile-suite-secret-of-all-endpoints';
const TOGETHER: Calls = { count: 16 };
/** Of the calls that wait for 30 s a few are enough. */
const FEW: Calls = { count: 4 };

/** By contract; both are what an endpoint has that says nothing. */
const TRUE_CONNECT_MS = 1_000;
const TRUE_REPLY_MS = 30_000;
const SHORT_REPLY_MS = 1_000;
/** Where connecting is not what is tried: many handshakes at once on a busy machine are nobody's fault. */
const PATIENT_CONNECT_MS = 10_000;
/** A reply that must come from what the receiver does, and not from a limit, has this much time for it. */
const PATIENT_REPLY_MS = 20_000;

/** A limit may be this late on a machine that does other things. The report says how late it was. */
const LATE_MS = 1_000;
/** A call that no limit ends is over after this. */
const PROMPT_MS = 5_000;
/** One behaviour may add this much to the memory of the process at its peak. */
const MAX_GROWTH_BYTES = 96 * 2 ** 20;
const SETTLE_LIMIT_MS = 45_000;

export interface Row {
  readonly stage: string;
  readonly behaviour: string;
  readonly calls: number;
  readonly outcome: string;
  readonly status: number | null;
  /** The limit that ended the calls; `null` when none did. */
  readonly limitMs: number | null;
  readonly leastMs: number;
  readonly mostMs: number;
  /** Calls that were made twice, since a kept connection broke. */
  readonly repeated: number;
  /** At its peak, over what the process weighed before; `null` when others were met at the same time. */
  readonly grownMiB: number | null;
  /** Everything that is not as it must be. */
  readonly broken: readonly string[];
}

export async function meet(ground: Ground, stage: string, behaviour: Behaviour): Promise<Row> {
  const { name, trueLimits = false } = behaviour;
  await using standing = await behaviour.stand(ground);
  const limits = limitsOf(behaviour);
  const { service } = ground;
  const type = `row.${crypto.randomUUID()}`;
  const endpoint = await createEndpoint(service, {
    url: standing.url,
    secret: SECRET,
    eventTypes: [type],
    scheduleMs: [],
    ...limits,
  });
  service.forgetPeak();
  const before = service.memory().rss;
  const calls = behaviour.calls ?? (trueLimits ? FEW : TOGETHER);
  await post(ground, standing, type, calls);
  const endless: string[] = [];
  await until('every call has ended', SETTLE_LIMIT_MS, async () => {
    return (await deliveriesIn(service, 'pending', endpoint)).length === 0;
  }).catch((error: unknown) => endless.push(String(error)));
  const grown = Math.max(0, service.memory().peak - before);
  const attempts = await attemptsOf(ground, endpoint);
  const durations = attempts.map(({ durationMs }) => durationMs);
  const limitMs = limitOf(behaviour, limits);
  return {
    stage,
    behaviour: name,
    calls: attempts.length,
    outcome: [...new Set(attempts.map(({ outcome }) => outcome))].join(', '),
    status: attempts[0]?.status ?? null,
    limitMs,
    leastMs: Math.min(...durations, SETTLE_LIMIT_MS),
    mostMs: Math.max(...durations, 0),
    repeated: attempts.filter(({ repeated }) => repeated).length,
    grownMiB: trueLimits ? null : Math.round((grown / 2 ** 20) * 10) / 10,
    broken: [
      ...endless,
      ...judge(behaviour, attempts, calls, limitMs),
      ...weigh(trueLimits ? 0 : grown),
      ...faultOf(standing, attempts),
    ],
  };
}

interface Limits {
  readonly connectTimeoutMs: number;
  readonly replyTimeoutMs: number;
}

function limitsOf({ endsAt, trueLimits = false }: Behaviour): Limits {
  if (trueLimits) return { connectTimeoutMs: TRUE_CONNECT_MS, replyTimeoutMs: TRUE_REPLY_MS };
  return {
    connectTimeoutMs: endsAt === 'connect' ? TRUE_CONNECT_MS : PATIENT_CONNECT_MS,
    replyTimeoutMs: endsAt === 'reply' ? SHORT_REPLY_MS : PATIENT_REPLY_MS,
  };
}

function limitOf({ endsAt }: Behaviour, { connectTimeoutMs, replyTimeoutMs }: Limits): number | null {
  if (endsAt === undefined) return null;
  return endsAt === 'connect' ? connectTimeoutMs : replyTimeoutMs;
}

async function post(
  { service }: Ground,
  standing: Standing,
  type: string,
  { count, everyMs, atOnce = 1, payloadBytes = 100 }: Calls,
): Promise<void> {
  const payload = JSON.stringify({ filling: 'x'.repeat(payloadBytes) });
  if (everyMs === undefined) return await postBatch(service, type, new Array<string>(count).fill(payload));
  const began = now();
  for (let turn = 0; turn < count / atOnce; turn++) {
    await delay(Math.max(0, began + turn * everyMs - now()));
    await postBatch(service, type, new Array<string>(atOnce).fill(payload));
    await standing.ready?.();
  }
}

async function attemptsOf({ service }: Ground, endpoint: string): Promise<AttemptView[]> {
  const attempts: AttemptView[] = [];
  for (const state of ['succeeded', 'exhausted']) {
    for (const { id } of await allDeliveriesIn(service, state, endpoint)) {
      attempts.push(...(await deliveryDetail(service, id)).attempts);
    }
  }
  return attempts;
}

function judge(behaviour: Behaviour, attempts: readonly AttemptView[], calls: Calls, limitMs: number | null): string[] {
  const { outcome, status = null, says, trueLimits = false } = behaviour;
  const broken: string[] = [];
  const expect = (holds: boolean, sentence: string) => {
    if (!holds) broken.push(sentence);
  };
  expect(attempts.length === calls.count, `${attempts.length} attempts were made instead of ${calls.count}`);
  const wrong = attempts.find((one) => one.outcome !== outcome || one.status !== status);
  expect(wrong === undefined, `a call was ${wrong?.outcome} with the status ${wrong?.status}: ${wrong?.error}`);
  const dumb = attempts.find(({ error }) => says !== undefined && !says.test(error ?? ''));
  expect(dumb === undefined, `it does not say ${says}: ${dumb?.error}`);
  for (const { durationMs } of attempts) {
    if (limitMs !== null) {
      expect(durationMs >= limitMs, `a call ended after ${durationMs} ms, before its limit of ${limitMs} ms`);
      expect(
        durationMs <= limitMs + LATE_MS,
        `a call ended after ${durationMs} ms, long after its limit of ${limitMs} ms`,
      );
    } else if (!trueLimits) expect(durationMs <= PROMPT_MS, `a call took ${durationMs} ms`);
  }
  return broken.slice(0, 3);
}

function weigh(grown: number): string[] {
  return grown <= MAX_GROWTH_BYTES ? [] : [`the process grew by ${Math.round(grown / 2 ** 20)} MiB`];
}

function faultOf(standing: Standing, attempts: readonly AttemptView[]): string[] {
  const fault = standing.fault?.(attempts);
  return fault === undefined ? [] : [fault];
}

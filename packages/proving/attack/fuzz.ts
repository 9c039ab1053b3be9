// Fuzzing: every operation of the API, with requests drawn from its own schemas and made wrong.
import fc from 'fast-check';
import { type Drawn, requestsFor } from './arbitraries.ts';
import type { Judge } from './judge.ts';
import type { Operation } from './operations.ts';
import { OTHER, OWN, type Scene } from './scene.ts';
import { begin, Caller } from './wire.ts';

/** Things that the attacker deletes are brought back this often, in milliseconds. */
const REFILL_MS = 200;
/** Operations are fuzzed on so many connections at once. */
const CALLERS = 4;
/** A tenant that is deleted takes everything along: the others' requests would meet nothing any more. */
const RARE: ReadonlySet<string> = new Set(['deleteTenant']);

export interface FuzzOptions {
  readonly seed: number;
  readonly seconds: number;
}

/**
 * Fuzzes for a while.
 * @returns how many requests each operation had
 * @throws with the request and the seed when an answer is not in order
 */
export async function fuzz(
  scene: Scene,
  operations: readonly Operation[],
  judge: Judge,
  { seed, seconds }: FuzzOptions,
): Promise<Readonly<Record<string, number>>> {
  const asked: Record<string, number> = {};
  const until = performance.now() + seconds * 1_000;
  let refilled = Promise.resolve();
  const refilling = setInterval(() => {
    refilled = scene.refill();
    refilled.catch(() => {});
  }, REFILL_MS);
  const often = operations.filter(({ id }) => !RARE.has(id));
  const rare = operations.filter(({ id }) => RARE.has(id));
  const requests = fc.oneof(
    ...often.map((operation) => ({ weight: 20, arbitrary: requestsFor(operation, scene) })),
    ...rare.map((operation) => ({ weight: 1, arbitrary: requestsFor(operation, scene) })),
  );
  try {
    await Promise.all(
      Array.from({ length: CALLERS }, (_, index) =>
        fuzzAlone(scene, requests, judge, seed + index, until, ({ operation: { id } }) => {
          asked[id] = (asked[id] ?? 0) + 1;
        }),
      ),
    );
  } finally {
    clearInterval(refilling);
    await refilled.catch(() => {});
  }
  return asked;
}

async function fuzzAlone(
  scene: Scene,
  requests: fc.Arbitrary<Drawn>,
  judge: Judge,
  seed: number,
  until: number,
  note: (drawn: Drawn) => void,
): Promise<void> {
  const caller = new Caller(scene.service.port);
  const property = fc.asyncProperty(requests, async (drawn) => {
    note(drawn);
    await askOne(scene, caller, judge, drawn);
  });
  const run = await fc.check(property, {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: until - performance.now(),
    // The request that failed is told byte for byte; its smaller relatives would meet a server in another state.
    endOnFailure: true,
  });
  caller.close();
  if (run.errorInstance !== null && run.errorInstance !== undefined) throw run.errorInstance;
}

async function askOne(scene: Scene, caller: Caller, judge: Judge, drawn: Drawn): Promise<void> {
  const { operation, target, tenant, body, contentType, headers } = drawn;
  const bytes = body === undefined ? undefined : Buffer.from(body, 'utf8');
  const lines = [
    `${operation.method} ${target} HTTP/1.1`,
    `host: localhost:${scene.service.port}`,
    `authorization: Bearer ${scene.canaries.apiKey.text}`,
    ...(contentType === undefined ? [] : [`content-type: ${contentType}`]),
    ...(bytes === undefined ? [] : [`content-length: ${bytes.length}`]),
    ...headers,
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const words = [lines[0]?.slice(0, 300), contentType, ...headers, body?.slice(0, 500)].join(' ');
  const request = bytes === undefined ? head : Buffer.concat([head, bytes]);
  const asking = operation.endless ? begin(scene.service.port, request) : caller.ask(request);
  const answer = await asking.catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : error}\n  asked:    ${words}`);
  });
  if (answer === undefined) throw new Error(`no answer at all\n  asked:    ${words}`);
  judge.look({ words, operation, tenant, mayEcho: tenant !== OTHER }, answer);
  const reachedOther = answer.status < 300 && tenant === OWN && namesOther(scene, operation, target);
  if (reachedOther) throw new Error(`something of another tenant was reached\n  asked:    ${words}`);
}

/**
 * Whether the path, without its query, names something that only the other tenant has. Ids of events are the producer's to
 * choose, so two tenants may have the same; whose event it is that is shown is seen by its canary.
 */
function namesOther({ other }: Scene, { path: pattern }: Operation, target: string): boolean {
  const path = decodeURIComponent(target.split('?', 1)[0] ?? '').toLowerCase();
  const kinds = { '{endpoint}': other.endpoints, '{delivery}': other.deliveries, '{replay}': other.replays };
  return Object.entries(kinds).some(([name, ids]) => pattern.includes(name) && ids.some((id) => path.includes(id)));
}

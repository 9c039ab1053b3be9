// The process's memory while it is attacked, and whether anything is kept of requests that are over.
import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import type { Judge } from './judge.ts';
import { OWN, type Scene } from './scene.ts';
import { Caller } from './wire.ts';

const LOOK_MS = 250;

export interface MemoryFigures {
  readonly beforeMb: number;
  readonly peakMb: number;
  readonly afterMb: number;
}

const mb = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** Looks at the memory from now until `figures` is asked for. */
export class MemoryWatch {
  readonly #service: ServiceProcess;
  readonly #before: number;
  readonly #timer: NodeJS.Timeout;
  #peak = 0;

  constructor(service: ServiceProcess) {
    this.#service = service;
    service.forgetPeak();
    this.#before = service.memory().rss;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  figures(): MemoryFigures {
    clearInterval(this.#timer);
    this.#look();
    return { beforeMb: mb(this.#before), peakMb: mb(this.#peak), afterMb: mb(this.#service.memory().rss) };
  }

  #look(): void {
    if (this.#service.ended) return;
    this.#peak = Math.max(this.#peak, this.#service.memory().peak);
  }
}

/** Of requests that change nothing; each round is several collections of garbage. */
const ROUND_REQUESTS = 6_000;
const ROUNDS = 4;
/** Until then it still grows to the size that it keeps. */
const SETTLING_ROUNDS = 2;
const CALLERS = 8;

/**
 * Makes the same small requests, good ones and refused ones, in rounds.
 * @returns how much more the process weighs after the last round than after those in which it ends, in MB
 */
export async function growthInRounds(scene: Scene, judge: Judge): Promise<number> {
  const { service } = scene;
  const wrong = 'authorization: Bearer wrong-key-0123456789';
  const head = (line: string, ...more: string[]) =>
    Buffer.from(`${[line, 'host: localhost', ...more].join('\r\n')}\r\n\r\n`, 'latin1');
  const requests = [
    head('GET /healthz HTTP/1.1'),
    head('GET /nowhere HTTP/1.1'),
    head('GET /v1/tenants HTTP/1.1', wrong),
    head('DELETE /v1/tenants HTTP/1.1'),
    scene.request('GET', '/v1/tenants?limit=1'),
    scene.request('GET', `/v1/tenants/${OWN}/deliveries?cursor=none`),
    scene.request('POST', `/v1/tenants/${OWN}/events`, '{"type":"order.paid","payload":{"a":1,"a":2}}'),
    scene.request('POST', `/v1/tenants/${OWN}/endpoints`, '{"url":"http://localhost/","secret":"short"}'),
  ];
  const weights: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let left = ROUND_REQUESTS;
    await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        const caller = new Caller(service.port);
        while (left > 0) {
          const request = requests[left-- % requests.length] ?? Buffer.alloc(0);
          const answer = await caller.ask(request);
          if (answer === undefined) throw new Error('no answer to a small request');
          judge.look({ words: request.toString('latin1').split('\r\n', 1)[0] ?? '' }, answer);
        }
        caller.close();
      }),
    );
    weights.push(service.memory().rss);
  }
  return mb((weights.at(-1) ?? 0) - (weights[SETTLING_ROUNDS - 1] ?? 0));
}

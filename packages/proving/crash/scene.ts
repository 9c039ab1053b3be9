// Everything a suite needs around the faults: a receiver that lives through them, endpoints, load, the running services, and
// the judgement at the end.
import { mkdirSync } from 'node:fs';
import { type ServiceOptions, ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { now, until } from '../../posthorn/tests/support/waiting.ts';
import { API_KEY, call, createEndpoint, createTenant, deliveriesIn, deliveryDetail } from '../support/api.ts';
import type { Behaviour } from './calls.ts';
import { type Accepted, Producer } from './producer.ts';
import { type Fault, type QueueReport, reportQueue, UNEXPLAINED } from './queue-report.ts';
import { Receiver, SECRET } from './receiver-process.ts';
import { RetryWatch } from './retries.ts';
import type { Figures, Judgement, Stage } from './suite.ts';

/** Endpoints under load, beside the one that gets every fourth event a second time. */
const LOAD_ENDPOINTS = 4;
const LOAD_DELAY_MS = [0, 50] as const;
/** Of the endpoint whose first calls fail: longer than a round, so that a kill falls into the wait. */
const RETRY_DELAY_MS = 3_500;
const RETRY_TYPE = 'retried.one';
/** Accepted events that are posted again at the end: they must be answered as they were at first. */
const REPEATED = 30;
/** After the last fault a service is ready again. */
const READY_LIMIT_MS = 5_000;
/** Of what is broken, this many examples are shown. */
const EXAMPLES = 3;

export interface SceneOptions {
  /** Besides what every scene has. */
  readonly environment: Readonly<Record<string, string>>;
  readonly posters?: number;
  readonly thinkMs?: number;
  readonly loadDelayMs?: readonly [least: number, most: number];
  readonly answerLimitMs?: number;
}

export class Scene implements AsyncDisposable {
  readonly receiver: Receiver;
  readonly producer: Producer;
  readonly faults: Fault[] = [];
  readonly retries = new RetryWatch(RETRY_DELAY_MS);
  /** Those that may be asked. */
  readonly services: ServiceProcess[] = [];
  /** Milliseconds from the end of each fault to the next yes. */
  readonly recoveries: number[] = [];
  readonly facts: Record<string, number> = {};
  readonly #stage: Stage;
  readonly #options: SceneOptions;
  readonly #paths = new Map<string, string>();

  private constructor(stage: Stage, options: SceneOptions, receiver: Receiver) {
    this.#stage = stage;
    this.#options = options;
    this.receiver = receiver;
    const types = Array.from({ length: LOAD_ENDPOINTS }, (_, index) => `load.${index}`);
    this.producer = new Producer({
      target: () => this.#anyService()?.url,
      dice: stage.dice,
      types: ['load.0', ...types.slice(1)],
      posters: options.posters ?? 64,
      thinkMs: options.thinkMs ?? 200,
      answerLimitMs: options.answerLimitMs ?? 15_000,
    });
  }

  static async set(stage: Stage, options: SceneOptions): Promise<Scene> {
    mkdirSync(stage.folder, { recursive: true });
    return new Scene(stage, options, await Receiver.start(stage.folder, stage.dice.uint32()));
  }

  /** Starts a service. The first one is given the tenant and its endpoints. */
  async start(
    more: Partial<Pick<ServiceOptions, 'runner'>> & { environment?: Record<string, string> } = {},
  ): Promise<ServiceProcess> {
    const service = await ServiceProcess.start(this.#stage.program, {
      folder: this.#stage.folder,
      ...(more.runner === undefined ? {} : { runner: more.runner }),
      environment: {
        POSTHORN_API_KEY: API_KEY,
        POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8',
        POSTHORN_EXTRA_CA: this.receiver.caFile,
        ...this.#options.environment,
        ...more.environment,
      },
    });
    if (this.#paths.size === 0) await this.#furnish(service);
    this.services.push(service);
    return service;
  }

  /** No more is asked of it. */
  retire(service: ServiceProcess): void {
    const index = this.services.indexOf(service);
    if (index >= 0) this.services.splice(index, 1);
  }

  /** Kills the service, and says when that was. */
  async kill(service: ServiceProcess, cause = 'kill'): Promise<void> {
    const from = now();
    await service.kill();
    this.retire(service);
    this.faults.push({ cause, from, until: now(), forgets: true });
  }

  /**
   * Does something to the services, and notes from when till when.
   * @param forgets it costs one of them its leases
   */
  async fault(cause: string, work: () => Promise<void>, forgets = false): Promise<void> {
    const from = now();
    await work();
    this.faults.push({ cause, from, until: now(), forgets });
  }

  /** Waits for the next yes after a fault has ended. */
  async recovered(since: number, limitMs: number): Promise<void> {
    await until('an event is accepted again', limitMs, () => this.producer.firstAcceptedAfter(since) !== undefined);
    this.recoveries.push((this.producer.firstAcceptedAfter(since) ?? since) - since);
  }

  /** Posts an event whose first call will fail. */
  async postRetried(): Promise<void> {
    this.retries.watch(await this.producer.post(RETRY_TYPE));
  }

  async addEndpoint(
    service: ServiceProcess,
    behaviour: Behaviour,
    eventType: string,
    scheduleMs?: readonly number[],
  ): Promise<string> {
    const url = this.receiver.url(behaviour);
    const schedule = scheduleMs === undefined ? {} : { scheduleMs };
    const id = await createEndpoint(service, { url, secret: SECRET, eventTypes: [eventType], ...schedule });
    this.#paths.set(id, new URL(url).pathname);
    return id;
  }

  /**
   * Ends the load and waits until everything accepted is delivered and nothing is pending any more.
   * @throws after `limitMs`
   */
  async settle(limitMs: number): Promise<void> {
    await this.producer.stop();
    const service = this.#anyService();
    if (service === undefined) throw new Error('There is no service left to deliver.');
    try {
      await until('everything is delivered', limitMs, () => this.#report().lost.length === 0);
      await until('nothing is pending', limitMs, async () => (await deliveriesIn(service, 'pending')).length === 0);
    } catch {
      // The judgement reports missing deliveries.
    }
    await this.receiver.flush();
  }

  /**
   * Compares what was promised with what the receiver saw and what the service says.
   * @param parked ids of the only deliveries that may be exhausted
   */
  async judge(judgement: Judgement, parked: ReadonlySet<string> = new Set()): Promise<Figures> {
    const report = this.#report();
    const { producer } = this;
    judgement.expect(report.accepted > 0, 'nothing was accepted: the suite has tested nothing');
    judgement.expect(report.lost.length === 0, `${report.lost.length} lost: ${examplesOf(report.lost)}`);
    judgement.expect(
      report.unexpected.length === 0,
      `${report.unexpected.length} unexpected: ${examplesOf(report.unexpected)}`,
    );
    judgement.expect(
      producer.oddities.length === 0,
      `${producer.oddities.length} odd answers: ${examplesOf(producer.oddities)}`,
    );
    const unexplained = report.twice.get(UNEXPLAINED) ?? 0;
    judgement.expect(unexplained === 0, `${unexplained} delivered twice though no fault explains it`);
    const [service] = this.services;
    if (service !== undefined) {
      await this.#askService(service, judgement, parked);
      await this.#judgeRepetitions(service, report, judgement);
    }
    const twice = [...report.twice.values()].reduce((sum, count) => sum + count, 0);
    return {
      faults: this.faults.length,
      accepted: report.accepted,
      delivered: report.delivered,
      lost: report.lost.length,
      twice,
      twiceByCause: Object.fromEntries(report.twice),
      recoverMs: this.recoveries.length === 0 ? null : Math.round(Math.max(...this.recoveries)),
      facts: { ...this.facts, refused: producer.refusals.length, unanswered: producer.unanswered },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.producer.close();
    await Promise.all(this.services.map((service) => service.kill()));
    await this.receiver[Symbol.asyncDispose]();
  }

  async #furnish(service: ServiceProcess): Promise<void> {
    await createTenant(service);
    const delayMs = this.#options.loadDelayMs ?? LOAD_DELAY_MS;
    for (let index = 0; index < LOAD_ENDPOINTS; index++) {
      await this.addEndpoint(service, { name: `load-${index}`, delayMs, failFirst: 0 }, `load.${index}`);
    }
    await this.addEndpoint(service, { name: 'second', delayMs, failFirst: 0 }, 'load.0');
    const fails = { name: 'retried', delayMs: LOAD_DELAY_MS, failFirst: 1 };
    await this.addEndpoint(service, fails, RETRY_TYPE, [RETRY_DELAY_MS, RETRY_DELAY_MS]);
  }

  async #askService(service: ServiceProcess, judgement: Judgement, parked: ReadonlySet<string>): Promise<void> {
    for (const state of ['pending', 'exhausted', 'cancelled']) {
      const some = (await deliveriesIn(service, state)).filter(({ id }) => !parked.has(id));
      const [first] = some;
      judgement.expect(first === undefined, `${some.length} are ${state} at the end, one is ${JSON.stringify(first)}`);
    }
    const sample: Accepted[] = [];
    const all = this.producer.accepted;
    for (let index = 0; index < all.length; index += Math.ceil(all.length / REPEATED))
      sample.push(...all.slice(index, index + 1));
    for (const accepted of sample) {
      const same = await this.producer.repeats(accepted);
      judgement.expect(same, `event ${accepted.event} was answered otherwise when it was posted again`);
    }
    const isReady = async () => (await call(service, 'GET', '/readyz')).status === 200;
    await until('/readyz says so', READY_LIMIT_MS, isReady).catch(judgement.note);
    await this.retries.judge(service, this.receiver.calls, this.faults, judgement, this.facts);
  }

  /** A delivery that was recorded in time is never called again: not even by a process that takes over. */
  async #judgeRepetitions(service: ServiceProcess, { repetitions }: QueueReport, judgement: Judgement): Promise<void> {
    const promised = new Map(this.producer.accepted.map(({ event, deliveries }) => [event, deliveries]));
    const repeated: string[] = [];
    for (const { event, path, earlier } of repetitions) {
      const delivery = promised.get(event)?.find(({ endpointId }) => this.#paths.get(endpointId) === path);
      if (delivery === undefined) continue;
      const { attempts } = await deliveryDetail(service, delivery.id);
      // A call that a dead process had begun is in the history, too: as interrupted, since nobody knows how it ended.
      const known = attempts.filter(({ outcome, late }) => outcome === 'succeeded' && !late);
      if (known.some(({ id }) => earlier.includes(id))) repeated.push(delivery.id);
    }
    judgement.expect(
      repeated.length === 0,
      `${repeated.length} were called again though their outcome was on disk: ${examplesOf(repeated)}`,
    );
  }

  #report(): QueueReport {
    const { producer, receiver, faults } = this;
    const { accepted, posted } = producer;
    return reportQueue({ accepted, posted, calls: receiver.calls, paths: this.#paths, faults });
  }

  #anyService(): ServiceProcess | undefined {
    const { services } = this;
    return services[Math.floor(this.#stage.dice.fraction() * services.length)];
  }
}

const examplesOf = (list: readonly string[]): string => list.slice(0, EXAMPLES).join('; ');

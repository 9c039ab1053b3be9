// Counts and durations of what the service has done, as Prometheus reads them. They come from the engine's reports and store calls;
// gauges are asked for when somebody looks. No label ever names a tenant, an endpoint, a URL or an event type: whoever may
// see the numbers may not know whose they are, and their count stays bounded.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { OUTCOMES } from '../../domain/outcome.ts';
import type { Report } from '../../engine/reports.ts';
import { STORE_FAILURES } from '../../seams/store/index.ts';
import { PendingGauge, type PendingSource } from './pending.ts';

/** Upper bounds in seconds. Promises are at 0.1 (retries start on time), 1 (connecting) and 30 (the reply). */
const WAIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];
const CALL_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const STORE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const SIZE_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000];

/** How often the event loop's delay is looked at: the library's own 10 ms wake a process up that has nothing to do. */
const LOOP_LOOK_EVERY_MS = 100;

/** No attempt cancels a delivery. */
const END_STATES = ['succeeded', 'exhausted'] as const;
const STORE_CALLS = ['accept', 'record', 'claim_due', 'claim_backlog'] as const;
const WAITED_SINCE = ['accepted', 'due', 'claimed'] as const;

export type StoreCall = (typeof STORE_CALLS)[number];

export interface MetricsSources extends PendingSource {
  /** The engine's load at this moment. */
  readonly load: () => { readonly leased: number; readonly active: number; readonly lanes: number };
  readonly version: string;
  /** Adds the figures of the process and of Node: memory, CPU, event loop. */
  readonly withProcess: boolean;
}

export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #accepted: Counter;
  readonly #attempts: Counter<'outcome'>;
  readonly #ended: Counter<'state'>;
  readonly #accept: Histogram;
  readonly #wait: Histogram<'since'>;
  readonly #lateness: Histogram;
  readonly #connect: Histogram;
  readonly #reply: Histogram;
  readonly #storeTime: Histogram<'call'>;
  readonly #storeSize: Histogram<'call'>;
  readonly #storeFailures: Counter<'reason'>;
  readonly #pruningFailures: Counter;
  #storeUp = 1;

  constructor(sources: MetricsSources) {
    const registers = [this.#registry];
    this.contentType = this.#registry.contentType;
    this.#accepted = new Counter({
      name: 'posthorn_events_accepted_total',
      help: 'Events stored for the first time.',
      registers,
    });
    this.#attempts = new Counter({
      name: 'posthorn_attempts_total',
      help: 'Attempts recorded, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    this.#ended = new Counter({
      name: 'posthorn_deliveries_ended_total',
      help: 'Deliveries that an attempt brought to an end, by state.',
      labelNames: ['state'],
      registers,
    });
    const histogram = (name: string, help: string, buckets: readonly number[]) =>
      new Histogram({ name: `posthorn_${name}`, help, buckets: [...buckets], registers });
    this.#accept = histogram('accept_seconds', 'From an event’s request to its commit.', WAIT_BUCKETS);
    this.#wait = new Histogram({
      name: 'posthorn_queue_wait_seconds',
      help: 'How long a delivery waited for its call: since it was accepted, came due, or was claimed from its backlog.',
      labelNames: ['since'],
      buckets: WAIT_BUCKETS,
      registers,
    });
    this.#lateness = histogram('retry_lateness_seconds', 'From a retry’s due time to its call.', WAIT_BUCKETS);
    this.#connect = histogram('connect_seconds', 'DNS, TCP and TLS of calls that made a new connection.', CALL_BUCKETS);
    this.#reply = histogram(
      'reply_seconds',
      'From the request to the end of its response, with what it waited for a free connection to its host.',
      CALL_BUCKETS,
    );
    const storeHistogram = (name: string, help: string, buckets: readonly number[]) =>
      new Histogram({
        name: `posthorn_${name}`,
        help,
        labelNames: ['call'] as const,
        buckets: [...buckets],
        registers,
      });
    this.#storeTime = storeHistogram('store_call_seconds', 'Store calls of the hot path.', STORE_BUCKETS);
    this.#storeSize = storeHistogram(
      'store_batch_size',
      'Events, attempts or deliveries per store call.',
      SIZE_BUCKETS,
    );
    this.#storeFailures = new Counter({
      name: 'posthorn_store_failures_total',
      help: 'Store calls that came to nothing and are made again or reported, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.#pruningFailures = new Counter({
      name: 'posthorn_pruning_failures_total',
      help: 'Rounds of removing old history that ended early because the store failed.',
      registers,
    });
    this.#showZeros();
    this.#addGauges(sources, registers);
    if (sources.withProcess) {
      collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LOOP_LOOK_EVERY_MS });
    }
  }

  /** Counts what the engine tells. */
  note(report: Report): void {
    switch (report.kind) {
      case 'accepted':
        this.#accepted.inc();
        this.#accept.observe(report.tookMs / 1_000);
        return;
      case 'started':
        this.#noteStart(report);
        return;
      case 'attempted':
        this.#noteAttempt(report);
        return;
      case 'store_call_failed':
        this.#storeFailures.inc({ reason: report.code });
        return;
      case 'store_unavailable':
        this.#storeUp = 0;
        return;
      case 'store_available':
        this.#storeUp = 1;
        return;
      case 'pruning_failed':
        this.#pruningFailures.inc();
    }
  }

  /** @param size how many events, attempts or deliveries it was about */
  noteStoreCall(call: StoreCall, size: number, tookMs: number): void {
    this.#storeTime.observe({ call }, tookMs / 1_000);
    this.#storeSize.observe({ call }, size);
  }

  /** Everything, in Prometheus' text format. Does not fail when the store does: its figures are then left out. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #noteStart({ waited, number, trigger }: Extract<Report, { kind: 'started' }>): void {
    if (waited === null) return;
    this.#wait.observe({ since: waited.since }, waited.ms / 1_000);
    if (waited.since === 'due' && number > 1 && trigger === 'schedule') this.#lateness.observe(waited.ms / 1_000);
  }

  #noteAttempt({ result, state, trigger, late }: Extract<Report, { kind: 'attempted' }>): void {
    const { outcome, connectMs, durationMs, response } = result;
    this.#attempts.inc({ outcome });
    if (connectMs !== null) this.#connect.observe(connectMs / 1_000);
    if (response !== null) this.#reply.observe(Math.max(0, durationMs - (connectMs ?? 0)) / 1_000);
    // A manual attempt that fails puts a ended delivery back to what it was: nothing came to an end.
    const ends = state !== 'pending' && !late && (trigger === 'schedule' || outcome === 'succeeded');
    if (ends) this.#ended.inc({ state });
  }

  /** So that a rate can be made from the first event on. */
  #showZeros(): void {
    for (const outcome of OUTCOMES) this.#attempts.inc({ outcome }, 0);
    for (const state of END_STATES) this.#ended.inc({ state }, 0);
    for (const reason of STORE_FAILURES) this.#storeFailures.inc({ reason }, 0);
    for (const since of WAITED_SINCE) this.#wait.zero({ since });
    for (const call of STORE_CALLS) {
      this.#storeTime.zero({ call });
      this.#storeSize.zero({ call });
    }
  }

  #addGauges(sources: MetricsSources, registers: Registry[]): void {
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name: `posthorn_${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    gauge('leased_deliveries', 'Deliveries in this process’s hands.', () => sources.load().leased);
    gauge('calls_under_way', 'Calls under way.', () => sources.load().active);
    gauge('lanes_open', 'Endpoints with something waiting or under way.', () => sources.load().lanes);
    gauge('store_up', '1 while the store answers, 0 while it does not.', () => this.#storeUp);
    new PendingGauge(sources).register(registers);
    new Gauge({ name: 'posthorn_info', help: 'Version of the program.', labelNames: ['version'], registers }).set(
      { version: sources.version },
      1,
    );
  }
}

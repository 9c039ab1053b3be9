// The engine as the apps see it: everything that changes something goes through here. It owns the moving parts, starts them
// in order and stops them in reverse.
import { callOf, type SentRequest, sentRequest, sentSignature } from '../domain/call.ts';
import type { ChangedBy, EndpointState } from '../domain/endpoint/endpoint.ts';
import type { EndpointSettings } from '../domain/endpoint/settings.ts';
import {
  type AttemptId,
  type DeliveryId,
  type EndpointId,
  type EventId,
  makeId,
  type ReplayId,
  type TenantId,
} from '../domain/ids.ts';
import { type CallResult, withConsequence } from '../domain/outcome.ts';
import { type SenderProfile, signingKeyOf } from '../domain/profile.ts';
import type { Scope } from '../domain/tally.ts';
import { steady, type WallMs, wholeMs } from '../domain/time.ts';
import type { Clock } from '../seams/clock.ts';
import type { Random } from '../seams/random.ts';
import type { Sender } from '../seams/sender.ts';
import type { ClaimedKey } from '../seams/store/idempotency.ts';
import { type Store, StoreUnavailable } from '../seams/store/index.ts';
import type { Page } from '../seams/store/registry.ts';
import type { Trouble } from '../seams/store/tallies.ts';
import { type AcceptAnswer, type EventDraft, Intake, writeEvent } from './accepting/intake.ts';
import { Attempts } from './calling/attempts.ts';
import { Holdings } from './calling/holdings.ts';
import { Lanes } from './calling/lanes.ts';
import { Recorder } from './calling/recorder.ts';
import { SenderProfiles } from './calling/sender-profiles.ts';
import { Leases } from './claiming/leases.ts';
import { Scheduler } from './claiming/scheduler.ts';
import { DueNotice } from './due-notice.ts';
import { Catalogs } from './endpoints/catalog.ts';
import { EndpointDocuments } from './endpoints/documents.ts';
import { type EndpointFilter, Endpoints, type GivenIds, type OpenEndpoint } from './endpoints/endpoints.ts';
import { renewDocuments } from './endpoints/renew.ts';
import { Claims } from './keeping/claims.ts';
import { Replayer, type ReplayRequest } from './keeping/replayer.ts';
import { Retention } from './keeping/retention.ts';
import { type Span, type Statistics, StatisticsReader } from './keeping/statistics.ts';
import { TallyKeeper } from './keeping/tallies.ts';
import type { ReportListener } from './reports.ts';
import { type ShownDelivery, shownDelivery } from './sent-requests.ts';
import { StoreHealth } from './store-health.ts';

export type { AcceptAnswer, EventDraft } from './accepting/intake.ts';
export { MAX_ENDPOINTS_PER_TENANT, type OpenEndpoint } from './endpoints/endpoints.ts';
export type { ClaimResult } from './keeping/claims.ts';
export { MAX_RUNNING_REPLAYS, type ReplayRefusal, type ReplayRequest } from './keeping/replayer.ts';
export { SPANS, type Span, type Statistics } from './keeping/statistics.ts';
export type { ShownDelivery } from './sent-requests.ts';

/** The end of the grace that is kept for writing down what came of the calls, in milliseconds. */
const RECORDING_GRACE_MS = 2_000;

/** The result of a test call. */
export interface TestAnswer {
  readonly attemptId: AttemptId;
  readonly eventId: EventId;
  readonly startedAt: WallMs;
  readonly request: SentRequest;
  readonly result: CallResult;
  /** The body that was sent. */
  readonly body: Uint8Array;
}

export interface EngineSettings {
  readonly senderProfile: SenderProfile;
  /** Calls under way at once to one endpoint. */
  readonly endpointConcurrency: number;
  /** Days that finished history is kept. */
  readonly retentionDays: number;
  /** 32 bytes; opens the sealed documents of endpoints. */
  readonly encryptionKey: Uint8Array;
}

export interface EngineParts {
  readonly store: Store;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: EngineSettings;
  readonly report: ReportListener;
}

export type RetryAnswer = Awaited<ReturnType<Store['retry']>>;

/** The engine's calls for the apps. The store calls behind them may reject with `StoreUnavailable`. */
export class Engine {
  readonly #parts: EngineParts;
  readonly #due: DueNotice;
  readonly #health: StoreHealth;
  readonly #holdings: Holdings;
  readonly #lanes: Lanes;
  readonly #recorder: Recorder;
  readonly #attempts: Attempts;
  readonly #intake: Intake;
  readonly #scheduler: Scheduler;
  readonly #leases: Leases;
  readonly #retention: Retention;
  /** Requests that may be sent twice under an idempotency key. */
  readonly claims: Claims;
  readonly #replayer: Replayer;
  readonly #documents: EndpointDocuments;
  readonly #senders: SenderProfiles;
  readonly #endpoints: Endpoints;
  readonly #tallies: TallyKeeper;
  readonly #statistics: StatisticsReader;
  readonly #testing = new AbortController();
  #started = false;
  #stopping = false;

  constructor(parts: EngineParts) {
    const { store, sender, clock, random, settings, report } = parts;
    this.#parts = parts;
    const due = new DueNotice();
    const health = new StoreHealth(clock, report);
    this.claims = new Claims(store, clock, random, settings.encryptionKey);
    const documents = new EndpointDocuments(settings.encryptionKey, random);
    this.#documents = documents;
    const laneRules = { concurrency: settings.endpointConcurrency };
    const catalogs = new Catalogs(
      (tenantId) => store.catalog(tenantId),
      documents,
      clock,
      !store.exclusive,
      laneRules,
      {
        damaged: (damage) => report({ kind: 'endpoint_damaged', ...damage }),
        loaded: ({ laneRules }, isLatest) => {
          for (const [endpointId, rules] of laneRules) {
            if (isLatest) this.#lanes.follow(endpointId, rules);
            else this.#lanes.learn(endpointId, rules);
          }
        },
      },
    );
    const holdings = new Holdings(store, clock, random, health, due);
    const basics = { store, clock, random, health, report, due, catalogs, holdings };
    const tallies = new TallyKeeper({ ...basics, countPending: () => this.#countPending() });
    const recorder = new Recorder({ ...basics, tallies }, () => this.#lanes.pump());
    const leases = new Leases(
      { ...basics, recorder },
      { onFresh: () => this.#resume(), onLost: () => this.#dropAll() },
    );
    const lanes = new Lanes(clock, due, {
      rulesOf: (tenantId, endpointId) => catalogs.atHand(tenantId)?.laneRules.get(endpointId),
      mayStart: () => this.#mayStart(),
      onTurn: (delivery) => void this.#attempts.run(delivery),
    });
    const senders = new SenderProfiles(store, settings.senderProfile);
    this.#senders = senders;
    const attempts = new Attempts({ ...basics, sender, senders, recorder, lanes, leases });
    this.#due = due;
    this.#health = health;
    this.#holdings = holdings;
    this.#tallies = tallies;
    this.#recorder = recorder;
    this.#leases = leases;
    this.#lanes = lanes;
    this.#attempts = attempts;
    this.#statistics = new StatisticsReader({ ...basics, tallies });
    this.#intake = new Intake({ ...basics, lanes, tallies });
    this.#scheduler = new Scheduler({ ...basics, lanes, leases, attempts });
    this.#replayer = new Replayer({ ...basics, lanes, leases });
    this.#retention = new Retention(store, clock, settings.retentionDays, () => holdings.size > 0, report);
    this.#endpoints = new Endpoints({ ...basics, documents, lanes, laneRules });
  }

  /**
   * Brings the store's documents to today's form. To be called before anything is served; may be interrupted and called
   * again.
   */
  async prepare(): Promise<void> {
    const { store, report } = this.#parts;
    const { renewed, unreadable } = await renewDocuments(store, this.#documents);
    if (renewed > 0 || unreadable.length > 0) report({ kind: 'documents_renewed', renewed, unreadable });
  }

  /** Registers this process, takes over what dead ones left, and begins to deliver. */
  async start(): Promise<void> {
    await this.#senders.start();
    await this.#leases.start();
    this.#started = true;
    this.#due.lookAround();
    this.#retention.start();
    this.#tallies.start();
  }

  /**
   * Ends the engine: nothing is accepted, claimed or started from now on. Calls under way may end by themselves until
   * shortly before `graceMs` milliseconds have passed, then they are cut off; what is not delivered goes back to the
   * store, due at once for whoever comes next. After `graceMs` a call of the store that fails is not made again; one under
   * way is waited for, until the store gives it up itself.
   */
  async stop(graceMs: number): Promise<void> {
    const { clock, store } = this.#parts;
    this.#stopping = true;
    const startedAt = clock.now();
    const cancelCutOff = clock.timer(steady(startedAt + graceMs - RECORDING_GRACE_MS), () => this.#cutOff());
    const cancelRetrying = clock.timer(steady(startedAt + graceMs), () => this.#health.stopRetrying());
    // Its step may take as long as the disk is slow: nothing that is handed back waits for it.
    const pruned = this.#retention.stop();
    await Promise.all([this.#scheduler.stop(), this.#replayer.stop(), this.#intake.idle()]);
    await this.#lanes.idle();
    await Promise.all([this.#recorder.idle(), this.#attempts.idle(), this.#leases.stop()]);
    const { owner } = this.#holdings;
    await this.#health.retryUntilDone(() => store.reclaim(owner, [], wholeMs(clock.now())));
    await this.#leases.leave();
    this.#holdings.stop();
    await Promise.all([this.#tallies.stop(), pruned]);
    cancelCutOff();
    cancelRetrying();
  }

  /** Stores the events with their deliveries, all or none. When it resolves with `accepted`, they are on disk. */
  async accept(tenantId: TenantId, drafts: readonly EventDraft[]): Promise<AcceptAnswer> {
    if (this.#stopping) return { kind: 'overloaded' };
    return await this.#intake.accept(tenantId, drafts);
  }

  /** Makes an endpoint. */
  createEndpoint(
    tenantId: TenantId,
    settings: EndpointSettings,
    by: ChangedBy,
    given: GivenIds = {},
  ): ReturnType<Endpoints['create']> {
    return this.#endpoints.create(tenantId, settings, by, given);
  }

  /**
   * Reads an endpoint, lets `change` compute its new settings, and stores them as a version, unless they are the same. It does
   * so again if somebody else was faster, so `change` must compute from its argument. An error of `change` passes through, and nothing is changed.
   */
  changeEndpoint(
    tenantId: TenantId,
    id: EndpointId,
    change: (current: EndpointSettings) => EndpointSettings,
    by: ChangedBy,
  ): Promise<OpenEndpoint | 'missing'> {
    return this.#endpoints.change(tenantId, id, change, by);
  }

  /** Makes an endpoint active, and what was paused for it due; or disabled. */
  setEndpointState(
    tenantId: TenantId,
    id: EndpointId,
    state: EndpointState,
    claim?: ClaimedKey,
  ): Promise<OpenEndpoint | 'missing'> {
    return this.#endpoints.setState(tenantId, id, state, claim);
  }

  /** Erases the endpoint's ended secrets from its earlier versions. @returns how many there were */
  async erasePastSecrets(tenantId: TenantId, id: EndpointId, by: ChangedBy): Promise<number | 'missing'> {
    const erased = await this.#endpoints.erasePastSecrets(tenantId, id);
    if (erased !== 'missing') {
      this.#parts.report({ kind: 'past_secrets_erased', tenantId, endpointId: id, secrets: erased, by });
    }
    return erased;
  }

  /** Deletes the endpoint and cancels what is pending. False when there is none. */
  deleteEndpoint(tenantId: TenantId, id: EndpointId): Promise<boolean> {
    return this.#endpoints.delete(tenantId, id);
  }

  /** The endpoint with its secret part, straight from the store. */
  openEndpoint(tenantId: TenantId, id: EndpointId): Promise<OpenEndpoint | undefined> {
    return this.#endpoints.open(tenantId, id);
  }

  /** The tenant's endpoints with their secret parts, newest first. */
  openEndpoints(tenantId: TenantId, page: Page<EndpointId>, filter: EndpointFilter = {}): Promise<OpenEndpoint[]> {
    return this.#endpoints.openAll(tenantId, page, filter);
  }

  /** Days that the installation keeps finished history: no tenant keeps its own for longer. */
  get retentionDays(): number {
    return this.#parts.settings.retentionDays;
  }

  /**
   * Creates the tenant or changes it; what is left out stays as it is.
   * @param change.retentionDays at most the installation's; `null`: as many
   */
  async putTenant(
    id: TenantId,
    { name, retentionDays }: { readonly name?: string | undefined; readonly retentionDays?: number | null | undefined },
    by: ChangedBy,
  ): ReturnType<Store['putTenant']> {
    const { store, clock, report } = this.#parts;
    // Applications put their tenants again at every start: only a change is reported.
    const former = retentionDays === undefined ? undefined : ((await store.tenant(id))?.retentionDays ?? null);
    const put = await store.putTenant(id, name, clock.wallNow(), retentionDays);
    if (retentionDays !== undefined && retentionDays !== former) {
      report({ kind: 'retention_set', tenantId: id, retentionDays, by });
    }
    return put;
  }

  /** Deletes the tenant with its endpoints and cancels what is pending. False when there is none. */
  deleteTenant(id: TenantId): Promise<boolean> {
    return this.#endpoints.deleteTenant(id);
  }

  /** Makes one call with this event to this endpoint now, enabled or not. Nothing is stored and nothing is retried. */
  async testEndpoint(tenantId: TenantId, id: EndpointId, draft: EventDraft): Promise<TestAnswer | 'missing'> {
    const { clock, random, sender } = this.#parts;
    const endpoint = await this.#endpoints.open(tenantId, id);
    if (endpoint === undefined) return 'missing';
    const startedAt = clock.wallNow();
    const event = writeEvent(tenantId, draft, startedAt, random);
    const attemptId = makeId<AttemptId>(startedAt, random.bytes(10));
    const callee = { ...endpoint, signingKey: signingKeyOf(endpoint.secrets[0]) };
    const call = callOf(callee, event, { attemptId, deliveryId: null }, this.#senders.inForce);
    const result = await sender.send(call, this.#testing.signal);
    return {
      attemptId,
      eventId: event.id,
      startedAt,
      request: sentRequest(endpoint, { ...call, signature: sentSignature(endpoint, call.body) }, this.#senders.inForce),
      result: withConsequence(result, 'A test call is not repeated: test again.'),
      body: event.body,
    };
  }

  /** A delivery with its attempts, each with the request that it sent. */
  delivery(tenantId: TenantId, id: DeliveryId): Promise<ShownDelivery | undefined> {
    return shownDelivery(
      { store: this.#parts.store, documents: this.#documents, senders: this.#senders },
      tenantId,
      id,
    );
  }

  /** Makes one more attempt of a delivery now, whatever its state. */
  async retry(tenantId: TenantId, id: DeliveryId, claim?: ClaimedKey): Promise<RetryAnswer> {
    const now = wholeMs(this.#parts.clock.now());
    try {
      return await this.#parts.store.retry(tenantId, id, now, claim);
    } finally {
      // Also when the answer was lost.
      this.#due.mayBeDue(now);
    }
  }

  /** Erases an event's payload and the responses to it. See `History.eraseEvent`. @returns `false` when there is none */
  async eraseEvent(tenantId: TenantId, id: EventId, by: ChangedBy): Promise<boolean> {
    const { store, clock, report } = this.#parts;
    const found = await store.eraseEvent(tenantId, id, clock.wallNow());
    if (found) report({ kind: 'event_erased', tenantId, eventId: id, by });
    return found;
  }

  /** Counts the deliveries that a replay of this kind would be about. */
  countReplay(tenantId: TenantId, request: ReplayRequest): ReturnType<Replayer['count']> {
    return this.#replayer.count(tenantId, request);
  }

  /** Begins to make one more attempt of every delivery that is meant, in the background and at a bounded rate. */
  createReplay(tenantId: TenantId, request: ReplayRequest, claim?: ClaimedKey): ReturnType<Replayer['create']> {
    return this.#replayer.create(tenantId, request, claim);
  }

  /** Ends a running replay. Deliveries that it has made due are attempted all the same. */
  cancelReplay(tenantId: TenantId, id: ReplayId, claim?: ClaimedKey): ReturnType<Replayer['cancel']> {
    return this.#replayer.cancel(tenantId, id, claim);
  }

  /** The counts of a scope in a span that ends now, and its pending deliveries. */
  statistics(scope: Scope, span: Span): Promise<Statistics> {
    return this.#statistics.read(scope, span);
  }

  /** The endpoints that had most trouble in a span that ends now, worst first. @param tenantId `null`: of all tenants */
  troubles(tenantId: TenantId | null, span: Span): Promise<Trouble[]> {
    return this.#statistics.troubles(tenantId, span);
  }

  /** Why this process cannot accept and deliver right now, for the person who runs it; `undefined` when it can. */
  async unready(): Promise<string | undefined> {
    if (this.#stopping) return 'Posthorn is stopping.';
    if (!this.#started) return 'Posthorn is starting.';
    try {
      await this.#health.watch(() => this.#parts.store.ping());
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return error.message;
    }
    if (this.#health.problem !== undefined) return this.#health.problem;
    if (!this.#leases.fresh) return 'The database has not confirmed this process for a while; no attempts are started.';
    if (!this.#recorder.hasRoom) return 'Too many outcomes wait to be written; no attempts are started.';
    return undefined;
  }

  /** This process's load at this moment, for tests and gauges. */
  get load(): { readonly leased: number; readonly active: number; readonly lanes: number } {
    return { leased: this.#holdings.size, active: this.#lanes.active, lanes: this.#lanes.size };
  }

  #mayStart(): boolean {
    return !this.#stopping && this.#leases.fresh && this.#recorder.hasRoom;
  }

  #resume(): void {
    this.#due.mayClaim();
    this.#lanes.pump();
  }

  async #countPending(): Promise<number> {
    return (await this.#statistics.pending({ kind: 'installation' })).count;
  }

  /** Our leases have run out, or soon will: what is in the lanes belongs to others, and calls under way must end. */
  #dropAll(): void {
    for (const delivery of this.#lanes.clear()) this.#holdings.remove(delivery);
    this.#attempts.cutOff();
    this.#holdings.doubt();
  }

  #cutOff(): void {
    this.#attempts.cutOff();
    this.#testing.abort();
  }
}

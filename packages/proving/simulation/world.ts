// A simulated installation: tenants with endpoints whose receivers have good and bad days, producers that repeat what got no
// answer, an operator who changes things, and one or more posthorn processes on one store.

import type { Call } from '../../posthorn/src/domain/call.ts';
import { DEFAULT_SETTINGS, type EndpointSettings } from '../../posthorn/src/domain/endpoint/settings.ts';
import { type EndpointId, type EventId, makeId, type TenantId } from '../../posthorn/src/domain/ids.ts';
import { headerNamesOf, type SenderProfile } from '../../posthorn/src/domain/profile.ts';
import { wall } from '../../posthorn/src/domain/time.ts';
import { Engine, type EngineSettings, type ReplayRequest } from '../../posthorn/src/engine/engine.ts';
import type { Report } from '../../posthorn/src/engine/reports.ts';
import type { Clock } from '../../posthorn/src/seams/clock.ts';
import type { Sender } from '../../posthorn/src/seams/sender.ts';
import { type Store, StoreUnavailable } from '../../posthorn/src/seams/store/index.ts';
import type { Replay } from '../../posthorn/src/seams/store/replays.ts';
import { Dice } from '../../posthorn/tests/support/dice.ts';
import { type Behaviour, ScriptedSender, type WireCall } from '../../posthorn/tests/support/scripted-sender.ts';
import { SimulatedTime } from '../../posthorn/tests/support/simulated-time.ts';
import { drawChange, drawConcurrency, receiverOf } from './changes.ts';
import { Concurrencies } from './concurrency.ts';
import type { Fault } from './faults.ts';
import { faultyStore, type StoreFaults } from './faulty-store.ts';
import { Incarnation } from './incarnation.ts';
import { Ledger } from './ledger.ts';

export const SCHEDULE_MS = [10_000, 20_000];
const TENANTS = 3;
const ENDPOINTS_PER_TENANT = 3;
/** Days that one of the tenants keeps what has been delivered: all of it is erased in each round, a minute after a process has started. */
const NOTHING_KEPT = 0;
const EVENT_EVERY_MS = 4_000;
const MOOD_EVERY_MS = 5 * 60_000;
const OPERATOR_EVERY_MS = 3 * 60_000;
const CHANGE_EVERY_MS = 30_000;
/** No effect of a change comes later: a process stands still for 150 s at most, and a store for 90 s. */
const CHANGE_OVER_MS = 5 * 60_000;
/** Faults of the store show for so long after their end. */
const AFTERMATH_MS = 90_000;
/** Half of the runs have one delivery that kills whatever process attempts it. */
const POISON_CHANCE = 0.5;
export const POISON_TENANT = 'poisoned' as TenantId;
const POISON_URL = 'https://poison.example/hook';
const REPLAY_EVERY_MS = 4 * 60_000;

type Mood = 'well' | 'slow' | 'failing' | 'refusing' | 'hanging' | 'flapping' | 'starved';

const SETTINGS: EngineSettings = {
  endpointConcurrency: 4,
  retentionDays: 30,
  senderProfile: { names: headerNamesOf('x-iadvize-'), userAgent: 'Posthorn/simulated' },
  encryptionKey: new Uint8Array(32).fill(7),
};
/** Each life of a process has one of them. */
const SENDER_PROFILES: [SenderProfile, SenderProfile] = [
  SETTINGS.senderProfile,
  { names: headerNamesOf('x-other-'), userAgent: 'Posthorn/other' },
];

interface SimulatedEndpoint {
  readonly tenantId: TenantId;
  readonly id: EndpointId;
  readonly receiver: string;
  /** Its last change may come into force until then. */
  changingUntil: number;
}

/** A defect put in on purpose, at a seam: the invariants must notice it. */
export interface Mutation {
  readonly name: string;
  readonly store?: (store: Store, dice: Dice) => Store;
  readonly clock?: (clock: Clock) => Clock;
  readonly call?: (call: Call, dice: Dice) => Call;
}

export class World {
  readonly time = new SimulatedTime();
  readonly ledger = new Ledger();
  readonly concurrencies = new Concurrencies(SETTINGS.endpointConcurrency);
  /** Makes and shows what processes find there; it is spared all faults and delivers nothing. */
  readonly reader: Engine;
  readonly trace: string[] = [];
  readonly #dice: Dice;
  readonly #base: Store;
  readonly #shared: boolean;
  readonly #mutation: Mutation;
  readonly #faults: StoreFaults = { errors: 0, lostReplies: 0, slow: 0, outageUntil: 0, stalledUntil: 0 };
  readonly #moods = new Map<string, Mood>();
  readonly #processes: (Incarnation | undefined)[];
  readonly #tenants: TenantId[] = [];
  readonly #endpoints: SimulatedEndpoint[] = [];
  #lives = 0;
  #healed = false;

  constructor(seed: number, base: Store, processes: number, mutation: Mutation = { name: 'none' }) {
    this.#dice = new Dice(seed);
    this.#mutation = mutation;
    this.#base = base;
    this.#shared = processes > 1;
    this.#processes = Array.from({ length: processes }, () => undefined);
    this.reader = this.#makeReader();
  }

  /** Lets `durationMs` of traffic pass under these faults, then heals everything and lets it settle. */
  async run(durationMs: number, faults: readonly Fault[]): Promise<void> {
    await this.#furnish();
    const begin = this.time.now;
    for (const index of this.#processes.keys()) this.#boot(index);
    for (const fault of faults) this.time.plan(begin + fault.at, () => this.#strike(fault));
    this.#every(EVENT_EVERY_MS, () => this.#produce());
    this.#every(MOOD_EVERY_MS, () => this.#changeMood());
    this.#every(OPERATOR_EVERY_MS, () => void this.#operate());
    this.#every(CHANGE_EVERY_MS, () => void this.#change());
    if (this.#dice.chance(POISON_CHANCE)) {
      this.time.plan(begin + this.#dice.fraction() * 0.8 * durationMs, () => this.#poison());
    }
    this.#every(REPLAY_EVERY_MS, () => void this.#replay());
    await this.time.run(begin + durationMs);
    await this.#heal();
    await this.time.pass(15 * 60_000);
  }

  /** Stops every process in order. @returns what they failed to let go of */
  async stop(): Promise<string[]> {
    const left: string[] = [];
    const stops = this.#processes.map(async (life) => {
      await life?.engine.stop(30_000);
      const { leased, active, lanes } = life?.engine.load ?? { leased: 0, active: 0, lanes: 0 };
      const timers = life?.timers ?? 0;
      if (leased + active + lanes + timers > 0) {
        left.push(`${life?.name} kept ${leased} leased, ${active} active, ${lanes} lanes, ${timers} timers`);
      }
    });
    await this.time.pass(60_000);
    await Promise.all(stops);
    return left;
  }

  #makeReader(): Engine {
    return new Engine({
      store: this.#base,
      sender: new ScriptedSender(
        this.time,
        () => ({ kind: 'hang' }),
        () => {},
      ),
      clock: this.time.clock(),
      random: this.#dice.random(),
      settings: SETTINGS,
      report: () => {},
    });
  }

  async #furnish(): Promise<void> {
    for (let tenant = 0; tenant < TENANTS; tenant++) {
      const tenantId = `tenant-${tenant}` as TenantId;
      await this.#base.putTenant(tenantId, undefined, this.time.wallNow, tenant === 0 ? NOTHING_KEPT : null);
      this.#tenants.push(tenantId);
      for (let n = 0; n < ENDPOINTS_PER_TENANT; n++) await this.#addEndpoint(this.reader, tenantId);
    }
    await this.#base.putTenant(POISON_TENANT, undefined, this.time.wallNow);
    await this.reader.createEndpoint(POISON_TENANT, settingsOf(POISON_URL, null), 'key');
  }

  async #addEndpoint(engine: Engine, tenantId: TenantId): Promise<void> {
    const url = `https://receiver-${this.#moods.size}.example/hook`;
    this.#moods.set(url, 'well');
    const settings = {
      ...settingsOf(url, this.#dice.chance(0.5) ? null : ['order.*']),
      concurrency: drawConcurrency(this.#dice),
    };
    this.concurrencies.mayBe(url, settings.concurrency);
    const endpoint = await engine.createEndpoint(tenantId, settings, 'key');
    if (typeof endpoint !== 'string') {
      this.#endpoints.push({ tenantId, id: endpoint.id, receiver: url, changingUntil: 0 });
    }
  }

  #boot(index: number): void {
    this.#lives += 1;
    const life = new Incarnation(`p${index}.${this.#lives}`, {
      time: this.time,
      random: this.#dice.random(),
      settings: { ...SETTINGS, senderProfile: this.#dice.pick(SENDER_PROFILES) },
      clock: this.#mutation.clock ?? ((clock) => clock),
      store: (self) => this.#storeFor(self),
      send: (self) => this.#senderFor(self),
      report: (self, report) => this.#hear(self, report),
    });
    this.#processes[index] = life;
    life.engine.start().catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error;
      this.#kill(index, 1_000);
    });
  }

  #storeFor(life: Incarnation): Store {
    const base = this.#mutation.store?.(this.#base, this.#dice) ?? this.#base;
    const watched = this.ledger.owed.watch(this.ledger.watch(base));
    return faultyStore(watched, this.#shared, life, this.#faults, this.time, this.#dice, (owner) =>
      this.ledger.owners.set(owner, life),
    );
  }

  #senderFor(life: Incarnation): Sender {
    const sender = new ScriptedSender(
      this.time,
      (url) => this.#behave(url),
      (call) => {
        this.ledger.call(call, life);
        this.concurrencies.began(call, life);
        if (call.url === POISON_URL && !this.#healed) {
          this.time.plan(this.time.now + this.#dice.between(1, 500), () => this.#die(life, call));
        }
      },
      (answer) => life.hear(answer),
    );
    const { call: alter } = this.#mutation;
    if (alter === undefined) return sender;
    return { send: (call, stop) => sender.send(alter(call, this.#dice), stop), close: () => sender.close() };
  }

  /** Of the poison, unless something else was faster. */
  #die(life: Incarnation, call: WireCall): void {
    if (call.endedAt !== undefined || this.#healed) return;
    this.#note(`${life.name} dies of the poison`);
    this.#kill(this.#processes.indexOf(life), this.#dice.between(100, 1_000));
  }

  #kill(index: number, awayMs: number): void {
    const life = this.#processes[index];
    if (life === undefined) return;
    if ([...life.openCalls].some(({ url, endedAt }) => url === POISON_URL && endedAt === undefined)) {
      this.ledger.poisonedAt.set(life, this.time.now);
    }
    life.kill();
    this.ledger.killed = true;
    this.#processes[index] = undefined;
    this.time.plan(this.time.now + awayMs, () => this.#boot(index));
  }

  #strike(fault: Fault): void {
    this.#note(`fault ${JSON.stringify(fault)}`);
    if ('forMs' in fault) this.concurrencies.troubledUntil(this.time.now + fault.forMs + AFTERMATH_MS);
    const later = (ms: number, undo: () => void) => this.time.plan(this.time.now + ms, undo);
    switch (fault.kind) {
      case 'kill':
        this.#kill(fault.process, fault.awayMs);
        return;
      case 'freeze': {
        const life = this.#processes[fault.process];
        life?.freeze();
        later(fault.forMs, () => life?.thaw());
        return;
      }
      case 'outage':
        this.#faults.outageUntil = Math.max(this.#faults.outageUntil, this.time.now + fault.forMs);
        return;
      case 'stall':
        this.#faults.stalledUntil = Math.max(this.#faults.stalledUntil, this.time.now + fault.forMs);
        return;
      case 'jump':
        this.time.wallErrorMs += fault.byMs;
        return;
      case 'errors':
      case 'lost_replies':
      case 'slow': {
        const what = fault.kind === 'lost_replies' ? 'lostReplies' : fault.kind;
        this.#faults[what] = fault.chance;
        later(fault.forMs, () => {
          this.#faults[what] = 0;
        });
      }
    }
  }

  #behave(url: string): Behaviour {
    const mood = this.#healed ? 'well' : url === POISON_URL ? 'hanging' : this.#moods.get(receiverOf(url));
    const answer = (status: number, afterMs: number): Behaviour => ({ kind: 'answer', status, afterMs });
    switch (mood) {
      case 'slow':
        return answer(200, this.#dice.between(1_000, 29_000));
      case 'failing':
        return answer(500, this.#dice.between(1, 200));
      case 'refusing':
        return { kind: 'refuse', afterMs: 1 };
      case 'hanging':
        return { kind: 'hang' };
      case 'starved':
        return { kind: 'local_error' };
      case 'flapping':
        return answer(this.#dice.pick([200, 503]), this.#dice.between(1, 500));
      default:
        return answer(204, this.#dice.between(1, 50));
    }
  }

  #changeMood(): void {
    const [url] = this.#dice.pick([...this.#moods] as [[string, Mood], ...[string, Mood][]]);
    const mood = this.#dice.pick<Mood>(['well', 'slow', 'failing', 'refusing', 'hanging', 'flapping', 'starved']);
    this.#moods.set(url, mood);
  }

  #produce(): void {
    const tenantId = this.#dice.pick(this.#tenants as [TenantId, ...TenantId[]]);
    this.#produceFor(tenantId);
  }

  #poison(): void {
    this.#note('the poison is posted');
    this.#produceFor(POISON_TENANT);
  }

  #produceFor(tenantId: TenantId): void {
    const id = makeId<EventId>(this.time.now, this.#dice.random().bytes(10));
    this.ledger.posted.add(id);
    const type = this.#dice.pick(['order.created', 'order.paid', 'user.created']);
    void this.#post(tenantId, id, type);
  }

  /** As real producers do: repeats with the same id until there is an answer. */
  async #post(tenantId: TenantId, id: EventId, type: string): Promise<void> {
    for (;;) {
      const life = this.#dice.pick(this.#processes as [Incarnation | undefined]);
      const answer = life?.alive ? await this.#ask(life, tenantId, id, type) : undefined;
      if (answer?.kind === 'accepted') {
        for (const event of answer.events) this.ledger.accept(tenantId, event);
        return;
      }
      await this.time.sleep(1_000);
    }
  }

  /** No answer within a minute is no answer. */
  #ask(life: Incarnation, tenantId: TenantId, id: EventId, type: string) {
    return Promise.race([
      life.engine
        .accept(tenantId, [{ id, type, payload: `{"eventId":"${id}","n":${this.#dice.between(0, 9)}}` }])
        .catch((error: unknown) => {
          if (!(error instanceof StoreUnavailable)) throw error;
          return undefined;
        }),
      this.time.sleep(60_000).then(() => undefined),
    ]);
  }

  async #operate(): Promise<void> {
    const { engine } = this.#processes.find((life) => life?.alive) ?? {};
    const endpoint = this.#endpoints[this.#dice.between(0, this.#endpoints.length - 1)];
    if (engine === undefined || endpoint === undefined) return;
    const { tenantId, id } = endpoint;
    try {
      switch (this.#dice.pick(['disable', 'retry', 'retry', 'replace'])) {
        case 'disable':
          await engine.setEndpointState(tenantId, id, 'disabled');
          this.time.plan(this.time.now + this.#dice.between(1_000, 120_000), () => void this.#enable(endpoint));
          return;
        case 'replace':
          this.ledger.deleted.add(id);
          if (await engine.deleteEndpoint(tenantId, id)) this.#endpoints.splice(this.#endpoints.indexOf(endpoint), 1);
          return await this.#addEndpoint(engine, tenantId);
        default: {
          const [one] = (await this.#base.deliveries(tenantId, {}, { limit: 1, after: null })).items;
          if (one !== undefined) await engine.retry(tenantId, one.id);
        }
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  async #change(): Promise<void> {
    const life = this.#dice.pick(this.#processes as [Incarnation | undefined]);
    const endpoint = this.#endpoints[this.#dice.between(0, this.#endpoints.length - 1)];
    if (!life?.alive || endpoint === undefined || this.time.now < endpoint.changingUntil) return;
    const { tenantId, id, receiver } = endpoint;
    const change = drawChange(this.#dice, receiver);
    const { concurrency } = change;
    const isInForce = concurrency === undefined ? undefined : this.concurrencies.mayBe(receiver, concurrency);
    endpoint.changingUntil = this.time.now + CHANGE_OVER_MS;
    try {
      const changed = await life.engine.changeEndpoint(tenantId, id, (current) => ({ ...current, ...change }), 'key');
      if (changed === 'missing') return;
      endpoint.changingUntil = 0;
      isInForce?.(this.time.now, life);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  /** Slow ones for the most part, so that faults fall into them. */
  async #replay(): Promise<void> {
    const { engine } = this.#processes.find((life) => life?.alive) ?? {};
    const tenantId = this.#dice.pick(this.#tenants as [TenantId, ...TenantId[]]);
    const endpoint = this.#endpoints.find((one) => one.tenantId === tenantId);
    const request: ReplayRequest = {
      states: this.#dice.pick([['exhausted'], ['exhausted', 'cancelled'], ['succeeded', 'exhausted']]),
      eventTypes: this.#dice.pick([null, ['order.*'], ['user.created', 'order.paid']]),
      endpointId: this.#dice.chance(0.3) ? endpoint?.id : undefined,
      since: this.#dice.chance(0.3) ? wall(this.time.wallNow - 10 * 60_000) : undefined,
      ratePerSecond: this.#dice.pick([1, 1, 3, 20, 1_000]),
    };
    try {
      const replay = await engine?.createReplay(tenantId, request);
      if (typeof replay !== 'object' || !this.#dice.chance(0.2)) return;
      this.time.plan(this.time.now + this.#dice.between(500, 60_000), () => void this.#cancelReplay(replay));
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  async #cancelReplay({ tenantId, id }: Replay): Promise<void> {
    const { engine } = this.#processes.find((life) => life?.alive) ?? {};
    try {
      await engine?.cancelReplay(tenantId, id);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  async #enable({ tenantId, id }: { tenantId: TenantId; id: EndpointId }): Promise<void> {
    const { engine } = this.#processes.find((life) => life?.alive) ?? {};
    try {
      await engine?.setEndpointState(tenantId, id, 'active');
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  async #heal(): Promise<void> {
    this.#note('healed');
    this.#healed = true;
    Object.assign(this.#faults, { errors: 0, lostReplies: 0, slow: 0, outageUntil: 0, stalledUntil: 0 });
    for (const life of this.#processes) life?.thaw();
    const enabled = this.time.sleep(200_000).then(async () => {
      for (const endpoint of this.#endpoints) await this.#enable(endpoint);
    });
    await this.time.pass(240_000);
    await enabled;
  }

  #hear(life: Incarnation, report: Report): void {
    if (report.kind === 'took_over') this.ledger.tookOver(report.dead, this.time.now);
    if (report.kind === 'declared_dead') this.ledger.gaveUp(report.owner);
    if (report.kind !== 'started') this.#note(`${life.name} ${JSON.stringify(report)}`);
  }

  #note(line: string): void {
    this.trace.push(`${new Date(this.time.now).toISOString()} ${line}`);
  }

  #every(meanMs: number, happen: () => void): void {
    const plan = () => {
      this.time.plan(this.time.now + this.#dice.interval(meanMs), () => {
        if (this.#healed) return;
        happen();
        plan();
      });
    };
    plan();
  }
}

function settingsOf(url: string, eventTypes: readonly string[] | null): EndpointSettings {
  return { ...DEFAULT_SETTINGS, url, eventTypes, scheduleMs: SCHEDULE_MS, secrets: ['a secret of good length'] };
}

// Lanes: each endpoint's own queue with its own rules. Two things are shared between lanes, memory for waiting
// deliveries and slots for calls, and both are shared so that greedy lanes always leave some: a lane may take only a
// fraction of what is still free (dynamic thresholds, Choudhury and Hahne 1998). Lanes whose calls fail share a limit on starts: they
// would take the processor from those that deliver.
import { type LeasedDelivery, onProbation } from '../../domain/delivery.ts';
import type { EndpointId, TenantId } from '../../domain/ids.ts';
import type { Clock } from '../../seams/clock.ts';
import type { DueNotice } from '../due-notice.ts';
import type { LaneRules } from '../endpoints/lane-rules.ts';
import { HangingEndpoints, type LaneHealth } from './lane-health.ts';
import { StartLimit } from './start-limit.ts';
import { type HasTurn, TurnOrder } from './turn-order.ts';

/** Calls under way at once over all lanes: each is a socket and up to 64 KiB of response. */
const MAX_CALLS = 1_024;
/**
 * Calls begun per turn of the event loop. Beginning one takes most of its processor time, and a claim brings hundreds: what comes
 * in meanwhile, answers and new events, has its turn between them.
 */
const STARTS_PER_TURN = 64;
/** Deliveries of one lane in memory, waiting or under way. More than a batch, so that a lane does not run dry. */
const MAX_LEASED_PER_LANE = 1_024;
/**
 * A lane claims from its backlog when at least this much fits: a claim costs the same for one as for ten. Three times as much
 * was no faster, and whatever else asks the store waits for it.
 */
const MIN_CLAIM = 128;
/** Deliveries that a lane may claim at least when many share one claim. */
const MIN_SHARE = 16;
/** Bodies in memory over all lanes. */
const MAX_LEASED_BYTES = 64 * 1_024 * 1_024;
/** Memory of a leased delivery besides its body. */
const LEASED_OVERHEAD_BYTES = 512;
/** A lane may hold this part of the bytes that are still free. */
const BYTES_FRACTION = 1 / 8;
/** A lane may have under way this part of the calls that are still free. */
const CALLS_FRACTION = 1 / 4;
/** Lanes whose last call ran out of time may have this many calls under way together: the rest is for those that answer. */
const MAX_HANGING_CALLS = MAX_CALLS / 2;
/**
 * Lanes whose last call did not succeed start so many calls together in each step, about 500 a second or a twentieth of what the
 * process can do, and one more for each call that the others start. In small steps, since calls that began together run out
 * of time together.
 */
const UNHEALTHY_STARTS = 5;
const UNHEALTHY_STEP_MS = 10;

/** As long as an endpoint's own rules are not known: one call at a time, which none forbids. That call finds them out. */
const UNKNOWN_RULES: LaneRules = { concurrency: 1 };

interface Lane extends HasTurn<Lane> {
  readonly endpointId: EndpointId;
  rules: LaneRules;
  /** Waiting deliveries; those before `head` have left. */
  waiting: LeasedDelivery[];
  head: number;
  active: number;
  /** Deliveries that wait for their probation, apart from those that wait in the lane. */
  onProbation: number;
  health: LaneHealth;
  /** Places promised to deliveries whose acceptance is being committed. */
  reserved: number;
  leasedBytes: number;
  /**
   * It claims when it holds at most so many bytes. Once it had to refuse what was claimed for it, half of what it holds: else
   * it would claim again for every few bytes that become free, and give back what is larger, as fast as the store can.
   */
  claimsAtBytes: number;
  /** The store holds deliveries of this lane in place `backlog`. */
  backlog: boolean;
  /** Counts the times that the backlog was noted, so that an older look cannot deny a newer note. */
  backlogNotes: number;
}

export function leasedBytes(body: Uint8Array): number {
  return body.length + LEASED_OVERHEAD_BYTES;
}

/** The lanes' calls to the rest of the engine. */
interface LaneEvents {
  /** The rules of an endpoint's lane, if they are at hand; `follow` must follow when they are not, or change. */
  rulesOf(tenantId: TenantId, endpointId: EndpointId): LaneRules | undefined;
  /** Whether calls may be started; `pump` must follow when that turns true. */
  mayStart(): boolean;
  /** An attempt must be begun; `finished` must follow. */
  onTurn(delivery: LeasedDelivery): void;
}

export class Lanes {
  readonly #events: LaneEvents;
  readonly #due: DueNotice;
  readonly #lanes = new Map<EndpointId, Lane>();
  readonly #hanging = new HangingEndpoints();
  /** Lanes whose backlog flag is set, the one that claimed last at the end. */
  readonly #backlogged = new Set<Lane>();
  readonly #order = new TurnOrder<Lane>();
  readonly #unhealthyStarts: StartLimit;
  readonly #turnStarts: StartLimit;
  #active = 0;
  /** Deliveries under way that were started while their lane was hanging. */
  readonly #hangingCalls = new Set<LeasedDelivery>();
  /** Deliveries on probation, of all lanes; they take no slot and hold nobody up while they wait for each other. */
  readonly #probation: LeasedDelivery[] = [];
  /** The one that is under way. */
  #probationer: LeasedDelivery | undefined;
  #leasedBytes = 0;
  #pumping = false;
  #onIdle: (() => void)[] = [];

  /**
   * @param clock paces the starts of lanes whose calls fail
   * @param due hears when there is room to claim again: in a lane with a backlog, or in memory
   */
  constructor(clock: Clock, due: DueNotice, events: LaneEvents) {
    this.#due = due;
    this.#events = events;
    this.#unhealthyStarts = new StartLimit(clock, UNHEALTHY_STARTS, UNHEALTHY_STEP_MS, () => this.pump());
    this.#turnStarts = new StartLimit(clock, STARTS_PER_TURN, 0, () => this.pump());
  }

  /** Calls under way. */
  get active(): number {
    return this.#active;
  }

  /** Lanes that hold, await or owe anything. */
  get size(): number {
    return this.#lanes.size;
  }

  /** Lanes that have a backlog in the store, as far as is known. */
  get backlogs(): number {
    return this.#backlogged.size;
  }

  /** True while not even an empty lane should be filled. */
  get full(): boolean {
    return this.#leasedBytes >= MAX_LEASED_BYTES;
  }

  /** The rules of an endpoint's lane from now on. Calls under way that are too many by them go on. */
  follow(endpointId: EndpointId, rules: LaneRules): void {
    const lane = this.#lanes.get(endpointId);
    if (lane === undefined) return;
    const isSame = lane.rules.concurrency === rules.concurrency;
    // Also when they are the same: from now on they are known.
    lane.rules = rules;
    if (isSame) return;
    this.#arrange(lane);
    this.pump();
  }

  /** As `follow`, for rules that may be out of date: better than none, and no better than any. */
  learn(endpointId: EndpointId, rules: LaneRules): void {
    if (this.#lanes.get(endpointId)?.rules === UNKNOWN_RULES) this.follow(endpointId, rules);
  }

  /** Takes a place in the lane for a delivery about to be stored; false when it must wait in the backlog. */
  reserve(tenantId: TenantId, endpointId: EndpointId, bytes: number): boolean {
    const lane = this.#laneOf(tenantId, endpointId);
    if (this.full || lane.backlog || !this.#fits(lane, bytes)) {
      this.#dropIfEmpty(lane);
      return false;
    }
    lane.reserved += 1;
    this.#hold(lane, bytes);
    return true;
  }

  /** Gives a reserved place back. */
  unreserve(endpointId: EndpointId, bytes: number): void {
    const lane = this.#lane(endpointId);
    lane.reserved -= 1;
    this.#free(lane, bytes);
    this.#dropIfEmpty(lane);
  }

  /** Puts a delivery into the place that was reserved for it. */
  fill(delivery: LeasedDelivery): void {
    const lane = this.#lane(delivery.endpointId);
    lane.reserved -= 1;
    this.#queue(lane, delivery);
  }

  /** Puts a claimed delivery into its lane; false when it does not fit and must go to the backlog. */
  offer(delivery: LeasedDelivery): boolean {
    const lane = this.#laneOf(delivery.event.tenantId, delivery.endpointId);
    const bytes = leasedBytes(delivery.event.body);
    if (!this.#fits(lane, bytes)) {
      lane.claimsAtBytes = lane.leasedBytes / 2;
      this.#dropIfEmpty(lane);
      return false;
    }
    this.#hold(lane, bytes);
    if (onProbation(delivery)) {
      lane.onProbation += 1;
      this.#probation.push(delivery);
    } else this.#queue(lane, delivery);
    return true;
  }

  /**
   * An attempt begun by `onTurn` has ended and its delivery has left this process's hands or waits to be recorded.
   * @param health how the call ended; `healthy` when there was none, `undefined` when its end says nothing of the endpoint
   */
  finished(delivery: LeasedDelivery, health: LaneHealth | undefined): void {
    const lane = this.#lane(delivery.endpointId);
    if (health !== undefined) lane.health = health;
    this.#hangingCalls.delete(delivery);
    if (this.#probationer === delivery) this.#probationer = undefined;
    lane.active -= 1;
    this.#active -= 1;
    this.#free(lane, leasedBytes(delivery.event.body));
    this.#arrange(lane);
    this.#dropIfEmpty(lane);
    this.pump();
    if (this.#active === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** The store holds a backlog for this endpoint. */
  noteBacklog(endpointId: EndpointId): void {
    const lane = this.#lane(endpointId);
    lane.backlog = true;
    lane.backlogNotes += 1;
    this.#backlogged.add(lane);
  }

  /**
   * Gives lanes with a backlog and room for some of it their turns to claim.
   * @returns how many deliveries each may claim, at most `total` together
   */
  takeTurns(total: number): { endpointId: EndpointId; limit: number; notes: number }[] {
    const turns: { endpointId: EndpointId; limit: number; notes: number }[] = [];
    let left = total;
    const share = Math.max(MIN_SHARE, Math.floor(total / this.#backlogged.size));
    for (const lane of this.#backlogged) {
      if (left <= 0) break;
      if (!this.#mayClaim(lane)) continue;
      const limit = Math.min(left, MAX_LEASED_PER_LANE - this.#leasedIn(lane), share);
      left -= limit;
      lane.claimsAtBytes = Number.POSITIVE_INFINITY;
      turns.push({ endpointId: lane.endpointId, limit, notes: lane.backlogNotes });
    }
    for (const { endpointId } of turns) {
      const lane = this.#lane(endpointId);
      this.#backlogged.delete(lane);
      this.#backlogged.add(lane);
    }
    return turns;
  }

  /** A claim found nothing more in the backlog; believed unless it has been noted again since `notes`. */
  backlogEmpty(endpointId: EndpointId, notes: number): void {
    const lane = this.#lanes.get(endpointId);
    if (lane === undefined || lane.backlogNotes !== notes) return;
    lane.backlog = false;
    this.#backlogged.delete(lane);
    this.#dropIfEmpty(lane);
  }

  /** Empties the lanes of what has not begun, and returns it. */
  clear(): LeasedDelivery[] {
    const cleared = this.#probation.splice(0);
    for (const delivery of cleared) {
      const lane = this.#lane(delivery.endpointId);
      lane.onProbation -= 1;
      this.#hold(lane, -leasedBytes(delivery.event.body));
    }
    for (const lane of this.#lanes.values()) {
      for (const delivery of lane.waiting.slice(lane.head)) {
        this.#hold(lane, -leasedBytes(delivery.event.body));
        cleared.push(delivery);
      }
      lane.waiting = [];
      lane.head = 0;
      this.#arrange(lane);
      this.#dropIfEmpty(lane);
    }
    return cleared;
  }

  /** Resolves when no call is under way. */
  async idle(): Promise<void> {
    if (this.#active > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  /** Starts what may be started, lanes with the fewest calls under way first, those in turn. */
  pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#active < MAX_CALLS && this.#turnStarts.ready && this.#events.mayStart()) {
      if (this.#startOnProbation()) continue;
      const lane = this.#next();
      if (lane === undefined) break;
      this.#startOne(lane);
    }
    this.#pumping = false;
  }

  /** The lane whose turn it is to start a call. */
  #next(): Lane | undefined {
    const free = MAX_CALLS - this.#active;
    const most = Math.max(1, Math.floor(free * CALLS_FRACTION));
    const failing = this.#unhealthyStarts.ready;
    const hanging = failing && this.#hangingCalls.size < MAX_HANGING_CALLS;
    return this.#order.next({ healthy: true, failing, hanging }, most);
  }

  #startOne(lane: Lane): void {
    const delivery = lane.waiting[lane.head];
    if (delivery === undefined) throw new Error(`lane ${lane.endpointId} has its turn and nothing to start`);
    lane.head += 1;
    if (lane.head > 64 && lane.head * 2 > lane.waiting.length) {
      lane.waiting = lane.waiting.slice(lane.head);
      lane.head = 0;
    }
    if (lane.health === 'healthy') this.#unhealthyStarts.grant();
    else this.#unhealthyStarts.take();
    this.#order.started(lane.health);
    this.#begin(lane, delivery);
  }

  /** Starts the next delivery on probation whose lane has a slot, unless one is under way. */
  #startOnProbation(): boolean {
    if (this.#probationer !== undefined || this.#probation.length === 0) return false;
    const index = this.#probation.findIndex(({ endpointId }) => this.#hasSlot(this.#lane(endpointId)));
    const [delivery] = index < 0 ? [] : this.#probation.splice(index, 1);
    if (delivery === undefined) return false;
    const lane = this.#lane(delivery.endpointId);
    lane.onProbation -= 1;
    this.#probationer = delivery;
    this.#begin(lane, delivery);
    return true;
  }

  #begin(lane: Lane, delivery: LeasedDelivery): void {
    lane.active += 1;
    this.#active += 1;
    this.#turnStarts.take();
    if (lane.health === 'hanging') this.#hangingCalls.add(delivery);
    this.#arrange(lane);
    this.#events.onTurn(delivery);
  }

  /** Whether there is room for some of its backlog. */
  #mayClaim(lane: Lane): boolean {
    if (lane.leasedBytes > lane.claimsAtBytes || !this.#fits(lane, LEASED_OVERHEAD_BYTES)) return false;
    return MAX_LEASED_PER_LANE - this.#leasedIn(lane) >= MIN_CLAIM;
  }

  #fits(lane: Lane, bytes: number): boolean {
    const leased = this.#leasedIn(lane);
    if (leased === 0) return true;
    if (leased >= MAX_LEASED_PER_LANE) return false;
    return lane.leasedBytes + bytes <= (MAX_LEASED_BYTES - this.#leasedBytes) * BYTES_FRACTION;
  }

  #queue(lane: Lane, delivery: LeasedDelivery): void {
    lane.waiting.push(delivery);
    this.#arrange(lane);
  }

  #arrange(lane: Lane): void {
    this.#order.arrange(lane, this.#waitingIn(lane) > 0 && this.#hasSlot(lane));
  }

  #hasSlot({ active, rules }: Lane): boolean {
    return active < rules.concurrency;
  }

  /** Gives memory back, and says so when something may be claimed for it. */
  #free(lane: Lane, bytes: number): void {
    const wasFull = this.full;
    this.#hold(lane, -bytes);
    if (wasFull ? !this.full : lane.backlog && this.#mayClaim(lane)) this.#due.mayClaim();
  }

  #hold(lane: Lane, bytes: number): void {
    lane.leasedBytes += bytes;
    this.#leasedBytes += bytes;
  }

  #waitingIn(lane: Lane): number {
    return lane.waiting.length - lane.head;
  }

  /** Everything of it that is in memory, or will be. */
  #leasedIn(lane: Lane): number {
    return this.#waitingIn(lane) + lane.reserved + lane.active + lane.onProbation;
  }

  #laneOf(tenantId: TenantId, endpointId: EndpointId): Lane {
    const lane = this.#lane(endpointId);
    if (lane.rules === UNKNOWN_RULES) {
      lane.rules = this.#events.rulesOf(tenantId, endpointId) ?? UNKNOWN_RULES;
      this.#arrange(lane);
    }
    return lane;
  }

  #lane(endpointId: EndpointId): Lane {
    const known = this.#lanes.get(endpointId);
    if (known !== undefined) return known;
    const lane: Lane = {
      endpointId,
      rules: UNKNOWN_RULES,
      waiting: [],
      head: 0,
      active: 0,
      onProbation: 0,
      health: this.#hanging.take(endpointId) ? 'hanging' : 'healthy',
      reserved: 0,
      leasedBytes: 0,
      claimsAtBytes: Number.POSITIVE_INFINITY,
      backlog: false,
      backlogNotes: 0,
      rank: undefined,
    };
    this.#lanes.set(endpointId, lane);
    return lane;
  }

  #dropIfEmpty(lane: Lane): void {
    if (lane.backlog || this.#leasedIn(lane) > 0) return;
    this.#lanes.delete(lane.endpointId);
    if (lane.health === 'hanging') this.#hanging.note(lane.endpointId);
  }
}

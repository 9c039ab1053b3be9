// The outside world's knowledge: which events were accepted for which endpoints, every call on the wire, and which process
// was taken for dead when. The invariants are judged by this, not by what the engine believes.
import type { EndpointId, EventId, OwnerId, TenantId } from '../../posthorn/src/domain/ids.ts';
import type { Store } from '../../posthorn/src/seams/store/index.ts';
import type { AcceptedEvent } from '../../posthorn/src/seams/store/queue.ts';
import type { WireCall } from '../../posthorn/tests/support/scripted-sender.ts';
import type { Incarnation } from './incarnation.ts';
import { Owed } from './owed.ts';

export class Ledger {
  /** Attempts that replays and people have asked for. */
  readonly owed = new Owed();
  /** Endpoints that were deleted, or may have been: what was owed to them is not. */
  readonly deleted = new Set<EndpointId>();
  readonly accepted = new Map<EventId, { tenantId: TenantId; answer: AcceptedEvent }>();
  /** Ids of all events that producers have posted, answered or not. */
  readonly posted = new Set<string>();
  readonly calls: WireCall[] = [];
  /** The process that made each call. */
  readonly callers = new Map<WireCall, Incarnation>();
  /** The process behind each owner name. */
  readonly owners = new Map<string, Incarnation>();
  /** When processes died during an attempt of the poison. */
  readonly poisonedAt = new Map<Incarnation, number>();
  /** When a process's work was taken over by another. */
  readonly takenOverAt = new Map<Incarnation, number[]>();
  /** Names that one process took over from another, as the store saw it. */
  readonly #takenOver = new Set<OwnerId>();
  /** A process was killed: what it had counted and not told is lost. */
  killed = false;
  readonly violations: string[] = [];

  accept(tenantId: TenantId, answer: AcceptedEvent): void {
    const known = this.accepted.get(answer.id);
    if (known === undefined) {
      this.accepted.set(answer.id, { tenantId, answer });
      return;
    }
    const same = JSON.stringify(known.answer.deliveries) === JSON.stringify(answer.deliveries);
    if (!same) this.violations.push(`event ${answer.id} was accepted twice with different deliveries`);
  }

  call(call: WireCall, life: Incarnation): void {
    this.calls.push(call);
    this.callers.set(call, life);
    life.openCalls.add(call);
  }

  /** @param store every call of it takes effect at one moment */
  watch(store: Store): Store {
    const takeOver: Store['takeOver'] = async (owner, dead, at) => {
      const answer = await store.takeOver(owner, dead, at);
      if (answer !== undefined) this.#takenOver.add(dead.owner);
      return answer;
    };
    return new Proxy(store, {
      get: (target, name) => (name === 'takeOver' ? takeOver : Reflect.get(target, name)),
    });
  }

  /** A process has given up this name, and whatever it had leased under it, as others had taken it for dead. */
  gaveUp(owner: OwnerId): void {
    if (!this.#takenOver.has(owner)) this.violations.push(`name ${owner} was given up and nobody had taken it over`);
  }

  /** A call in words: by whom, and from when to when. */
  describe(call: WireCall): string {
    const time = (at: number | undefined) => (at === undefined ? '…' : new Date(at).toISOString().slice(11));
    const life = this.callers.get(call)?.name;
    return `attempt ${call.attemptId} by ${life} (${time(call.startedAt)}–${time(call.endedAt)}, ${call.outcome})`;
  }

  /** Whether the process behind a call was taken for dead between two moments. */
  takenOver(call: WireCall, from: number, to: number): boolean {
    const life = this.callers.get(call);
    const moments = life === undefined ? [] : (this.takenOverAt.get(life) ?? []);
    return moments.some((at) => at > from && at <= to);
  }

  /** Whether this call was cut off by a death that the poison explains. */
  cutOffByPoison(call: WireCall): boolean {
    const life = this.callers.get(call);
    return life !== undefined && call.endedAt !== undefined && this.poisonedAt.get(life) === call.endedAt;
  }

  tookOver(owner: string, at: number): void {
    const life = this.owners.get(owner);
    if (life === undefined) return;
    this.takenOverAt.set(life, [...(this.takenOverAt.get(life) ?? []), at]);
  }
}

// Attempts that somebody asked for, by replays and by hand: who made what due, seen at the store before anything can go wrong
// on the way. Each must be made once, and a replay asks for a delivery once.
import type { DeliveryId, TenantId } from '../../posthorn/src/domain/ids.ts';
import type { Attempt } from '../../posthorn/src/seams/store/history.ts';
import type { Store } from '../../posthorn/src/seams/store/index.ts';
import type { Replay } from '../../posthorn/src/seams/store/replays.ts';

/** More than a run ever has pending. */
const ALL = { limit: 100_000, after: null };

export class Owed {
  /** How often an attempt of a delivery was asked for that was not owed already. */
  readonly asked = new Map<DeliveryId, number>();
  /** Every replay that was stored, and what it has made due. */
  readonly replays = new Map<Replay['id'], { tenantId: TenantId; made: Set<DeliveryId> }>();
  readonly violations: string[] = [];
  /** Replays that have not ended, as far as was seen. */
  readonly #running = new Map<Replay['id'], TenantId>();

  /** @param store every call of it takes effect at one moment */
  watch(store: Store): Store {
    const watched: Pick<Store, 'createReplay' | 'stepReplay' | 'cancelReplay' | 'retry'> = {
      createReplay: async (replay, ...rest) => {
        const answer = await store.createReplay(replay, ...rest);
        if (answer === 'created' && !this.replays.has(replay.id)) {
          this.replays.set(replay.id, { tenantId: replay.tenantId, made: new Set() });
          if (replay.state === 'running') this.#running.set(replay.id, replay.tenantId);
        }
        return answer;
      },
      cancelReplay: async (tenantId, id, ...rest) => {
        this.#running.delete(id);
        return await store.cancelReplay(tenantId, id, ...rest);
      },
      stepReplay: async (now, at) => {
        if (this.#running.size === 0) return await store.stepReplay(now, at);
        const before = await this.#pending(store);
        const step = await store.stepReplay(now, at);
        if (step.replay !== null) {
          const after = await this.#pending(store);
          this.#stepped(
            step.replay,
            step.made,
            [...after].filter((id) => !before.has(id)),
          );
        }
        return step;
      },
      retry: async (tenantId, id, ...rest) => {
        const owed = await this.#isOwed(store, tenantId, id);
        const answer = await store.retry(tenantId, id, ...rest);
        if (answer === 'due' && !owed) this.#ask(id);
        return answer;
      },
    };
    return new Proxy(store, {
      get: (target, name) => Reflect.get(name in watched ? watched : target, name),
    });
  }

  #stepped({ id, state }: Replay, count: number, made: readonly DeliveryId[]): void {
    const known = this.replays.get(id);
    if (known === undefined) {
      this.violations.push(`replay ${id} takes a step and was never created`);
      return;
    }
    if (made.length !== count)
      this.violations.push(`replay ${id} made ${made.length} deliveries due and says ${count}`);
    for (const delivery of made) {
      if (known.made.has(delivery)) this.violations.push(`replay ${id} made delivery ${delivery} due a second time`);
      known.made.add(delivery);
      this.#ask(delivery);
    }
    if (state !== 'running') this.#running.delete(id);
  }

  #ask(id: DeliveryId): void {
    this.asked.set(id, (this.asked.get(id) ?? 0) + 1);
  }

  async #isOwed(store: Store, tenantId: TenantId, id: DeliveryId): Promise<boolean> {
    const { history = [] } = (await store.delivery(tenantId, id)) ?? {};
    return (this.asked.get(id) ?? 0) > answeredIn(history);
  }

  async #pending(store: Store): Promise<Set<DeliveryId>> {
    const found = new Set<DeliveryId>();
    for (const id of new Set(this.#running.values())) {
      for (const one of (await store.deliveries(id, { states: ['pending'] }, ALL)).items) found.add(one.id);
    }
    return found;
  }
}

/** How many of the attempts that were asked for have been made: one that was cut off is still owed. */
export function answeredIn(history: readonly Attempt[]): number {
  return history.filter(({ trigger, late, outcome }) => trigger === 'manual' && !late && outcome !== 'interrupted')
    .length;
}

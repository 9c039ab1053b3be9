// A store as a process on a bad day sees it: slow, now and then failing, sometimes doing the work and losing the answer.
import { type Store, StoreUnavailable } from '../../posthorn/src/seams/store/index.ts';
import type { Dice } from '../../posthorn/tests/support/dice.ts';
import type { SimulatedTime } from '../../posthorn/tests/support/simulated-time.ts';
import type { Incarnation } from './incarnation.ts';

export interface StoreFaults {
  /** Chance that a call fails before anything is done. */
  errors: number;
  /** Chance that a call is done and its answer lost: the caller learns of an error. */
  lostReplies: number;
  /** Chance that a call is slow: up to 20 s. */
  slow: number;
  /** Until when the store does not answer at all. */
  outageUntil: number;
  /** Until when calls that reach the store wait. */
  stalledUntil: number;
}

/** A call that waits for longer fails. */
const PATIENCE_MS = 8_000;
/** Over a network, what leases may be done after all: its request is repeated for so long by systems that know nothing of who waits. */
const LATE_MS = 100_000;
const LEASES = new Set<string | symbol>(['accept', 'claimDue', 'claimBacklog'] satisfies (keyof Store)[]);

/**
 * @param base the real store; every call of it takes effect at one moment
 * @param onOwner told of every name the process registers
 */
export function faultyStore(
  base: Store,
  shared: boolean,
  life: Incarnation,
  faults: StoreFaults,
  time: SimulatedTime,
  dice: Dice,
  onOwner: (owner: string, life: Incarnation) => void,
): Store {
  return new Proxy(base, {
    get(target, name, receiver) {
      if (name === 'exclusive') return !shared;
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (name === 'join') onOwner(String(args[0]), life);
        return call(() => Promise.resolve(value.apply(target, args)), shared && LEASES.has(name));
      };
    },
  });

  function latency(): number {
    return dice.chance(faults.slow) ? dice.between(500, 20_000) : dice.fraction() * 3;
  }

  function call(effect: () => Promise<unknown>, mayBeLate: boolean): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const unavailable = (what: string) => () => reject(new StoreUnavailable('unreachable', what));
      const arrive = () => {
        const stalledMs = faults.stalledUntil - time.now;
        if (stalledMs > PATIENCE_MS) {
          time.plan(time.now + PATIENCE_MS, () => life.hear(unavailable('stall')));
          if (mayBeLate && stalledMs < LATE_MS)
            time.plan(faults.stalledUntil + dice.between(0, 60_000), () => void effect().catch(() => {}));
        }
        // In any order, as calls over several connections.
        else if (stalledMs > 0) time.plan(faults.stalledUntil + latency(), carryOut);
        else carryOut();
      };
      const carryOut = () => {
        // The request of a process that died meanwhile may still be on its way, or may never have left.
        if (life.dead && dice.chance(0.5)) return;
        if (time.now < faults.outageUntil) return life.hear(unavailable('outage'));
        if (dice.chance(faults.errors)) return life.hear(unavailable('error'));
        const lost = dice.chance(faults.lostReplies);
        const answerAfter = latency();
        effect().then(
          (result) => {
            time.plan(time.now + answerAfter, () => {
              life.hear(lost ? unavailable('lost reply') : () => resolve(result));
            });
          },
          (error: unknown) => time.plan(time.now + answerAfter, () => life.hear(() => reject(error))),
        );
      };
      time.plan(time.now + latency(), arrive);
    });
  }
}

// How many calls may be under way at once to a receiver, by the changes that the operator made, and whether the processes
// keep to it. A call that waits for an answer of the store when a change comes goes out after it, so a former limit counts
// for a while: for long when the store is in trouble, for a moment when it is well.
import type { WireCall } from '../../posthorn/tests/support/scripted-sender.ts';
import { receiverOf } from './changes.ts';
import type { Incarnation } from './incarnation.ts';

/** Copies of endpoints are read again after 5 s on a store that processes share. */
const OTHERS_FOLLOW_MS = 6_000;
/** A few store calls. */
const CHANGER_FOLLOWS_MS = 100;
/** The longest fault, twice. */
const TROUBLED_FOLLOW_MS = 300_000;

interface Limit {
  readonly calls: number;
  /** Since when another one is in force, and the process that answered so. */
  ended: { readonly at: number; readonly by: Incarnation } | undefined;
  /** When other processes first called the receiver after they should follow: that call has them read the endpoint again. */
  readonly noticed: Map<Incarnation, number>;
}

export class Concurrencies {
  readonly #installation: number;
  readonly #limits = new Map<string, Limit[]>();
  /** Until when faults show. */
  #troubledUntil = 0;
  readonly violations: string[] = [];

  /** @param installation the limit of receivers that have none of their own */
  constructor(installation: number) {
    this.#installation = installation;
  }

  troubledUntil(at: number): void {
    this.#troubledUntil = Math.max(this.#troubledUntil, at);
  }

  /**
   * A limit may be in force from now on.
   * @returns to be called when it certainly is, by the process that answered so
   */
  mayBe(receiver: string, concurrency: number | null): (at: number, by: Incarnation) => void {
    const former = this.#limits.get(receiver) ?? [];
    this.#limits.set(receiver, [
      ...former,
      { calls: concurrency ?? this.#installation, ended: undefined, noticed: new Map() },
    ]);
    return (at, by) => {
      for (const limit of former) limit.ended ??= { at, by };
    };
  }

  /** A process has begun this call, which is one of its open ones. */
  began(call: WireCall, life: Incarnation): void {
    const receiver = receiverOf(call.url);
    let open = 0;
    for (const one of life.openCalls) {
      if (one.endedAt !== undefined) life.openCalls.delete(one);
      else if (receiverOf(one.url) === receiver) open += 1;
    }
    const most = this.#most(receiver, life, call.startedAt);
    if (open > most) {
      this.violations.push(
        `crowd: attempt ${call.attemptId} by ${life.name} is one of ${open} calls at once, ${most} may be`,
      );
    }
  }

  #most(receiver: string, life: Incarnation, now: number): number {
    const troubled = now < this.#troubledUntil;
    const counts = ({ ended, noticed }: Limit) => {
      if (ended === undefined) return true;
      if (troubled) return now <= ended.at + TROUBLED_FOLLOW_MS;
      if (ended.by === life) return now <= ended.at + CHANGER_FOLLOWS_MS;
      if (now <= ended.at + OTHERS_FOLLOW_MS) return true;
      const noticedAt = noticed.get(life) ?? now;
      noticed.set(life, noticedAt);
      return now <= noticedAt + CHANGER_FOLLOWS_MS;
    };
    const limits = this.#limits.get(receiver)?.filter(counts) ?? [];
    return limits.length === 0 ? this.#installation : Math.max(...limits.map(({ calls }) => calls));
  }
}

// Simulated time: a heap of things to happen. Nothing waits for real; a day passes as fast as its events can run.
import { setImmediate } from 'node:timers/promises';
import { type SteadyMs, steady, type WallMs, wall } from '../../src/domain/time.ts';
import type { Clock } from '../../src/seams/clock.ts';

interface Happening {
  readonly at: number;
  /** Ties are broken by the order of planning, so that a run can be repeated. */
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** 2026-01-01, so that ids and dates look like real ones. */
const BEGINNING_MS = 1_767_225_600_000;

export class SimulatedTime {
  #heap: Happening[] = [];
  #orders = 0;
  #now = BEGINNING_MS;
  /** The wall clock's distance from the true time: clock jumps change it. */
  wallErrorMs = 0;

  get now(): SteadyMs {
    return steady(this.#now);
  }

  get wallNow(): WallMs {
    return wall(Math.floor(this.#now) + this.wallErrorMs);
  }

  /** When the next thing happens; `undefined` when nothing is planned. */
  get next(): number | undefined {
    while (this.#heap[0]?.cancelled) this.#pop();
    return this.#heap[0]?.at;
  }

  /** Plans something; a moment in the past happens next. @returns cancels it */
  plan(at: number, run: () => void): () => void {
    const happening: Happening = { at: Math.max(at, this.#now), order: this.#orders++, run, cancelled: false };
    this.#push(happening);
    return () => {
      happening.cancelled = true;
    };
  }

  /** Resolves after `ms` simulated milliseconds. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.plan(this.#now + ms, resolve));
  }

  /** Lets time pass up to `until`, or until nothing is planned, or until `enough` says so. */
  async run(until: number, enough: () => boolean = () => false): Promise<void> {
    await setImmediate();
    while (!enough()) {
      const at = this.next;
      if (at === undefined || at > until) break;
      const happening = this.#pop();
      this.#now = at;
      happening?.run();
      await setImmediate();
    }
    if (!enough()) this.#now = Math.max(this.#now, Math.min(until, Number.MAX_SAFE_INTEGER));
  }

  /** Lets `ms` milliseconds pass. */
  pass(ms: number): Promise<void> {
    return this.run(this.#now + ms);
  }

  /**
   * A view of this time.
   */
  clock(): Clock {
    return {
      now: () => this.now,
      wallNow: () => this.wallNow,
      timer: (at, fire) => this.plan(at, fire),
    };
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    heap.push(happening);
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfEarlier(child, parent)) break;
      child = parent;
    }
  }

  #pop(): Happening | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return first;
    heap[0] = last;
    let parent = 0;
    for (;;) {
      const left = parent * 2 + 1;
      const right = left + 1;
      const child = right < heap.length && this.#earlier(right, left) ? right : left;
      if (child >= heap.length || !this.#swapIfEarlier(child, parent)) return first;
      parent = child;
    }
  }

  #earlier(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (one === undefined || other === undefined) return false;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    if (!this.#earlier(child, parent)) return false;
    const [one, other] = [this.#heap[child], this.#heap[parent]];
    if (one === undefined || other === undefined) return false;
    this.#heap[child] = other;
    this.#heap[parent] = one;
    return true;
  }
}

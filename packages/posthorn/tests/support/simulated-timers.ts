// The sender's time, simulated, around real sockets: timers fire when the test lets time pass, never because a machine is
// busy. Bytes move at once, for all that is measured here.

import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

/** Turns of the event loop after each millisecond: enough for a byte to get from one socket of this process to another. */
const TURNS = 4;

export class SimulatedTimers {
  readonly #test: TestContext;
  /** Since the beginning of the test. */
  nowMs = 0;

  /** From here to the end of the test, which must run alone in its process: timers and `performance` are everybody's. */
  constructor(test: TestContext) {
    this.#test = test;
    test.mock.method(performance, 'now', () => this.nowMs);
    test.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  }

  /** Lets `ms` milliseconds pass, one by one. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed++) await this.#passOne();
  }

  /** Waits for something that takes no time but turns of the event loop. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await turn();
  }

  /** Lets time pass until a promise has ended. @returns the milliseconds that it took, beside what it gave */
  async timed<T>(promise: Promise<T>): Promise<{ readonly ms: number; readonly value: T }> {
    const beganAt = this.nowMs;
    let ended = false;
    const end = () => {
      ended = true;
    };
    promise.then(end, end);
    await this.#turns();
    while (!ended) await this.#passOne();
    return { ms: this.nowMs - beganAt, value: await promise };
  }

  async #passOne(): Promise<void> {
    this.nowMs += 1;
    this.#test.mock.timers.tick(1);
    await this.#turns();
  }

  async #turns(): Promise<void> {
    for (let turns = 0; turns < TURNS; turns++) await turn();
  }
}

// One life of a posthorn process: an engine whose four seams can be cut at any moment. A dead process never hears an answer
// again; a frozen one hears everything late, timers before replies, as after SIGSTOP.
import { Engine, type EngineSettings } from '../../posthorn/src/engine/engine.ts';
import type { Report } from '../../posthorn/src/engine/reports.ts';
import type { Clock } from '../../posthorn/src/seams/clock.ts';
import type { Random } from '../../posthorn/src/seams/random.ts';
import type { Sender } from '../../posthorn/src/seams/sender.ts';
import type { Store } from '../../posthorn/src/seams/store/index.ts';
import type { WireCall } from '../../posthorn/tests/support/scripted-sender.ts';
import type { SimulatedTime } from '../../posthorn/tests/support/simulated-time.ts';

export interface Surroundings {
  readonly time: SimulatedTime;
  readonly store: (life: Incarnation) => Store;
  readonly send: (life: Incarnation) => Sender;
  readonly random: Random;
  readonly clock: (clock: Clock) => Clock;
  readonly settings: EngineSettings;
  readonly report: (life: Incarnation, report: Report) => void;
}

export class Incarnation {
  readonly engine: Engine;
  readonly name: string;
  /** Calls of this process that have not ended. */
  readonly openCalls = new Set<WireCall>();
  readonly #time: SimulatedTime;
  readonly #timers = new Set<() => void>();
  #state: 'alive' | 'frozen' | 'dead' = 'alive';
  #unheard: { timer: boolean; hear: () => void }[] = [];

  constructor(name: string, around: Surroundings) {
    this.name = name;
    this.#time = around.time;
    this.engine = new Engine({
      store: around.store(this),
      sender: around.send(this),
      clock: this.#clock(around.clock(around.time.clock())),
      random: around.random,
      settings: around.settings,
      report: (report) => around.report(this, report),
    });
  }

  get alive(): boolean {
    return this.#state === 'alive';
  }

  get dead(): boolean {
    return this.#state === 'dead';
  }

  /** Timers that are set and have not fired. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets the process hear something: now, later when it is frozen, or never. */
  hear(hear: () => void, timer = false): void {
    if (this.#state === 'alive') hear();
    else if (this.#state === 'frozen') this.#unheard.push({ timer, hear });
  }

  kill(): void {
    this.#state = 'dead';
    this.#unheard = [];
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    for (const call of this.openCalls) call.endedAt ??= this.#time.now;
    this.openCalls.clear();
  }

  freeze(): void {
    if (this.#state === 'alive') this.#state = 'frozen';
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'alive';
    const unheard = this.#unheard;
    this.#unheard = [];
    for (const { hear } of [...unheard.filter(({ timer }) => timer), ...unheard.filter(({ timer }) => !timer)]) hear();
  }

  #clock(clock: Clock): Clock {
    return {
      ...clock,
      timer: (at, fire) => {
        const cancel = clock.timer(at, () => {
          this.#timers.delete(cancel);
          this.hear(fire, true);
        });
        this.#timers.add(cancel);
        return () => {
          this.#timers.delete(cancel);
          cancel();
        };
      },
    };
  }
}

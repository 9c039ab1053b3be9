// The calls under way, by the signal that ends them. A thousand listeners on one signal would be searched through at the end
// of every call; here each signal has one listener and a set.

export interface Stoppable {
  stop(): void;
}

export class UnderWay {
  readonly #all = new Set<Stoppable>();
  readonly #bySignal = new WeakMap<AbortSignal, Set<Stoppable>>();

  add(signal: AbortSignal, call: Stoppable): void {
    this.#all.add(call);
    let calls = this.#bySignal.get(signal);
    if (calls === undefined) {
      const added = new Set<Stoppable>();
      calls = added;
      this.#bySignal.set(signal, added);
      signal.addEventListener('abort', () => stopEach(added), { once: true });
    }
    calls.add(call);
  }

  delete(signal: AbortSignal, call: Stoppable): void {
    this.#all.delete(call);
    this.#bySignal.get(signal)?.delete(call);
  }

  stopAll(): void {
    stopEach(this.#all);
  }
}

/** Each leaves the set as it stops. */
function stopEach(calls: ReadonlySet<Stoppable>): void {
  for (const call of [...calls]) call.stop();
}

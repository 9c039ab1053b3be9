// One place where the engine's parts say that something may be due, so that none of them must know who claims it.
import type { SteadyMs } from '../domain/time.ts';

/** A part that looks for due deliveries. */
export interface DueListener {
  mayBeDue?(at: SteadyMs): void;
  mayClaim?(): void;
  lookAround(): void;
}

export class DueNotice {
  readonly #listeners: DueListener[] = [];

  /** Tells `listener` from now on. */
  tell(listener: DueListener): void {
    this.#listeners.push(listener);
  }

  /** A delivery has become due at `at`, or will, or may have. */
  mayBeDue(at: SteadyMs): void {
    for (const listener of this.#listeners) listener.mayBeDue?.(at);
  }

  /** Known work may be claimed that could not be: there is room again, or the right to claim. Cheap; may be called often. */
  mayClaim(): void {
    for (const listener of this.#listeners) listener.mayClaim?.();
  }

  /** There may be work that this process knows nothing of: what others have left behind, or what a lost answer did. */
  lookAround(): void {
    for (const listener of this.#listeners) listener.lookAround();
  }
}

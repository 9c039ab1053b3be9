// How pages stay current: the stream says what happens, and whoever shows it asks again or changes it in place. While there
// is no stream – refused, cut, or more readers than the server takes – everything is asked for again at short intervals.
import { withQuery } from '../api/client.ts';
import { atRoot } from '../api/root.ts';
import { Changes } from './changes.ts';
import { Connection } from './connection.ts';
import type { ServerSent } from './server-sent.ts';

/** Changes are passed on this often at most, so that a burst of thousands is one change on the page, in milliseconds. */
const PASS_ON_MS = 200;
/** Lists and whatever moves on its own, without a stream. */
export const LIST_INTERVAL_MS = 2_000;
/** With a stream: what other processes do, and what no message tells. */
const QUIET_INTERVAL_MS = 5_000;
/** Things that change by hand only. */
export const SETTINGS_INTERVAL_MS = 15_000;
/** After an error: long enough to leave a struggling server alone. */
const AFTER_ERROR_MS = 5_000;

type Listener = (changes: Changes) => void;

class Live {
  #flows = false;
  #changes = new Changes();
  #passOn: ReturnType<typeof setTimeout> | undefined;
  #passedOnAt = Number.NEGATIVE_INFINITY;
  readonly #listeners = new Set<Listener>();
  readonly #watchers = new Set<() => void>();

  /** Whether the stream flows. */
  readonly flows = (): boolean => this.#flows;

  /** Hears all changes. @returns stops hearing */
  readonly listen = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Is told when the stream begins or ceases to flow. @returns stops being told */
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /**
   * Listens to what happens, as long as somebody can see it.
   * @param tenant whose; `undefined` for all
   * @returns ends it
   */
  follow(tenant: string | undefined): () => void {
    const connection = new Connection({
      open: (lastId, signal) =>
        fetch(atRoot(withQuery('/v1/stream', { tenant })), {
          signal,
          cache: 'no-store',
          headers: lastId === undefined ? {} : { 'last-event-id': lastId },
        }),
      onMessage: (message) => this.#take(message),
      onFlow: (flows) => this.#flow(flows),
    });
    const look = () => (document.hidden ? connection.stop() : connection.start());
    document.addEventListener('visibilitychange', look);
    look();
    return () => {
      document.removeEventListener('visibilitychange', look);
      connection.stop();
      clearTimeout(this.#passOn);
      this.#passOn = undefined;
      this.#changes = new Changes();
    };
  }

  #take(message: ServerSent): void {
    this.#changes.add(message);
    if (this.#passOn !== undefined) return;
    const waitMs = Math.max(0, this.#passedOnAt + PASS_ON_MS - performance.now());
    this.#passOn = setTimeout(() => {
      this.#passOn = undefined;
      this.#passedOnAt = performance.now();
      const changes = this.#changes;
      this.#changes = new Changes();
      this.#tell(changes);
    }, waitMs);
  }

  #flow(flows: boolean): void {
    this.#flows = flows;
    for (const watcher of this.#watchers) watcher();
    // From here on whoever shows something has to ask, and asking begins now.
    if (!flows && !document.hidden) this.#tell(Changes.ofEverything());
  }

  #tell(changes: Changes): void {
    for (const listener of this.#listeners) listener(changes);
  }
}

/** The one of this page. */
export const live = new Live();

interface Asked {
  readonly state: { readonly status: 'pending' | 'error' | 'success' };
}

/** For `refetchInterval`: asks again every `ms`, more rarely while the stream flows or the server fails. */
export const every =
  (ms: number) =>
  ({ state }: Asked): number =>
    state.status === 'error' ? Math.max(ms, AFTER_ERROR_MS) : live.flows() ? Math.max(ms, QUIET_INTERVAL_MS) : ms;

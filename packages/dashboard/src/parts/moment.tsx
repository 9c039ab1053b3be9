// A moment as people say it, with the exact one beside it for those who need it.
import { useSyncExternalStore } from 'react';
import { agoText } from '../../../posthorn/src/apps/words/times.ts';
import { clockText } from './time.ts';

const TICK_MS = 1_000;

/** One clock for everything that is shown: a list has a hundred moments. */
const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    now = Date.now();
    ticking = setInterval(tick, TICK_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(ticking);
  };
}

/** The time now, once a second. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

/** `14 s ago`, kept current. @param at ISO 8601 */
export function Moment({ at }: { readonly at: string }) {
  // The text changes more rarely than the time does.
  const text = useSyncExternalStore(subscribe, () => agoText(at, now));
  return (
    <time dateTime={at} title={clockText(at)}>
      {text}
    </time>
  );
}

/** Date and time of day. @param at ISO 8601 */
export function Clock({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at}>
      {clockText(at)}
    </time>
  );
}

// A moment as people say it, with the exact one beside it for those who need it.
import { useEffect, useState } from 'react';
import { agoText } from '../../../posthorn/src/apps/words/times.ts';
import { clockText } from './time.ts';

const TICK_MS = 1_000;

/** The time now, once a second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** `14 s ago`, kept current. @param at ISO 8601 */
export function Moment({ at }: { readonly at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={clockText(at)}>
      {agoText(at, now)}
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

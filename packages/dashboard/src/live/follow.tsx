// Follows the stream for the pages below it, and shows whether there is one.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { askAgain } from './ask-again.ts';
import { live } from './live.ts';

/** @param tenant whose changes; `undefined` for everybody's */
export function useFollow(tenant: string | undefined): void {
  const queries = useQueryClient();
  useEffect(() => live.listen(askAgain(queries)), [queries]);
  useEffect(() => live.follow(tenant), [tenant]);
}

/** Says whether what is shown comes by itself or is asked for. */
export function LiveSign() {
  const flows = useSyncExternalStore(live.watch, live.flows);
  return (
    <span
      className={`live-sign ${flows ? 'flows' : ''}`}
      title={flows ? 'Shown as it happens' : 'No live stream: the page asks every 2 s'}
    >
      {flows ? 'Live' : 'Asking'}
    </span>
  );
}

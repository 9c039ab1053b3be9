// A store whose calls of the hot path are timed and counted, once per batch. It changes nothing about them.
import type { Clock } from '../../seams/clock.ts';
import type { Store } from '../../seams/store/index.ts';
import type { StoreCall } from './metrics.ts';

type Note = (call: StoreCall, size: number, tookMs: number) => void;

/**
 * @param store an object of functions that stand alone, as both adapters make it
 * @param note told of every call that was answered
 */
export function measuredStore(store: Store, clock: Clock, note: Note): Store {
  async function measured<Answer>(
    name: StoreCall,
    call: () => Promise<Answer>,
    sizeOf: (answer: Answer) => number,
  ): Promise<Answer> {
    const startedAt = clock.now();
    const answer = await call();
    note(name, sizeOf(answer), clock.now() - startedAt);
    return answer;
  }

  return {
    ...store,
    accept: (owner, groups) =>
      measured(
        'accept',
        () => store.accept(owner, groups),
        () => groups.reduce((sum, { events }) => sum + events.length, 0),
      ),
    record: (owner, records) =>
      measured(
        'record',
        () => store.record(owner, records),
        () => records.length,
      ),
    claimDue: (owner, now, limit) =>
      measured(
        'claim_due',
        () => store.claimDue(owner, now, limit),
        ({ deliveries }) => deliveries.length,
      ),
    claimBacklog: (owner, wants) =>
      measured(
        'claim_backlog',
        () => store.claimBacklog(owner, wants),
        ({ deliveries }) => deliveries.length,
      ),
  };
}

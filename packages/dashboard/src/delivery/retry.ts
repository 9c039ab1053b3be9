// One more attempt that somebody asked for.
import type { Delivery } from '../api/answers.ts';

/** Whether it is still to come. @param before how many attempts had been made when it was asked for */
export const isToCome = ({ state, attemptCount }: Pick<Delivery, 'state' | 'attemptCount'>, before: number): boolean =>
  state === 'pending' && attemptCount <= before;

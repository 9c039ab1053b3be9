// How a receiver answers: what is asked for on the command line, worked out per call.

/** The receiver's behaviour for one call. */
export type Answer =
  | { readonly kind: 'status'; readonly status: number; readonly delayMs: number }
  /** Takes the call and never says anything. */
  | { readonly kind: 'silence' };

/** @param seen how often a call with this correlation id has come before to the same path */
export type Behaviour = (seen: number) => Answer;

export const answers =
  (status: number, delayMs = 0): Behaviour =>
  () => ({ kind: 'status', status, delayMs });

export const hangs: Behaviour = () => ({ kind: 'silence' });

/** Answers the first `times` calls of every event with `failure`, later ones with `success`. */
export function failsFirst(times: number, failure: number, success: number, delayMs = 0): Behaviour {
  return (seen) => ({ kind: 'status', status: seen < times ? failure : success, delayMs });
}

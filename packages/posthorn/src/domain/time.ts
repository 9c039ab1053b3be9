// Two kinds of time that must not be mixed: what a person reads on the wall, and what due times are measured on.

declare const brand: unique symbol;

/** Milliseconds since 1970 by the machine's wall clock: for people to read. It may jump, so nothing waits on it. */
export type WallMs = number & { readonly [brand]: 'wall' };

/**
 * Milliseconds on the steady clock: monotonic since boot plus an offset kept per boot. Close to UTC, yet untouched by
 * clock jumps and the same before and after a restart of the process. Every due time is on it.
 */
export type SteadyMs = number & { readonly [brand]: 'steady' };

export const wall = (ms: number): WallMs => ms as WallMs;
export const steady = (ms: number): SteadyMs => ms as SteadyMs;

/** The earlier of two moments of which either may be missing. */
export function earlier(a: WallMs | null, b: WallMs | null): WallMs | null {
  return a === null || (b !== null && b < a) ? b : a;
}

/** ISO 8601 in UTC with milliseconds, e.g. `2026-11-23T18:59:00.000Z`. */
export function isoTime(at: WallMs): string {
  // biome-ignore lint/style/noRestrictedGlobals: formats the moment it is given and reads no clock
  return new Date(at).toISOString();
}

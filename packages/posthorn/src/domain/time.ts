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

/** The whole millisecond that `at` lies in: what the store is told as the present, so that nothing is due early. */
export const wholeMs = (at: SteadyMs): SteadyMs => steady(Math.floor(at));

/** The first whole millisecond that is not before `at`: what due times are counted from, so that no retry is early. */
export const nextWholeMs = (at: SteadyMs): SteadyMs => steady(Math.ceil(at));

/** The earlier of two moments of which either may be missing. */
export function earlier(a: WallMs | null, b: WallMs | null): WallMs | null {
  return a === null || (b !== null && b < a) ? b : a;
}

/** ISO 8601 in UTC with milliseconds, e.g. `2026-11-23T18:59:00.000Z`. */
export function isoTime(at: WallMs): string {
  // biome-ignore lint/style/noRestrictedGlobals: formats the moment it is given and reads no clock
  return new Date(at).toISOString();
}

/** A moment by RFC 3339, section 5.6: any offset, any number of digits. For JSON schemas; whether it exists is apart. */
export const MOMENT_PATTERN = '^\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+-]\\d{2}:\\d{2})$';

const MOMENT = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/**
 * Reads a moment by RFC 3339, such as `2026-11-23T19:59:00.123456+01:00`. Fractions of a millisecond are rounded up:
 * then "at or after" and "before" mean the same to what is counted in milliseconds.
 * @returns `undefined` if it is none, or one that does not exist: 30 February, 24:00, a leap second
 */
export function readMoment(text: string): WallMs | undefined {
  const [, day, time, digits = '', sign, hours = '0', minutes = '0'] = MOMENT.exec(text.toUpperCase()) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  // biome-ignore lint/style/noRestrictedGlobals: reads the text it is given and no clock
  const local = new Date(`${day}T${time}Z`);
  // The 30th of February is read as the 2nd of March.
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(`${day}T${time}`)) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
  const [wholeMs, rest] = [digits.slice(0, 3).padEnd(3, '0'), digits.slice(3)];
  return wall(local.getTime() + Number(wholeMs) + (/[1-9]/.test(rest) ? 1 : 0) - offsetMs);
}

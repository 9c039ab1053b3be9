// Moments as people type them, and as tables and lines show them. Everything is in UTC, like the log and the API.
import { isoTime, readMoment as parseMoment } from '../../domain/time.ts';
import { CommandError, EXIT } from '../command/exit-codes.ts';
import type { Reader } from '../settings/values.ts';

const UNITS_MS = { s: 1_000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
type Unit = keyof typeof UNITS_MS;

const AGO = /^(\d{1,5}) ?(s|min|m|h|d|w)(?: ago)?$/;
const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})?)?$/;

const isUnit = (text: string | undefined): text is Unit => text !== undefined && Object.hasOwn(UNITS_MS, text);

/**
 * Reads `2h`, `3d ago`, `2026-11-23` or `2026-11-23T18:59:00Z`; without an offset it is UTC.
 * @param now milliseconds since 1970
 * @returns ISO 8601 in UTC, as the API takes it
 */
export function readMoment(now: number): Reader<string> {
  return (text) => {
    const [, count, unit] = AGO.exec(text) ?? [];
    if (isUnit(unit)) return { ok: true, value: new Date(now - Number(count) * UNITS_MS[unit]).toISOString() };
    const [, day, time = '00:00', seconds = ':00', offset = 'Z'] = MOMENT.exec(text) ?? [];
    const at = parseMoment(`${day}T${time}${seconds}${offset}`);
    return at !== undefined
      ? { ok: true, value: isoTime(at) }
      : { ok: false, allowed: 'a moment like 2h, 3d, 2026-11-23 or 2026-11-23T18:59:00Z' };
  };
}

/**
 * @param since ISO 8601 in UTC, as is `until`
 * @throws CommandError when nothing can be between them
 */
export function expectSpan({ since, until }: { readonly since?: string; readonly until?: string }): void {
  if (since === undefined || until === undefined || since < until) return;
  throw new CommandError(
    `--since (${longMoment(since)}) must be earlier than --until (${longMoment(until)}).`,
    EXIT.usage,
  );
}

/** `18:59:04` for today, `11-23 18:59` for this year, else `2025-11-23`. @param at ISO 8601 in UTC */
export function shortMoment(at: string, now: number): string {
  const today = new Date(now).toISOString();
  if (at.slice(0, 10) === today.slice(0, 10)) return at.slice(11, 19);
  return at.slice(0, 4) === today.slice(0, 4) ? `${at.slice(5, 10)} ${at.slice(11, 16)}` : at.slice(0, 10);
}

/** `2026-11-23 18:59:04.120 UTC`. @param at ISO 8601 in UTC */
export const longMoment = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 23)} UTC`;

// Times for people: how long, and how long ago. The dashboard and the command line say the same.

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `12 ms`, `1.4 s`, `20 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. */
export function durationText(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND_MS) return `${Number((ms / SECOND_MS).toFixed(1))} s`;
  if (ms < MINUTE_MS - 500) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return two(ms, MINUTE_MS, 'min', SECOND_MS, 's');
  if (ms < DAY_MS) return two(ms, HOUR_MS, 'h', MINUTE_MS, 'min');
  return two(ms, DAY_MS, 'd', HOUR_MS, 'h');
}

function two(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const smalls = Math.round(ms / small);
  const per = large / small;
  const rest = smalls % per;
  return `${Math.floor(smalls / per)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** `just now`, `14 s ago`, `3 min ago`; `in 14 s` for what is to come. @param at ISO 8601 */
export function agoText(at: string, now: number): string {
  const ms = now - Date.parse(at);
  const size = Math.abs(ms);
  if (size < SECOND_MS) return ms < 0 ? 'now' : 'just now';
  const [unit, name] = (
    [
      [DAY_MS, 'd'],
      [HOUR_MS, 'h'],
      [MINUTE_MS, 'min'],
      [SECOND_MS, 's'],
    ] as const
  ).find(([each]) => size >= each) ?? [SECOND_MS, 's'];
  const amount = `${Math.floor(size / unit)} ${name}`;
  return ms < 0 ? `in ${amount}` : `${amount} ago`;
}

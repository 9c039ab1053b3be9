// Moments as the reader's own clock and language have them, with the zone of that clock.
const CLOCK = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

/** Date, time of day and zone where the reader is. @param at ISO 8601 */
export const clockText = (at: string): string => CLOCK.format(new Date(at));

const ZONE = new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' });

/** The zone of the reader's clock at a moment, e.g. `GMT+1`. @param at ISO 8601; left out, now */
export const zoneText = (at?: string): string =>
  ZONE.formatToParts(at === undefined ? new Date() : new Date(at)).find(({ type }) => type === 'timeZoneName')?.value ??
  '';

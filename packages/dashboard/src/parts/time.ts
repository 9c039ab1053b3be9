// Moments as the reader's own clock and language have them.
const CLOCK = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Date and time of day where the reader is. @param at ISO 8601 */
export const clockText = (at: string): string => CLOCK.format(new Date(at));

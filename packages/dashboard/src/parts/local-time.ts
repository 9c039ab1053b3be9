// Moments between fields for date and time, which know the reader's own time only, and the API.

/** The text that a field shows for a moment. @param at ISO 8601 */
export function toLocalField(at: string | undefined): string {
  if (at === undefined) return '';
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return '';
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment that somebody entered. */
export const fromLocalField = (text: string): string | undefined =>
  text === '' ? undefined : new Date(text).toISOString();

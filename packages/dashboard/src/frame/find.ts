// Finds what a text stands for, whoever's it is: a receiver knows the headers of the calls it got, a producer the event that it
// posted, a customer an order number.

import type { Found, Match } from '../api/answers.ts';
import { get, withQuery } from '../api/client.ts';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** The part of a text to search for: the first whole id in it, e.g. in a line from a log, or else all of it. */
export const soughtIn = (text: string): string => UUID.exec(text)?.[0].toLowerCase() ?? text.trim();

export const findAnywhere = (text: string): Promise<Found> => get<Found>(withQuery('/v1/find', { id: soughtIn(text) }));

/** The page of what was found: a delivery, or the deliveries of an event. */
export function pathOfMatch({ kind, tenant, value, deliveryId, eventId }: Match): string {
  const deliveries = `/t/${encodeURIComponent(tenant)}/deliveries`;
  if (deliveryId === null) return `${deliveries}?eventId=${eventId ?? ''}`;
  return `${deliveries}/${deliveryId}${kind === 'attempt' ? `?attempt=${value}` : ''}`;
}

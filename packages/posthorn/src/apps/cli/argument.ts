// Readers of values as the command line takes them.
import { InvalidArgumentError } from 'commander';
import { isSubscription } from '../../domain/event-type.ts';
import { isOwnId, isUuid } from '../../domain/ids.ts';
import type { Reader } from '../settings/values.ts';

/** A reader as the command line takes it. */
export function argument<T>(read: Reader<T>): (text: string) => T {
  return (text) => {
    const reading = read(text);
    if (!reading.ok) throw new InvalidArgumentError(`It must be ${reading.allowed}.`);
    return reading.value;
  };
}

/** An id of anything but a tenant. Copied from elsewhere it may have capital letters. */
export const id: Reader<string> = (text) => {
  const value = text.trim().toLowerCase();
  return isUuid(value)
    ? { ok: true, value }
    : { ok: false, allowed: 'a complete id, e.g. 0190163d-8694-739b-aea5-966c26f8ad91' };
};

/** An event's id: the UUID, or the text that its producer chose. */
export const eventId: Reader<string> = (text) => {
  const value = text.trim();
  if (isUuid(value.toLowerCase())) return { ok: true, value: value.toLowerCase() };
  return isOwnId(value) ? { ok: true, value } : { ok: false, allowed: 'the id of an event, e.g. order-20417' };
};

/** One of what an endpoint may want; for lists. */
export const subscription: Reader<string> = (text) =>
  isSubscription(text)
    ? { ok: true, value: text }
    : {
        ok: false,
        allowed: 'event types, or prefixes that end with .*, :* or /*, separated by commas, e.g. order.*,user.created',
      };

// Event types and subscriptions: how both are spelled, and which types a subscription wants.
// A type is dot-separated (`order.line.added`); a subscription is a type, or a prefix of one ending in `.*`.

/** Long enough for any name people chose; short enough to be a column, a label and a filter in a URL. */
export const MAX_EVENT_TYPE_CHARACTERS = 128;

/** Segments of letters, digits, `_` and `-`, joined by single dots: none is empty. For JSON schemas; length is apart. */
export const EVENT_TYPE_PATTERN = '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$';
/** An event type, or one followed by `.*`. For JSON schemas; length is apart. */
export const SUBSCRIPTION_PATTERN = '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*(\\.\\*)?$';

const EVENT_TYPE = new RegExp(EVENT_TYPE_PATTERN);
const SUBSCRIPTION = new RegExp(SUBSCRIPTION_PATTERN);
const ANY_BELOW = '.*';

/** An event's type: 1–128 characters, e.g. `user.created`. */
export function isEventType(text: string): boolean {
  return text.length <= MAX_EVENT_TYPE_CHARACTERS && EVENT_TYPE.test(text);
}

/** What an endpoint may subscribe to: `user.created`, or `user.*` for everything below `user.`. 1–128 characters. */
export function isSubscription(text: string): boolean {
  return text.length <= MAX_EVENT_TYPE_CHARACTERS && SUBSCRIPTION.test(text);
}

/**
 * Whether one of the subscriptions wants events of this type. `user.*` wants `user.created` and `user.a.b`, not `user`.
 * @param eventTypes subscriptions as `isSubscription` allows them; `null` wants every type, an empty list none
 */
export function matches(eventTypes: readonly string[] | null, type: string): boolean {
  if (eventTypes === null) return true;
  for (const wanted of eventTypes) {
    if (wanted === type) return true;
    if (wanted.endsWith(ANY_BELOW) && type.startsWith(wanted.slice(0, -1))) return true;
  }
  return false;
}

// Event types and subscriptions: how both are spelled, and which types a subscription wants.
// A type is usually dot-separated (`order.line.added`); a subscription is a type, or the beginning of types and a star.

/** Long enough for any name people chose; short enough to be a column, a label and a filter in a URL. */
export const MAX_EVENT_TYPE_CHARACTERS = 128;

/** Segments of letters, digits and `_ - : /`, joined by single dots: none is empty. For JSON schemas; length is apart. */
export const EVENT_TYPE_PATTERN = '^[A-Za-z0-9_:/-]+(\\.[A-Za-z0-9_:/-]+)*$';
/** An event type; one followed by `.*`; one that ends in `:` or `/`, followed by `*`; or `*`. For JSON schemas; length is apart. */
export const SUBSCRIPTION_PATTERN =
  '^(\\*|[A-Za-z0-9_:/-]+(\\.[A-Za-z0-9_:/-]+)*(\\.\\*)?|([A-Za-z0-9_:/-]+\\.)*[A-Za-z0-9_:/-]*[:/]\\*)$';
/** The grammar of both in words, for descriptions and errors. */
export const EVENT_TYPE_GRAMMAR = `1 to ${MAX_EVENT_TYPE_CHARACTERS} characters of A-Z a-z 0-9 _ - : / and single dots between them`;
export const SUBSCRIPTION_GRAMMAR =
  'an event type, a prefix ending in .*, :* or /*, such as user.*, or * for every type';

const EVENT_TYPE = new RegExp(EVENT_TYPE_PATTERN);
const SUBSCRIPTION = new RegExp(SUBSCRIPTION_PATTERN);
const STAR = '*';

/** An event's type: 1–128 characters, e.g. `user.created`, `order:paid` or `orders/v2`. */
export function isEventType(text: string): boolean {
  return text.length <= MAX_EVENT_TYPE_CHARACTERS && EVENT_TYPE.test(text);
}

/** Subscriptions of an endpoint: `user.created`, `user.*` for everything below `user.`, `*`. 1–128 characters. */
export function isSubscription(text: string): boolean {
  return text.length <= MAX_EVENT_TYPE_CHARACTERS && SUBSCRIPTION.test(text);
}

/** Subscriptions in their one stored form: a list with `*` in it is `null`, as is one that was left out. */
export function storedSubscriptions(eventTypes: readonly string[] | null): readonly string[] | null {
  return eventTypes?.includes(STAR) ? null : eventTypes;
}

/** The beginning of the types that a subscription wants, e.g. `user.` of `user.*`; `undefined` if it is one exact type. */
export function subscribedPrefix(subscription: string): string | undefined {
  return subscription.endsWith(STAR) ? subscription.slice(0, -1) : undefined;
}

/**
 * Whether one of the subscriptions wants events of this type. `user.*` wants `user.created` and `user.a.b`, not `user`.
 * @param eventTypes subscriptions as `isSubscription` allows them; `null` wants every type, an empty list none
 */
export function matches(eventTypes: readonly string[] | null, type: string): boolean {
  if (eventTypes === null) return true;
  for (const wanted of eventTypes) {
    if (wanted === type) return true;
    const prefix = subscribedPrefix(wanted);
    if (prefix !== undefined && type.startsWith(prefix)) return true;
  }
  return false;
}

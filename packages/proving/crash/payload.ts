// The events of the crash suites: recognisable, with digits that a careless JSON parser would change.

const FILLING = 'x'.repeat(600);

/** JSON text of an event's payload, as it is posted. */
export function payloadOf(event: string): string {
  return `{"order":"${event}","amount":300.20,"count":12345678901234567890,"note":"${FILLING}"}`;
}

/** The fault of a body that was delivered for an event; `null` when there is none. */
export function payloadFault(body: string, event: string): string | null {
  const posted = payloadOf(event).slice(0, -1);
  if (!body.startsWith(posted)) return 'its body is not the payload that was posted';
  const { eventId }: { eventId?: unknown } = JSON.parse(body);
  return eventId === event ? null : 'the eventId in its body is not its correlation id';
}

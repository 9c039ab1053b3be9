// Sample events in the shapes of iAdvize's public webhook reference, for test calls and the demo. The envelope (eventId,
// eventType, createdAt, sentAt) is left to be filled in, as it is for every event that comes without one.
import { matches } from '../../domain/event-type.ts';
import { compactJson } from '../../domain/json.ts';

export interface SampleEvent {
  readonly type: string;
  /** Compact JSON, kept as text: an amount of 300.20 is sent as 300.20. */
  readonly payload: string;
}

const CONVERSATION = `
  "platform": "ha",
  "projectId": 1549,
  "clientId": 335,
  "conversationId": "4c1f8a52-6d0b-4f7e-9a38-2b5c7de01946"`;

const VISITOR = `
  "visitorExternalId": "84120377",
  "channel": "CHAT",
  "visitorId": "b97a2f60-3c4d-4b1e-8f05-61d2e8ac7730"`;

const USER = `{"platform": "ha", "clientId": 335, "userId": 15253}`;

function sample(type: string, payload: string): SampleEvent {
  const read = compactJson(Buffer.from(payload));
  if (!read.ok) throw new Error(`The sample of ${type} is not JSON.`);
  return { type, payload: read.text };
}

/** One of each kind; satisfaction comes in three forms. */
export const IADVIZE_SAMPLES: readonly SampleEvent[] = [
  sample('user.created', USER),
  sample('v2.conversation.pushed', `{${CONVERSATION}, "operatorId": 15253, ${VISITOR}}`),
  sample('v2.conversation.closed', `{${CONVERSATION}, "operatorIds": [15253, 15254], ${VISITOR}}`),
  sample('user.updated', USER),
  sample('user.connected', USER),
  sample('user.disconnected', USER),
  sample(
    'visitor.updated',
    `{"platform": "ha", "clientId": 335, "operatorId": 15253, "visitorId": "5fb1c04e1b628a50b09835dc6c0e92565329c74baa90e"}`,
  ),
  sample('satisfaction.answered', `{${CONVERSATION}, "customerSatisfaction": 4}`),
  sample('satisfaction.answered', `{${CONVERSATION}, "netPromoterScore": 9}`),
  sample('satisfaction.answered', `{${CONVERSATION}, "satisfactionComment": "Quick and kind, thank you"}`),
  sample(
    'transaction.attributed',
    `{${CONVERSATION},
      "transactionId": "e03b7c19-52fd-4d86-b7a1-9c40f6128e5b",
      "receivedAt": "2026-11-23T18:59:00+01:00",
      "externalId": "order-20417",
      "amount": 300.20,
      "source": "Onsite",
      "operatorId": 15253}`,
  ),
];

/**
 * An event that an endpoint with these subscriptions wants: a sample of its first one that there is a sample of, else an
 * empty one of the first type it names.
 * @param eventTypes subscriptions, see `isSubscription`; `null` for all
 */
export function sampleFor(eventTypes: readonly string[] | null): SampleEvent {
  for (const wanted of eventTypes ?? ['user.created']) {
    const found = IADVIZE_SAMPLES.find(({ type }) => matches([wanted], type));
    if (found !== undefined) return found;
  }
  const [first = 'user.*'] = eventTypes ?? [];
  return { type: first.replace(/\*$/, 'sample'), payload: '{}' };
}

// The headers of a call as it went out. The API keeps no copy of them, because they follow from what it does keep; only the
// values of extra headers and the signature are left to those who may see the secret.
import type { Endpoint } from '../api/shapes.ts';
import type { HeaderLine } from '../parts/code.tsx';

interface CallFacts {
  readonly attemptId: string;
  readonly eventId: string;
  readonly headerPrefix: string;
  readonly userAgent: string;
}

/** @param endpoint as it is now; `undefined` when it was deleted */
export function requestHeaders(endpoint: Endpoint | undefined, facts: CallFacts): readonly HeaderLine[] {
  return [
    ...(endpoint?.headerNames ?? []).map((name) => [name, null] as const),
    ...(endpoint?.headerNames.includes('accept') ? [] : [['accept', '*/*'] as const]),
    ['content-type', 'application/json'],
    ['user-agent', facts.userAgent],
    [`${facts.headerPrefix}delivery`, facts.attemptId],
    [`${facts.headerPrefix}correlationid`, facts.eventId],
    [`${facts.headerPrefix}signature`, 'sha256= and the HMAC-SHA256 of the body with the endpoint’s secret, in hex'],
  ];
}

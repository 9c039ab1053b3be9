// The headers of a call, made again from the endpoint as it is now: they are what was sent unless it was changed since. The
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

/** Whether the endpoint was changed after a call began, so that the call may have been another. @param startedAt ISO 8601 */
export function changedAfter(endpoint: Pick<Endpoint, 'updatedAt'>, startedAt: string): boolean {
  return Date.parse(endpoint.updatedAt) > Date.parse(startedAt);
}

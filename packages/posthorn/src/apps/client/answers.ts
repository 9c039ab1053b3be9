// The API's answers. The types are those of the server's own schemas, so that a check that lacks one of their fields does
// not compile.
import type { Static } from 'typebox';
import { DELIVERY_STATES } from '../../domain/delivery.ts';
import { OUTCOMES } from '../../domain/outcome.ts';
import { REPLAY_STATES } from '../../domain/replay.ts';
import type { DeliveryDetailSchema, DeliverySchema, RetrySchema } from '../api/schemas/delivery.ts';
import type { CreatedEndpointSchema, EndpointSchema } from '../api/schemas/endpoint.ts';
import type { TestSchema } from '../api/schemas/event.ts';
import type { FoundSchema } from '../api/schemas/find.ts';
import type { DryRunSchema, ReplaySchema } from '../api/schemas/replay.ts';
import type { StatisticsSchema } from '../api/schemas/statistics.ts';
import type { TenantSchema } from '../api/schemas/tenant.ts';
import { figure, flag, type Guard, listOf, mapOf, oneOf, orNull, record, text } from './guard.ts';

export type Match = Static<typeof FoundSchema>['data'][number];
/** Those fields of a tenant that commands show. */
export type Tenant = Pick<Static<typeof TenantSchema>, keyof typeof TENANT>;
/** Those fields of an endpoint that commands show: a new setting is no change here until one shows it. */
export type Endpoint = Pick<Static<typeof EndpointSchema>, keyof typeof ENDPOINT>;
export type CreatedEndpoint = Pick<Static<typeof CreatedEndpointSchema>, keyof typeof ENDPOINT | 'secret'>;
export type Delivery = Static<typeof DeliverySchema>;
export type DeliveryDetail = Static<typeof DeliveryDetailSchema>;
export type Attempt = DeliveryDetail['attempts'][number];
export type Retry = Static<typeof RetrySchema>;
export type TestResult = Static<typeof TestSchema>;
export type Statistics = Static<typeof StatisticsSchema>;
export type Replay = Static<typeof ReplaySchema>;
/** One call, of a delivery or a test. */
export type Call = Pick<Attempt, keyof typeof CALL>;

const TENANT = { id: text, name: text, createdAt: text, updatedAt: text };

export const isTenant: Guard<Tenant> = record(TENANT);

const ENDPOINT = {
  id: text,
  url: text,
  eventTypes: orNull(listOf(text)),
  description: text,
  scheduleMs: listOf(figure),
  connectTimeoutMs: figure,
  replyTimeoutMs: figure,
  enabled: flag,
  headerNames: listOf(text),
  createdAt: text,
  updatedAt: text,
};

export const isEndpoint: Guard<Endpoint> = record(ENDPOINT);
export const isCreatedEndpoint: Guard<CreatedEndpoint> = record({ ...ENDPOINT, secret: text });

const CALL = {
  id: text,
  startedAt: text,
  connectMs: orNull(figure),
  durationMs: figure,
  outcome: oneOf(OUTCOMES),
  status: orNull(figure),
  responseHeaders: listOf(record({ name: text, value: orNull(text) })),
  responseBody: orNull(text),
  responseBodyEncoding: oneOf(['utf-8', 'base64']),
  responseTruncated: flag,
  repeated: flag,
  error: orNull(text),
};

const request = record({
  method: oneOf(['POST']),
  ...{ url: text, profile: text, signature: orNull(text) },
  headers: listOf(record({ name: text, value: orNull(text) })),
});

const DELIVERY = {
  id: text,
  endpointId: text,
  eventId: text,
  eventType: text,
  state: oneOf(DELIVERY_STATES),
  createdAt: text,
  attemptCount: figure,
  nextAttemptAt: orNull(text),
  endedAt: orNull(text),
  lastAttempt: orNull(record({ outcome: oneOf(OUTCOMES), status: orNull(figure), startedAt: text })),
  endpointHost: orNull(text),
};

const isAttempt: Guard<Attempt> = record({
  ...CALL,
  number: figure,
  trigger: oneOf(['schedule', 'manual']),
  version: orNull(figure),
  request: orNull(request),
  late: flag,
});

export const isDelivery: Guard<Delivery> = record(DELIVERY);
export const isDeliveryDetail: Guard<DeliveryDetail> = record({ ...DELIVERY, attempts: listOf(isAttempt) });
export const isFound: Guard<Static<typeof FoundSchema>> = record({
  data: listOf(
    record({
      kind: oneOf(['delivery', 'attempt', 'event', 'ownId', 'key']),
      ...{ tenant: text, value: text, at: text, deliveryId: orNull(text), eventId: orNull(text) },
    }),
  ),
  more: flag,
});
export const isRetry: Guard<Retry> = record({ id: text, retry: oneOf(['due', 'under_way']) });
export const isTest: Guard<TestResult> = record({
  attempt: record({ ...CALL, request }),
  eventId: text,
  body: text,
});

const COUNTS = { attempts: figure, failedAttempts: figure, succeeded: figure, exhausted: figure };

const step = record({
  ...COUNTS,
  at: text,
  accepted: orNull(figure),
  p50Ms: orNull(figure),
  p99Ms: orNull(figure),
  pending: orNull(figure),
});

export const isStatistics: Guard<Statistics> = record({
  ...COUNTS,
  span: oneOf(['hour', 'day', 'month']),
  since: text,
  until: text,
  stepMs: figure,
  accepted: orNull(figure),
  successRate: orNull(figure),
  outcomes: mapOf(OUTCOMES, figure),
  statuses: listOf(record({ status: figure, attempts: figure })),
  durationMs: record({ p50: orNull(figure), p90: orNull(figure), p99: orNull(figure) }),
  pending: record({ count: figure, capped: flag, oldestAt: orNull(text) }),
  steps: listOf(step),
});

const isTrue: Guard<true> = (value) => value === true;

export const isDryRun: Guard<Static<typeof DryRunSchema>> = record({ dryRun: isTrue, total: figure });

export const isReplay: Guard<Replay> = record({
  id: text,
  state: oneOf(REPLAY_STATES),
  endpointId: orNull(text),
  eventTypes: orNull(listOf(text)),
  states: listOf(oneOf(['succeeded', 'exhausted', 'cancelled'])),
  since: orNull(text),
  until: text,
  ratePerSecond: figure,
  total: figure,
  replayed: figure,
  skipped: figure,
  createdAt: text,
  endedAt: orNull(text),
});

/** A page of a list. */
export interface Listed<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

export const pageOf = <Item>(item: Guard<Item>): Guard<Listed<Item>> =>
  record({ data: listOf(item), nextCursor: orNull(text) });

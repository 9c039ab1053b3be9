// The API's answers. The types are those of the server's own schemas, so that a check that lacks one of their fields does
// not compile.
import type { Static } from 'typebox';
import { DELIVERY_STATES } from '../../domain/delivery.ts';
import { OUTCOMES } from '../../domain/outcome.ts';
import { REPLAY_STATES } from '../../domain/replay.ts';
import type { DeliveryDetailShape, DeliveryShape, RetryShape } from '../api/schemas/delivery.ts';
import type { CreatedEndpointShape, EndpointShape } from '../api/schemas/endpoint.ts';
import type { TestShape } from '../api/schemas/event.ts';
import type { FoundShape } from '../api/schemas/find.ts';
import type { DryRunShape, ReplayShape } from '../api/schemas/replay.ts';
import type { StatisticsShape } from '../api/schemas/statistics.ts';
import type { TenantShape } from '../api/schemas/tenant.ts';
import { figure, flag, listOf, mapOf, oneOf, orNull, record, type Shape, text } from './shape.ts';

export type Match = Static<typeof FoundShape>['data'][number];
export type Tenant = Static<typeof TenantShape>;
/** Those fields of an endpoint that commands show: a new setting is no change here until one shows it. */
export type Endpoint = Pick<Static<typeof EndpointShape>, keyof typeof ENDPOINT>;
export type CreatedEndpoint = Pick<Static<typeof CreatedEndpointShape>, keyof typeof ENDPOINT | 'secret'>;
export type Delivery = Static<typeof DeliveryShape>;
export type DeliveryDetail = Static<typeof DeliveryDetailShape>;
export type Attempt = DeliveryDetail['attempts'][number];
export type Retry = Static<typeof RetryShape>;
export type TestResult = Static<typeof TestShape>;
export type Statistics = Static<typeof StatisticsShape>;
export type Replay = Static<typeof ReplayShape>;
/** One call, of a delivery or a test. */
export type Call = TestResult['attempt'];

export const tenantShape: Shape<Tenant> = record({ id: text, name: text, createdAt: text, updatedAt: text });

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

export const endpointShape: Shape<Endpoint> = record(ENDPOINT);
export const createdEndpointShape: Shape<CreatedEndpoint> = record({ ...ENDPOINT, secret: text });

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

const attemptShape: Shape<Attempt> = record({
  ...CALL,
  number: figure,
  trigger: oneOf(['schedule', 'manual']),
  late: flag,
});

export const deliveryShape: Shape<Delivery> = record(DELIVERY);
export const deliveryDetailShape: Shape<DeliveryDetail> = record({ ...DELIVERY, attempts: listOf(attemptShape) });
export const foundShape: Shape<Static<typeof FoundShape>> = record({
  data: listOf(
    record({
      kind: oneOf(['delivery', 'attempt', 'event', 'ownId', 'key']),
      ...{ tenant: text, value: text, at: text, deliveryId: orNull(text), eventId: orNull(text) },
    }),
  ),
  more: flag,
});
export const retryShape: Shape<Retry> = record({ id: text, retry: oneOf(['due', 'under_way']) });
export const testShape: Shape<TestResult> = record({ attempt: record(CALL), eventId: text, body: text });

const COUNTS = { attempts: figure, failedAttempts: figure, succeeded: figure, exhausted: figure };

const step = record({
  ...COUNTS,
  at: text,
  accepted: orNull(figure),
  p50Ms: orNull(figure),
  p99Ms: orNull(figure),
  pending: orNull(figure),
});

export const statisticsShape: Shape<Statistics> = record({
  ...COUNTS,
  span: oneOf(['hour', 'day', 'month']),
  since: text,
  until: text,
  stepMs: figure,
  accepted: orNull(figure),
  successRate: orNull(figure),
  outcomes: mapOf(OUTCOMES, figure),
  durationMs: record({ p50: orNull(figure), p90: orNull(figure), p99: orNull(figure) }),
  pending: record({ count: figure, capped: flag, oldestAt: orNull(text) }),
  steps: listOf(step),
});

const isTrue: Shape<true> = (value) => value === true;

export const dryRunShape: Shape<Static<typeof DryRunShape>> = record({ dryRun: isTrue, total: figure });

export const replayShape: Shape<Replay> = record({
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

export const pageOf = <Item>(item: Shape<Item>): Shape<Listed<Item>> =>
  record({ data: listOf(item), nextCursor: orNull(text) });

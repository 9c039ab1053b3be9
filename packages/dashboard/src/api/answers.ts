// The API's answers. The server's own schemas are the source; only their types come here, none of their code.
import type { Static } from 'typebox';
import type {
  AttemptSchema,
  DeliveryDetailSchema,
  DeliverySchema,
  RetrySchema,
} from '../../../posthorn/src/apps/api/schemas/delivery.ts';
import type {
  EndpointSchema,
  EndpointSecretSchema,
  ErasedSecretsSchema,
} from '../../../posthorn/src/apps/api/schemas/endpoint.ts';
import type {
  AcceptedSchema,
  EventDetailSchema,
  EventSchema,
  TestSchema,
} from '../../../posthorn/src/apps/api/schemas/event.ts';
import type { FoundSchema } from '../../../posthorn/src/apps/api/schemas/find.ts';
import type { ReplaySchema } from '../../../posthorn/src/apps/api/schemas/replay.ts';
import type { AllStatisticsSchema, StatisticsSchema } from '../../../posthorn/src/apps/api/schemas/statistics.ts';
import type { TenantSchema } from '../../../posthorn/src/apps/api/schemas/tenant.ts';

export type Tenant = Static<typeof TenantSchema>;
export type Endpoint = Static<typeof EndpointSchema>;
export type EndpointSecret = Static<typeof EndpointSecretSchema>;
export type ErasedSecrets = Static<typeof ErasedSecretsSchema>;
export type Delivery = Static<typeof DeliverySchema>;
export type DeliveryState = Delivery['state'];
export type DeliveryDetail = Static<typeof DeliveryDetailSchema>;
export type Attempt = Static<typeof AttemptSchema>;
export type Retry = Static<typeof RetrySchema>;
export type PostedEvent = Static<typeof EventSchema>;
export type EventDetail = Static<typeof EventDetailSchema>;
export type AcceptedEvent = Static<typeof AcceptedSchema>;
export type Found = Static<typeof FoundSchema>;
export type Match = Found['data'][number];
export type TestResult = Static<typeof TestSchema>;
export type Outcome = Attempt['outcome'];
export type Replay = Static<typeof ReplaySchema>;
export type Statistics = Static<typeof StatisticsSchema>;
/** Of everybody or a tenant, with the endpoints that had trouble. */
export type AllStatistics = Static<typeof AllStatisticsSchema>;
export type Trouble = AllStatistics['worst'][number];
export type Step = Statistics['steps'][number];
export type Span = Statistics['span'];
/** One call, of a delivery or a test. */
export type Call = Omit<TestResult['attempt'], 'request'>;
/** The request of a call as it was sent. */
export type SentRequest = TestResult['attempt']['request'];

export interface Page<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

/** Who is signed in, and to what. */
export type Session = { readonly signedIn: false } | { readonly signedIn: true; readonly version: string };

// The API's answers. The server's own schemas are the source; only their types come here, none of their code.
import type { Static } from 'typebox';
import type {
  AttemptShape,
  DeliveryDetailShape,
  DeliveryShape,
  RetryShape,
} from '../../../posthorn/src/apps/api/schemas/delivery.ts';
import type { EndpointSecretShape, EndpointShape } from '../../../posthorn/src/apps/api/schemas/endpoint.ts';
import type {
  AcceptedShape,
  EventDetailShape,
  EventShape,
  TestShape,
} from '../../../posthorn/src/apps/api/schemas/event.ts';
import type { FoundShape } from '../../../posthorn/src/apps/api/schemas/find.ts';
import type { ReplayShape } from '../../../posthorn/src/apps/api/schemas/replay.ts';
import type { AllStatisticsShape, StatisticsShape } from '../../../posthorn/src/apps/api/schemas/statistics.ts';
import type { TenantShape } from '../../../posthorn/src/apps/api/schemas/tenant.ts';

export type Tenant = Static<typeof TenantShape>;
export type Endpoint = Static<typeof EndpointShape>;
export type EndpointSecret = Static<typeof EndpointSecretShape>;
export type Delivery = Static<typeof DeliveryShape>;
export type DeliveryState = Delivery['state'];
export type DeliveryDetail = Static<typeof DeliveryDetailShape>;
export type Attempt = Static<typeof AttemptShape>;
export type Retry = Static<typeof RetryShape>;
export type PostedEvent = Static<typeof EventShape>;
export type EventDetail = Static<typeof EventDetailShape>;
export type AcceptedEvent = Static<typeof AcceptedShape>;
export type Found = Static<typeof FoundShape>;
export type Match = Found['data'][number];
export type TestResult = Static<typeof TestShape>;
export type Outcome = Attempt['outcome'];
export type Replay = Static<typeof ReplayShape>;
export type Statistics = Static<typeof StatisticsShape>;
/** Of everybody or a tenant, with the endpoints that had trouble. */
export type AllStatistics = Static<typeof AllStatisticsShape>;
export type Trouble = AllStatistics['worst'][number];
export type Step = Statistics['steps'][number];
export type Span = Statistics['span'];
/** One call, of a delivery or a test. */
export type Call = TestResult['attempt'];

export interface Page<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

/** Who is signed in, and to what. */
export type Session =
  | { readonly signedIn: false }
  | { readonly signedIn: true; readonly version: string; readonly headerPrefix: string; readonly userAgent: string };

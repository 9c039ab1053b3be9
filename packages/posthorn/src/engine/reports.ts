// The engine's reports to the outside, as things happen: for logs, live views and metrics. A report never changes what the engine does.
import type { Trigger } from '../domain/delivery.ts';
import type { ChangedBy } from '../domain/endpoint/endpoint.ts';
import type { AttemptId, DeliveryId, EndpointId, EventId, OwnerId, TenantId } from '../domain/ids.ts';
import type { CallResult } from '../domain/outcome.ts';
import type { SteadyMs, WallMs } from '../domain/time.ts';
import type { StoreUnavailable } from '../seams/store/index.ts';
import type { Replay } from '../seams/store/replays.ts';

/** How long a delivery waited for its call, in milliseconds: for its turn in the lane, and for a slot. */
export interface Waited {
  /** Since its event was committed, since it came due, or since there was room to claim it from its backlog. */
  readonly since: 'accepted' | 'due' | 'claimed';
  readonly ms: number;
}

export type Report =
  | {
      readonly kind: 'accepted';
      readonly tenantId: TenantId;
      readonly eventId: EventId;
      readonly type: string;
      readonly deliveries: number;
      /** From the request to the commit, in milliseconds. */
      readonly tookMs: number;
    }
  | {
      /** A call is about to be made. */
      readonly kind: 'started';
      readonly tenantId: TenantId;
      readonly endpointId: EndpointId;
      readonly eventId: EventId;
      readonly deliveryId: DeliveryId;
      readonly attemptId: AttemptId;
      readonly number: number;
      readonly trigger: Trigger;
      /** Since when it waited; `null` when this process is no longer sure that it holds the delivery. */
      readonly waited: Waited | null;
    }
  | {
      /** An attempt and what follows from it are on disk. */
      readonly kind: 'attempted';
      readonly tenantId: TenantId;
      readonly endpointId: EndpointId;
      readonly eventId: EventId;
      readonly eventType: string;
      readonly deliveryId: DeliveryId;
      readonly attemptId: AttemptId;
      readonly number: number;
      readonly trigger: Trigger;
      readonly startedAt: WallMs;
      readonly result: CallResult;
      readonly state: 'pending' | 'succeeded' | 'exhausted' | 'cancelled';
      /** When the next attempt is due; `null` when the delivery is ended. */
      readonly dueAt: SteadyMs | null;
      /** Recorded after this process's lease had run out; it changed nothing about the delivery. */
      readonly late: boolean;
    }
  | {
      /** Documents of endpoints were brought to today's form, at the first start on an older database. */
      readonly kind: 'documents_renewed';
      readonly renewed: number;
      /** The fault of each of those that cannot be read. */
      readonly unreadable: readonly string[];
    }
  | {
      /** The settings of an endpoint cannot be read: it gets no events, and what is pending for it fails. Told once. */
      readonly kind: 'endpoint_damaged';
      readonly tenantId: TenantId;
      readonly endpointId: EndpointId;
      readonly message: string;
    }
  /** A replay is stored, and begins. */
  | { readonly kind: 'replay_started'; readonly replay: Replay }
  /** A replay has come to its end, or was cancelled. */
  | { readonly kind: 'replay_ended'; readonly replay: Replay }
  /** A call of the store came to nothing; it is made again or its caller is told so. */
  | { readonly kind: 'store_call_failed'; readonly code: StoreUnavailable['code']; readonly message: string }
  /** The first failure after calls that went well. */
  | { readonly kind: 'store_unavailable'; readonly message: string }
  | { readonly kind: 'store_available' }
  /** An event's payload and the responses to it are gone, because somebody asked for it. */
  | { readonly kind: 'event_erased'; readonly tenantId: TenantId; readonly eventId: EventId; readonly by: ChangedBy }
  /** A tenant keeps its events for another number of days from now on; `null`: as long as the installation does. */
  | {
      readonly kind: 'retention_set';
      readonly tenantId: TenantId;
      readonly retentionDays: number | null;
      readonly by: ChangedBy;
    }
  | {
      /** Events of a tenant whose own retention is over have been erased, in a round of removing old history. */
      readonly kind: 'events_erased';
      readonly tenantId: TenantId;
      readonly retentionDays: number;
      readonly events: number;
    }
  /** Secrets that an endpoint had earlier are gone from its versions. */
  | {
      readonly kind: 'past_secrets_erased';
      readonly tenantId: TenantId;
      readonly endpointId: EndpointId;
      readonly secrets: number;
      readonly by: ChangedBy;
    }
  /** A round of removing old history ended early; the next one is for what is left. */
  | { readonly kind: 'pruning_failed'; readonly message: string }
  | { readonly kind: 'took_over'; readonly dead: OwnerId; readonly cutOff: number }
  /** Others took this process for dead (it was stopped or cut off from the store); it goes on under a new name. */
  | { readonly kind: 'declared_dead'; readonly owner: OwnerId };

export type ReportListener = (report: Report) => void;

// The engine as the apps see it: everything that changes something goes through here. It owns the moving parts, starts them
// in order and stops them in reverse.
import type { HeldDelivery } from '../domain/delivery.ts';
import type { Endpoint, EndpointSecrets } from '../domain/endpoint.ts';
import type { AttemptId, DeliveryId, EndpointId, EventId, TenantId } from '../domain/ids.ts';
import type { CallResult } from '../domain/outcome.ts';
import type { WallMs } from '../domain/time.ts';
import type { Clock } from '../seams/clock.ts';
import type { Random } from '../seams/random.ts';
import type { Sender } from '../seams/sender.ts';
import type { Store } from '../seams/store/index.ts';
import type { AcceptedEvent } from '../seams/store/queue.ts';
import type { Report } from './news.ts';

/** An event as its producer posted it, checked: see domain/event-draft. */
export interface EventDraft {
  /** `null`: the engine makes one. */
  readonly id: EventId | null;
  readonly type: string;
  /** A JSON object without insignificant white space, as `compactJson` writes it. */
  readonly payload: string;
}

export type AcceptAnswer =
  | { readonly kind: 'accepted'; readonly events: readonly AcceptedEvent[] }
  | { readonly kind: 'unknown_tenant' }
  /** Another event with this id is stored; `index` is the draft's place in the request. */
  | { readonly kind: 'conflict'; readonly index: number }
  /** More is being accepted than can be stored; try again in a moment. */
  | { readonly kind: 'overloaded' };

/** An endpoint's settings, checked and complete. */
export interface EndpointSettings extends EndpointSecrets {
  readonly url: string;
  readonly eventTypes: readonly string[] | null;
  readonly description: string;
  readonly scheduleMs: readonly number[];
  readonly connectTimeoutMs: number;
  readonly replyTimeoutMs: number;
  readonly enabled: boolean;
}

/** An endpoint with its secret part opened. */
export interface OpenEndpoint extends Endpoint, EndpointSecrets {}

export interface TestAnswer {
  readonly attemptId: AttemptId;
  readonly eventId: EventId;
  readonly startedAt: WallMs;
  readonly result: CallResult;
  /** What was sent. */
  readonly body: Uint8Array;
}

export interface EngineSettings {
  /** Calls under way at once to one endpoint. */
  readonly endpointConcurrency: number;
  /** Days that finished history is kept. */
  readonly retentionDays: number;
  /** Beginning of the contract's header names, e.g. `x-iadvize-`. */
  readonly headerPrefix: string;
  /** Value of the `user-agent` header. */
  readonly userAgent: string;
  /** 32 bytes; opens the sealed parts of endpoints. */
  readonly encryptionKey: Uint8Array;
}

export interface EngineParts {
  readonly store: Store;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: EngineSettings;
  readonly report: Report;
}

/** Endpoints that one tenant may have: as many as one event may fan out to in one transaction. */
export const MAX_ENDPOINTS_PER_TENANT = 10_000;

/** What the apps may ask of the engine. Store calls behind it may reject with `StoreUnavailable`. */
export interface EngineFacade {
  /** Registers this process, takes over what dead ones left, and begins to deliver. */
  start(): Promise<void>;
  /**
   * Accepts nothing and claims nothing from now on, waits up to `graceMs` for calls under way, cuts off the rest, gives
   * back what is leased and leaves. A second call with a smaller grace shortens the first.
   */
  stop(graceMs: number): Promise<void>;
  /** Stores the events with their deliveries, all or none. When it resolves with `accepted`, they are on disk. */
  accept(tenantId: TenantId, drafts: readonly EventDraft[]): Promise<AcceptAnswer>;
  createEndpoint(
    tenantId: TenantId,
    settings: EndpointSettings,
  ): Promise<OpenEndpoint | 'unknown_tenant' | 'too_many'>;
  /** Reads, lets `change` compute the new settings, and stores them; again if somebody else was faster. */
  changeEndpoint(
    tenantId: TenantId,
    id: EndpointId,
    change: (current: EndpointSettings) => EndpointSettings,
  ): Promise<OpenEndpoint | 'missing'>;
  /** Deletes the endpoint and cancels what is pending. False when there is none. */
  deleteEndpoint(tenantId: TenantId, id: EndpointId): Promise<boolean>;
  /** The endpoint with its secret part, straight from the store. */
  openEndpoint(tenantId: TenantId, id: EndpointId): Promise<OpenEndpoint | undefined>;
  /** Newest first. */
  openEndpoints(
    tenantId: TenantId,
    page: { readonly limit: number; readonly after: EndpointId | null },
  ): Promise<OpenEndpoint[]>;
  deleteTenant(id: TenantId): Promise<boolean>;
  /** Makes one call with this event to this endpoint now, enabled or not. Nothing is stored and nothing is retried. */
  testEndpoint(tenantId: TenantId, id: EndpointId, draft: EventDraft): Promise<TestAnswer | 'missing'>;
  /** Makes one more attempt of a delivery now, whatever its state. */
  retry(
    tenantId: TenantId,
    id: DeliveryId,
  ): Promise<'due' | 'under_way' | 'missing' | 'endpoint_gone' | 'endpoint_disabled'>;
  /** Why this process cannot accept and deliver right now, in words for the person who runs it; `undefined` when it can. */
  unready(): Promise<string | undefined>;
}

export type { HeldDelivery };

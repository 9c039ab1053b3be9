// An endpoint: a callback URL with its subscriptions and settings, and the values that apply when nothing is said.
import type { EndpointId, TenantId } from './ids.ts';
import type { WallMs } from './time.ts';

export interface Endpoint {
  readonly id: EndpointId;
  readonly tenantId: TenantId;
  /** Canonical form: stored, shown, judged and called alike. */
  readonly url: string;
  /** Exact names or prefixes ending in `.*`; `null` means every type. */
  readonly eventTypes: readonly string[] | null;
  readonly description: string;
  /** Delays before each retry, in milliseconds. */
  readonly scheduleMs: readonly number[];
  readonly connectTimeoutMs: number;
  readonly replyTimeoutMs: number;
  readonly enabled: boolean;
  readonly createdAt: WallMs;
  readonly updatedAt: WallMs;
}

/** What an endpoint keeps to itself: encrypted at rest, never logged. */
export interface EndpointSecrets {
  /** Newest first: the first one signs, all are valid at the receiver. Never empty. */
  readonly secrets: readonly [string, ...string[]];
  /** Extra headers of every call, names in lower case. They may carry credentials. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Delays before each retry: 10 s, then 20 s (contract, "Retries"). */
export const DEFAULT_SCHEDULE_MS: readonly number[] = [10_000, 20_000];
/** DNS + TCP + TLS together (contract, "Timeouts"). */
export const DEFAULT_CONNECT_TIMEOUT_MS = 1_000;
/** From the request being handed to the socket to the last byte of the response (contract, "Timeouts"). */
export const DEFAULT_REPLY_TIMEOUT_MS = 30_000;

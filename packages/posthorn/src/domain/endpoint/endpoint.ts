// An endpoint: what is known of it besides its settings.
import type { EndpointId, EndpointUid, TenantId } from '../ids.ts';
import type { WallMs } from '../time.ts';

/** `active`: events are matched and delivered. `disabled`: events are not matched, and pending deliveries are paused. */
export type EndpointState = 'active' | 'disabled';

/** Who changed an endpoint, as its versions remember it: an API key, somebody at the dashboard, or Posthorn itself. */
export type ChangedBy = 'key' | 'dashboard' | 'system' | 'unknown';

export interface Endpoint {
  readonly id: EndpointId;
  readonly tenantId: TenantId;
  /** An id that the application chose; unique among the live endpoints of the tenant. */
  readonly uid: EndpointUid | null;
  readonly state: EndpointState;
  /** The number of the version in force: counts the changes of its settings from 1. */
  readonly version: number;
  readonly createdAt: WallMs;
  /** When its settings or its state were last changed. */
  readonly updatedAt: WallMs;
}

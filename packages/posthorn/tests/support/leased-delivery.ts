// A delivery as its holder knows it, for tests of the engine's parts: of an event of the tenant acme, never attempted.
import type { LeasedDelivery } from '../../src/domain/delivery.ts';
import type { DeliveryId, EndpointId, EventId, TenantId } from '../../src/domain/ids.ts';
import { newId, WALL } from '../store-contract/makers.ts';

export const ACME = 'acme' as TenantId;

export function leasedDelivery(parts: Partial<LeasedDelivery> = {}, body = new Uint8Array()): LeasedDelivery {
  return {
    id: newId<DeliveryId>(),
    endpointId: newId<EndpointId>(),
    event: { id: newId<EventId>(), tenantId: ACME, type: 'order.created', createdAt: WALL, body },
    attempts: 0,
    failures: 0,
    interruptions: 0,
    resume: null,
    suspect: false,
    ...parts,
  };
}

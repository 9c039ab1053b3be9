// Tenants by name.
import { parseTenantId, type TenantId } from '../../packages/posthorn/src/domain/ids.ts';

/** @throws when it is no tenant's name */
export function tenantOf(text: string): TenantId {
  const id = parseTenantId(text);
  if (id === undefined) throw new Error(`${text} is no tenant id`);
  return id;
}

// The tenant that was looked at last in this browser.
import type { Tenant } from '../api/shapes.ts';

const NAME = 'posthorn-tenant';

export const rememberTenant = (tenant: string): void => localStorage.setItem(NAME, tenant);

/** The one that was looked at last if it still exists, else the first one. */
export function tenantToBeginWith(tenants: readonly Tenant[]): string | undefined {
  const last = localStorage.getItem(NAME);
  return (tenants.find(({ id }) => id === last) ?? tenants[0])?.id;
}

// Whose pages were looked at last in this browser, and where pages are.
import type { Tenant } from '../api/answers.ts';

const NAME = 'posthorn-tenant';
export const ALL_TENANTS = '/all';

/** The overview of a tenant, or of everybody. */
export const pathOfTenant = (tenant: string | undefined): string =>
  tenant === undefined ? ALL_TENANTS : `/t/${encodeURIComponent(tenant)}`;

/** @param tenant `undefined` for everybody */
export function rememberTenant(tenant: string | undefined): void {
  if (tenant === undefined) localStorage.removeItem(NAME);
  else localStorage.setItem(NAME, tenant);
}

/** The tenant whose pages were looked at last, if it was one's. */
export const lastTenant = (): string | undefined => localStorage.getItem(NAME) ?? undefined;

/**
 * Where to begin: with the tenant that was looked at last, with the only one, or with all of them.
 * @param tenants the first of them
 * @param last looked at, if it is still there
 * @returns `undefined` when there is no tenant yet
 */
export function pathToBeginWith(tenants: readonly Tenant[], last: Tenant | undefined): string | undefined {
  const [first, second] = tenants;
  if (first === undefined) return undefined;
  return pathOfTenant(last?.id ?? (second === undefined ? first.id : undefined));
}

// What stands around every page of a tenant: the bar with its tenant, and the way to the other pages.
import { type ReactNode, useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { useTenants } from '../api/queries.ts';
import { LiveSign, useFollow } from '../live/follow.tsx';
import { Account } from './account.tsx';
import { Brand } from './brand.tsx';
import { rememberTenant } from './last-tenant.ts';
import { useNavigation } from './navigation.ts';
import { Search } from './search.tsx';
import { TenantSwitch } from './tenant-switch.tsx';

const CONTENT = 'content';
const PAGES = [
  ['', 'Overview'],
  ['/deliveries', 'Deliveries'],
  ['/endpoints', 'Endpoints'],
  ['/events', 'Events'],
] as const;

export function Frame({ tenant, children }: { readonly tenant: string; readonly children: ReactNode }) {
  const [location] = useLocation();
  const tenants = useTenants();
  useEffect(() => rememberTenant(tenant), [tenant]);
  useFollow(tenant);
  useNavigation(location, CONTENT);
  const base = `/t/${encodeURIComponent(tenant)}`;
  const here = location.split('/')[3];
  const unknown = tenants.data !== undefined && !tenants.data.some(({ id }) => id === tenant);
  return (
    <>
      <a className="skip" href={`#${CONTENT}`}>
        Skip to content
      </a>
      <header className="bar">
        <div className="bar-inner">
          <Link href={base} aria-label="Posthorn, overview">
            <Brand />
          </Link>
          <TenantSwitch tenant={tenant} />
          <nav aria-label="Pages">
            {PAGES.map(([path, name]) => {
              const current = path === '' ? here === undefined : here === path.slice(1);
              return (
                <Link key={path} href={base + path} aria-current={current ? 'page' : undefined}>
                  {name}
                </Link>
              );
            })}
          </nav>
          <Search tenant={tenant} />
          <LiveSign />
          <Account />
        </div>
      </header>
      <main id={CONTENT} tabIndex={-1}>
        {unknown ? <h1>There is no tenant {tenant}</h1> : children}
      </main>
    </>
  );
}

/** Says in the browser's title bar where one is. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Posthorn`;
  }, [title]);
}

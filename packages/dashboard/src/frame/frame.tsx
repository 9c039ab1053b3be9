// The frame of every page of a tenant: the bar with its tenant, and the way to the other pages.
import { type ReactNode, useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { ApiProblem } from '../api/client.ts';
import { useTenant } from '../api/queries.ts';
import { LiveSign, useFollow } from '../live/follow.tsx';
import { Account } from './account.tsx';
import { Brand } from './brand.tsx';
import { pathOfTenant, rememberTenant } from './last-tenant.ts';
import { useNavigation } from './navigation.ts';
import { Search } from './search.tsx';
import { TenantSwitch } from './tenant-switch.tsx';

const CONTENT = 'content';
const PAGES = [
  ['', 'Overview'],
  ['/deliveries', 'Deliveries'],
  ['/endpoints', 'Endpoints'],
  ['/events', 'Events'],
  ['/replays', 'Replays'],
] as const;

interface FrameProps {
  /** Whose pages; `undefined` for everybody's. */
  readonly tenant: string | undefined;
  readonly children: ReactNode;
}

export function Frame({ tenant, children }: FrameProps) {
  const [location] = useLocation();
  const { error } = useTenant(tenant);
  useEffect(() => rememberTenant(tenant), [tenant]);
  useFollow(tenant);
  useNavigation(location, CONTENT);
  const base = pathOfTenant(tenant);
  const here = location.split('/')[3];
  const unknown = error instanceof ApiProblem && error.status === 404;
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
            {(tenant === undefined ? PAGES.slice(0, 1) : PAGES).map(([path, name]) => {
              const current = path === '' ? here === undefined : here === path.slice(1);
              return (
                <Link key={path} href={base + path} aria-current={current ? 'page' : undefined}>
                  {name}
                </Link>
              );
            })}
          </nav>
          <Search />
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

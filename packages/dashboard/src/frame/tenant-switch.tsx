// Goes to another tenant, staying on the same kind of page, or to all of them.
import { useLocation } from 'wouter';
import type { Tenant } from '../api/answers.ts';
import { useTenant, useTenantSearch } from '../api/queries.ts';
import { Combobox, type Found } from '../parts/combobox.tsx';
import { pathOfTenant } from './last-tenant.ts';

const ALL = 'All tenants';

const nameOf = ({ id, name }: Pick<Tenant, 'id' | 'name'>): string => (name === id ? id : `${name} (${id})`);

/** @param tenant `undefined` for all */
export function TenantSwitch({ tenant }: { readonly tenant: string | undefined }) {
  const known = useTenant(tenant);
  const [location, go] = useLocation();
  const kind = location.split('/')[3];
  const change = (chosen: string) => {
    if (chosen === '') go(pathOfTenant(undefined));
    else go(`${pathOfTenant(chosen)}${kind === undefined ? '' : `/${kind}`}`);
  };
  const shown = tenant === undefined ? ALL : nameOf(known.data ?? { id: tenant, name: tenant });
  return (
    <div className="tenant-switch">
      <Combobox label="Tenant" shown={shown} none={ALL} useFound={useFoundTenants} choose={change} />
    </div>
  );
}

function useFoundTenants(text: string, open: boolean): Found | undefined {
  const { data } = useTenantSearch(text, open);
  if (data === undefined) return undefined;
  return { choices: data.data.map((each) => ({ id: each.id, name: nameOf(each) })), more: data.nextCursor !== null };
}

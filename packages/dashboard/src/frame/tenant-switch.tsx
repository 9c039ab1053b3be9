// Goes to another tenant, staying on the same kind of page, or to all of them.
import { useLocation } from 'wouter';
import { useTenants } from '../api/queries.ts';
import { pathOfTenant } from './last-tenant.ts';

/** @param tenant `undefined` for all */
export function TenantSwitch({ tenant }: { readonly tenant: string | undefined }) {
  const tenants = useTenants();
  const [location, go] = useLocation();
  const known = tenants.data ?? [];
  const missing = tenant !== undefined && !known.some(({ id }) => id === tenant);
  const shown = missing ? [{ id: tenant, name: tenant }, ...known] : known;
  const kind = location.split('/')[3];
  const change = (chosen: string) => {
    if (chosen === '') go(pathOfTenant(undefined));
    else go(`${pathOfTenant(chosen)}${kind === undefined ? '' : `/${kind}`}`);
  };
  return (
    <label className="tenant-switch">
      <span className="visually-hidden">Tenant</span>
      <select value={tenant ?? ''} onChange={({ target }) => change(target.value)}>
        <option value="">All tenants</option>
        {shown.map(({ id, name }) => (
          <option key={id} value={id}>
            {name === id ? id : `${name} (${id})`}
          </option>
        ))}
      </select>
    </label>
  );
}

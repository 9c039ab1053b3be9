// Goes to another tenant, staying on the same kind of page.
import { useLocation } from 'wouter';
import { useTenants } from '../api/queries.ts';

export function TenantSwitch({ tenant }: { readonly tenant: string }) {
  const tenants = useTenants();
  const [location, go] = useLocation();
  const known = tenants.data ?? [];
  const shown = known.some(({ id }) => id === tenant) ? known : [{ id: tenant, name: tenant }, ...known];
  const kind = location.split('/')[3];
  return (
    <label className="tenant-switch">
      <span className="visually-hidden">Tenant</span>
      <select
        value={tenant}
        onChange={({ target }) => go(`/t/${encodeURIComponent(target.value)}${kind === undefined ? '' : `/${kind}`}`)}
      >
        {shown.map(({ id, name }) => (
          <option key={id} value={id}>
            {name === id ? id : `${name} (${id})`}
          </option>
        ))}
      </select>
    </label>
  );
}

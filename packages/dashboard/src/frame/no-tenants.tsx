// The very first thing to do: a tenant.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import type { Tenant } from '../api/answers.ts';
import { ofTenant, put } from '../api/client.ts';
import { Failed } from '../parts/states.tsx';
import { Account } from './account.tsx';
import { Brand } from './brand.tsx';

export function NoTenants() {
  const [id, setId] = useState('');
  const [, go] = useLocation();
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: () => put<Tenant>(ofTenant(id.trim()), '{}'),
    onSuccess: async (tenant) => {
      await queries.invalidateQueries({ queryKey: ['tenants'] });
      go(`/t/${encodeURIComponent(tenant.id)}/endpoints`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <>
      <header className="bar">
        <div className="bar-inner">
          <Brand />
          <Account />
        </div>
      </header>
      <main className="narrow">
        <h1>Create the first tenant</h1>
        <p>
          A tenant is a customer of yours: it owns callback URLs and events. Choose an id that your application knows.
        </p>
        <form className="card form" onSubmit={submit}>
          <label className="field">
            <span>Id</span>
            <input
              required
              maxLength={64}
              pattern="[A-Za-z0-9.\-][A-Za-z0-9._\-]*"
              value={id}
              onChange={({ target }) => setId(target.value)}
            />
            <small>1–64 letters, digits, dots, dashes and underscores</small>
          </label>
          {create.isError && <Failed error={create.error} />}
          <button type="submit" className="button primary" disabled={create.isPending}>
            Create tenant
          </button>
        </form>
      </main>
    </>
  );
}

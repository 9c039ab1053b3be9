// A new endpoint: its URL, what it wants, and what to call it. Everything else has a default.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import type { Endpoint } from '../api/answers.ts';
import { ofTenant, post } from '../api/client.ts';
import { endpointsKey } from '../api/queries.ts';
import { Failed } from '../parts/states.tsx';
import { readTypes } from './event-types.ts';

export function NewEndpoint({
  tenant,
  cancel,
}: {
  readonly tenant: string;
  readonly cancel: (() => void) | undefined;
}) {
  const [url, setUrl] = useState('');
  const [types, setTypes] = useState('');
  const [description, setDescription] = useState('');
  const [, go] = useLocation();
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: () => {
      const eventTypes = readTypes(types);
      return post<Endpoint>(
        ofTenant(tenant, '/endpoints'),
        JSON.stringify({ url, description, ...(eventTypes !== null && { eventTypes }) }),
      );
    },
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: endpointsKey(tenant) });
      go(`/t/${encodeURIComponent(tenant)}/endpoints/${id}`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form className="card form" onSubmit={submit} aria-label="New endpoint">
      <label className="field">
        <span>Callback URL</span>
        <input type="url" required placeholder="https://" value={url} onChange={({ target }) => setUrl(target.value)} />
      </label>
      <label className="field">
        <span>Event types</span>
        <input placeholder="all" spellCheck={false} value={types} onChange={({ target }) => setTypes(target.value)} />
        <small>Names or prefixes such as user.*, separated by spaces; empty means all</small>
      </label>
      <label className="field">
        <span>Description</span>
        <input value={description} onChange={({ target }) => setDescription(target.value)} />
      </label>
      {create.isError && <Failed error={create.error} />}
      <div className="buttons">
        <button type="submit" className="button primary" disabled={create.isPending}>
          Create endpoint
        </button>
        {cancel !== undefined && (
          <button type="button" className="button" onClick={cancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}

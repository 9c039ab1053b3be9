// Finds a delivery by its id, or the deliveries of an event by the event's.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { ApiProblem, get, ofTenant } from '../api/client.ts';
import { deliveryQuery } from '../api/queries.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const SEARCH_FIELD = 'search';

export function Search({ tenant }: { readonly tenant: string }) {
  const [text, setText] = useState('');
  const [, go] = useLocation();
  const queries = useQueryClient();
  const base = `/t/${encodeURIComponent(tenant)}/deliveries`;
  const find = useMutation({
    mutationFn: async (id: string) => {
      if (!UUID.test(id)) throw new Error('Paste a whole id, such as 0190163d-8694-739b-aea5-966c26f8ad91.');
      try {
        await queries.fetchQuery(deliveryQuery(tenant, id));
        return `${base}/${id}`;
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 404) throw error;
      }
      await get(ofTenant(tenant, `/events/${id}`)).catch(() => {
        throw new Error('Neither a delivery nor an event of this tenant has this id.');
      });
      return `${base}?eventId=${id}`;
    },
    onSuccess: (path) => go(path),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    find.mutate(text.trim().toLowerCase());
  };
  return (
    <search className="search">
      <form onSubmit={submit}>
        <input
          id={SEARCH_FIELD}
          type="search"
          aria-label="Delivery or event id"
          placeholder="Find by delivery or event id"
          spellCheck={false}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </form>
      {find.isError && (
        <p className="notice bad" role="alert">
          {find.error.message}
        </p>
      )}
    </search>
  );
}

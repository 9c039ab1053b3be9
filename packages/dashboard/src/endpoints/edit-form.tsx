// Changes an endpoint's settings. The server says what is not allowed.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ofTenant, patch } from '../api/client.ts';
import { endpointsKey } from '../api/queries.ts';
import type { Endpoint } from '../api/shapes.ts';
import { Failed } from '../parts/states.tsx';
import { readTypes, typesText } from './event-types.ts';

const MS_PER_SECOND = 1_000;

interface EditEndpointProps {
  readonly tenant: string;
  readonly endpoint: Endpoint;
  readonly done: () => void;
}

export function EditEndpoint({ tenant, endpoint, done }: EditEndpointProps) {
  const [url, setUrl] = useState(endpoint.url);
  const [types, setTypes] = useState(typesText(endpoint.eventTypes));
  const [description, setDescription] = useState(endpoint.description);
  const [schedule, setSchedule] = useState(endpoint.scheduleMs.map((ms) => ms / MS_PER_SECOND).join(' '));
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () => {
      const scheduleMs = (schedule.match(/[^\s,]+/g) ?? []).map((seconds) => Number(seconds) * MS_PER_SECOND);
      return patch<Endpoint>(
        ofTenant(tenant, `/endpoints/${endpoint.id}`),
        JSON.stringify({ url, description, eventTypes: readTypes(types), scheduleMs }),
      );
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: endpointsKey(tenant) });
      done();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const fields = [
    ['Callback URL', url, setUrl, ''],
    ['Event types', types, setTypes, 'With spaces between; empty for all'],
    ['Description', description, setDescription, ''],
    [
      'Retries after, in seconds',
      schedule,
      setSchedule,
      'With spaces between, counted from the end of the attempt before',
    ],
  ] as const;
  return (
    <form className="form" onSubmit={submit} aria-label="Settings">
      {fields.map(([name, value, set, hint]) => (
        <label key={name} className="field">
          <span>{name}</span>
          <input spellCheck={false} value={value} onChange={({ target }) => set(target.value)} />
          {hint !== '' && <small>{hint}</small>}
        </label>
      ))}
      {save.isError && <Failed error={save.error} />}
      <div className="buttons">
        <button type="submit" className="button primary" disabled={save.isPending}>
          Save
        </button>
        <button type="button" className="button" onClick={done}>
          Cancel
        </button>
      </div>
    </form>
  );
}

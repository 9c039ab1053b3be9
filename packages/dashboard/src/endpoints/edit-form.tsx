// Changes an endpoint's settings: only those that are different afterwards. The server says what is not allowed.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Endpoint, EndpointSecret } from '../api/answers.ts';
import { get, ofTenant, patch } from '../api/client.ts';
import { endpointsKey } from '../api/queries.ts';
import { Failed } from '../parts/states.tsx';
import { changesOf, typedOf } from './changes.ts';
import { handedOver, isOtherReceiver, NOTHING } from './handover.ts';
import { OtherReceiver } from './other-receiver.tsx';

const FIELDS = [
  ['url', 'Callback URL', ''],
  ['types', 'Event types', 'Separated by spaces; empty means all'],
  ['description', 'Description', ''],
  ['schedule', 'Retries after, in seconds', 'Separated by spaces, counted from the end of the previous attempt'],
  ['concurrency', 'Calls at once', 'Per process of Posthorn; empty means as many as the installation allows'],
] as const;

interface EditEndpointProps {
  readonly tenant: string;
  readonly endpoint: Endpoint;
  readonly done: () => void;
}

export function EditEndpoint({ tenant, endpoint, done }: EditEndpointProps) {
  const [began] = useState(() => typedOf(endpoint));
  const [typed, setTyped] = useState(began);
  const [handover, setHandover] = useState(NOTHING);
  const queries = useQueryClient();
  const path = ofTenant(tenant, `/endpoints/${endpoint.id}`);
  const isOther = isOtherReceiver(endpoint.url, typed.url);
  const save = useMutation({
    mutationFn: async (changes: object) => {
      if (!isOther) return await patch<Endpoint>(path, JSON.stringify(changes));
      const kept = handover.keepHeaders ? await get<EndpointSecret>(`${path}/secret`) : undefined;
      return await patch<Endpoint>(path, JSON.stringify({ ...changes, ...handedOver(handover, kept) }));
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: endpointsKey(tenant) });
      done();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const changes = changesOf(began, typed);
    if (changes === undefined) done();
    else save.mutate(changes);
  };
  return (
    <form className="form" onSubmit={submit} aria-label="Settings">
      {FIELDS.map(([field, name, hint]) => (
        <label key={field} className="field">
          <span>{name}</span>
          <input
            spellCheck={false}
            value={typed[field]}
            onChange={({ target }) => setTyped({ ...typed, [field]: target.value })}
          />
          {hint !== '' && <small>{hint}</small>}
        </label>
      ))}
      {isOther && <OtherReceiver headerNames={endpoint.headerNames} chosen={handover} choose={setHandover} />}
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

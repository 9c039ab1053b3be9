// Chooses one endpoint of a tenant, or every one: the server searches by id, description and host.
import { useEndpoint, useEndpointSearch } from '../api/queries.ts';
import { Combobox, type Found } from '../parts/combobox.tsx';
import { inert } from '../parts/inert.ts';
import { fullName, shortId } from './name.tsx';

interface EndpointChoiceProps {
  readonly tenant: string;
  /** The one that is chosen; `undefined` for every one. */
  readonly id: string | undefined;
  /** The name of every one. */
  readonly none: string;
  readonly choose: (id: string | undefined) => void;
}

export function EndpointChoice({ tenant, id, none, choose }: EndpointChoiceProps) {
  const chosen = useEndpoint(tenant, id);
  const useFound = (text: string, open: boolean): Found | undefined => useFoundEndpoints(tenant, text, open);
  const shown =
    id === undefined ? none : chosen.data === undefined ? unknownName(id, chosen.isError) : fullName(chosen.data);
  return (
    <Combobox
      label="Endpoint"
      shown={shown}
      none={none}
      useFound={useFound}
      choose={(taken) => choose(taken === '' ? undefined : taken)}
    />
  );
}

const unknownName = (id: string, isGone: boolean): string => `${isGone ? 'deleted ' : ''}${shortId(id)}`;

function useFoundEndpoints(tenant: string, text: string, open: boolean): Found | undefined {
  const { data } = useEndpointSearch(tenant, text, open);
  if (data === undefined) return undefined;
  const choices = data.data.map((each) => ({ id: each.id, name: fullName(each), detail: inert(each.url) }));
  return { choices, more: data.nextCursor !== null };
}

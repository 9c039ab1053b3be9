// The fields above the list. Each change goes into the address at once.
import { type FormEvent, useEffect, useState } from 'react';
import { isEventType } from '../../../posthorn/src/domain/event-type.ts';
import type { Endpoint } from '../api/shapes.ts';
import { shortId, shortUrl } from '../endpoints/name.tsx';
import { inert } from '../parts/inert.ts';
import { type Filters, fromLocalField, NO_FILTERS, toLocalField } from './filters.ts';

const STATES = [
  ['', 'Any state'],
  ['pending', 'Pending'],
  ['succeeded', 'Succeeded'],
  ['exhausted', 'Exhausted'],
  ['cancelled', 'Cancelled'],
] as const;

interface FilterBarProps {
  readonly filters: Filters;
  readonly endpoints: readonly Endpoint[];
  readonly change: (change: Partial<Filters>) => void;
}

export function FilterBar({ filters, endpoints, change }: FilterBarProps) {
  const any = Object.values(filters).some((value) => value !== undefined);
  const orNone = (value: string) => (value === '' ? undefined : value);
  return (
    <div className="filters">
      <select
        aria-label="State"
        value={filters.state ?? ''}
        onChange={({ target }) => change({ state: orNone(target.value) })}
      >
        {STATES.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label="Endpoint"
        value={filters.endpointId ?? ''}
        onChange={({ target }) => change({ endpointId: orNone(target.value) })}
      >
        <option value="">Any endpoint</option>
        {filters.endpointId !== undefined && !endpoints.some(({ id }) => id === filters.endpointId) && (
          <option value={filters.endpointId}>deleted {shortId(filters.endpointId)}</option>
        )}
        {endpoints.map(({ id, description, url }) => (
          <option key={id} value={id}>
            {inert(description) || shortUrl(url)}
          </option>
        ))}
      </select>
      <TypeField key={filters.eventType ?? ''} value={filters.eventType ?? ''} change={change} />
      <label className="inline-field">
        <span>From</span>
        <input
          type="datetime-local"
          value={toLocalField(filters.since)}
          onChange={({ target }) => change({ since: fromLocalField(target.value) })}
        />
      </label>
      <label className="inline-field">
        <span>to</span>
        <input
          type="datetime-local"
          value={toLocalField(filters.until)}
          onChange={({ target }) => change({ until: fromLocalField(target.value) })}
        />
      </label>
      {filters.eventId !== undefined && <span className="chip">event {shortId(filters.eventId)}</span>}
      {any && (
        <button type="button" className="button quiet" onClick={() => change(NO_FILTERS)}>
          Clear
        </button>
      )}
    </div>
  );
}

/** Types are exact, so a half-written one is not asked for. */
function TypeField({ value, change }: { readonly value: string; readonly change: FilterBarProps['change'] }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const apply = () => {
    if (text === value) return;
    if (text === '') change({ eventType: undefined });
    else if (isEventType(text)) change({ eventType: text });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    apply();
  };
  return (
    <form onSubmit={submit}>
      <input
        aria-label="Event type"
        placeholder="Event type"
        spellCheck={false}
        aria-invalid={text !== '' && !isEventType(text)}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onBlur={apply}
      />
    </form>
  );
}

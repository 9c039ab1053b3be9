// The fields above the list. Each change goes into the address at once.
import { type FormEvent, useEffect, useState } from 'react';
import { isEventType } from '../../../posthorn/src/domain/event-type.ts';
import type { Endpoint } from '../api/shapes.ts';
import { shortId, shortUrl } from '../endpoints/name.tsx';
import { inert } from '../parts/inert.ts';
import { fromLocalField, toLocalField } from '../parts/local-time.ts';
import { type Filters, NO_FILTERS } from './filters.ts';

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
      <TimeFields since={filters.since} until={filters.until} change={change} />
      {filters.eventId !== undefined && <span className="chip">event {shortId(filters.eventId)}</span>}
      {any && (
        <button type="button" className="button quiet" onClick={() => change(NO_FILTERS)}>
          Clear
        </button>
      )}
    </div>
  );
}

/** Beginnings of what people look for, in hours before now. */
const BACK = [
  [1, 'Last hour'],
  [24, 'Last 24 hours'],
  [24 * 7, 'Last 7 days'],
  [24 * 30, 'Last 30 days'],
] as const;
const MS_PER_HOUR = 3_600_000;

/** When deliveries were created: one choice for what is usual, two fields for the rest. */
function TimeFields({ since, until, change }: Pick<Filters, 'since' | 'until'> & Pick<FilterBarProps, 'change'>) {
  const [between, setBetween] = useState(false);
  const given = since !== undefined || until !== undefined;
  const choose = (value: string) => {
    setBetween(value === 'between');
    if (value === '') change({ since: undefined, until: undefined });
    const hours = Number(value);
    if (hours > 0) change({ since: new Date(Date.now() - hours * MS_PER_HOUR).toISOString(), until: undefined });
  };
  return (
    <>
      <select
        aria-label="Time"
        value={given || between ? 'between' : ''}
        onChange={({ target }) => choose(target.value)}
      >
        <option value="">Any time</option>
        {BACK.map(([hours, name]) => (
          <option key={hours} value={hours}>
            {name}
          </option>
        ))}
        <option value="between">Between…</option>
      </select>
      {(given || between) && (
        <>
          <label className="inline-field">
            <span>From</span>
            <input
              type="datetime-local"
              value={toLocalField(since)}
              onChange={({ target }) => change({ since: fromLocalField(target.value) })}
            />
          </label>
          <label className="inline-field">
            <span>to</span>
            <input
              type="datetime-local"
              value={toLocalField(until)}
              onChange={({ target }) => change({ until: fromLocalField(target.value) })}
            />
          </label>
        </>
      )}
    </>
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

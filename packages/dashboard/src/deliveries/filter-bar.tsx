// The fields above the list. Each change goes into the address at once.
import { type FormEvent, useEffect, useState } from 'react';
import { outcomeTitle } from '../../../posthorn/src/apps/words/outcomes.ts';
import { isEventType } from '../../../posthorn/src/domain/event-type.ts';
import { OUTCOMES, readStatuses } from '../../../posthorn/src/domain/outcome.ts';
import { EndpointChoice } from '../endpoints/endpoint-choice.tsx';
import { shortId } from '../endpoints/name.tsx';
import { fromLocalField, toLocalField } from '../parts/local-time.ts';
import { zoneText } from '../parts/time.ts';
import { type Filters, NO_FILTERS } from './filters.ts';

const STATES = [
  ['', 'Any state'],
  ['pending', 'Pending'],
  ['succeeded', 'Succeeded'],
  ['exhausted', 'Exhausted'],
  ['cancelled', 'Cancelled'],
] as const;

const CAUSES = OUTCOMES.map((outcome) => [outcome, outcomeTitle({ outcome, status: null })] as const);

const isStatusFilter = (text: string): boolean => text.split(',').every((one) => readStatuses(one) !== undefined);
const isKey = (text: string): boolean => text.trim() === text && text.length <= 128;

interface FilterBarProps {
  readonly filters: Filters;
  readonly tenant: string;
  readonly change: (change: Partial<Filters>) => void;
}

export function FilterBar({ filters, tenant, change }: FilterBarProps) {
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
      <EndpointChoice
        tenant={tenant}
        id={filters.endpointId}
        none="Any endpoint"
        choose={(endpointId) => change({ endpointId })}
      />
      <select
        aria-label="Last attempt"
        value={filters.outcome ?? ''}
        onChange={({ target }) => change({ outcome: orNone(target.value) })}
      >
        <option value="">Any outcome</option>
        {CAUSES.map(([outcome, title]) => (
          <option key={outcome} value={outcome}>
            {title}
          </option>
        ))}
        {filters.outcome?.includes(',') && <option value={filters.outcome}>{filters.outcome}</option>}
      </select>
      <TextField
        name="Status"
        hint="503, 4xx"
        value={filters.status}
        fits={isStatusFilter}
        apply={(status) => change({ status })}
      />
      <TextField
        name="Event type"
        hint="Event type"
        value={filters.eventType}
        fits={isEventType}
        apply={(eventType) => change({ eventType })}
      />
      <TextField name="Key" hint="Key" value={filters.key} fits={isKey} apply={(key) => change({ key })} />
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
            <span>From ({zoneText(since)})</span>
            <input
              type="datetime-local"
              value={toLocalField(since)}
              onChange={({ target }) => change({ since: fromLocalField(target.value) })}
            />
          </label>
          <label className="inline-field">
            <span>to ({zoneText(until)})</span>
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

interface TextFieldProps {
  readonly name: string;
  readonly hint: string;
  readonly value: string | undefined;
  readonly fits: (text: string) => boolean;
  readonly apply: (value: string | undefined) => void;
}

/** Values are exact, so a half-written one is not asked for. */
function TextField({ name, hint, value = '', fits, apply }: TextFieldProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const done = () => {
    if (text === value) return;
    if (text === '') apply(undefined);
    else if (fits(text)) apply(text);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    done();
  };
  return (
    <form onSubmit={submit}>
      <input
        aria-label={name}
        placeholder={hint}
        spellCheck={false}
        aria-invalid={text !== '' && !fits(text)}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onBlur={done}
      />
    </form>
  );
}

// The choice of deliveries to replay: counted while one chooses, begun only after the number was seen.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import { durationText } from '../../../posthorn/src/apps/words/times.ts';
import type { Replay } from '../api/answers.ts';
import { ofTenant, post } from '../api/client.ts';
import { replaysKey } from '../api/queries.ts';
import { EndpointChoice } from '../endpoints/endpoint-choice.tsx';
import { readTypes, typesText } from '../endpoints/event-types.ts';
import { fromLocalField, toLocalField } from '../parts/local-time.ts';
import { Failed } from '../parts/states.tsx';
import { zoneText } from '../parts/time.ts';
import { bodyOf, type ReplayRequest, SETTLED_STATES, type SettledState } from './request.ts';

const DEFAULT_RATE = 50;
const MAX_RATE = 1_000;
/** Counting begins when nothing was changed for so long. */
const SETTLE_MS = 300;

interface ReplayDialogProps {
  readonly tenant: string;
  /** The first choice. */
  readonly request: ReplayRequest;
  readonly close: () => void;
}

export function ReplayDialog({ tenant, request: first, close }: ReplayDialogProps) {
  const [request, setRequest] = useState(first);
  const [types, setTypes] = useState(typesText(first.eventTypes === null ? null : [...first.eventTypes]));
  const [rate, setRate] = useState(DEFAULT_RATE);
  const [, go] = useLocation();
  const queries = useQueryClient();
  const title = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const change = (parts: Partial<ReplayRequest>) => setRequest({ ...request, ...parts });

  const counted = useSettled(request);
  const count = useQuery({
    queryKey: [...replaysKey(tenant), 'count', counted],
    queryFn: () => post<{ total: number }>(ofTenant(tenant, '/replays'), bodyOf(counted, { dryRun: true })),
    enabled: counted.states.length > 0,
    retry: false,
    gcTime: 0,
  });
  const known = count.isFetching || counted !== request ? undefined : count.data?.total;
  const begin = useMutation({
    mutationFn: () => post<Replay>(ofTenant(tenant, '/replays'), bodyOf(request, { ratePerSecond: rate })),
    onSuccess: async ({ id }) => {
      close();
      go(`/t/${encodeURIComponent(tenant)}/replays/${id}`);
      await queries.invalidateQueries({ queryKey: replaysKey(tenant) });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate();
  };
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={title} onClose={close}>
      <form className="form" onSubmit={submit}>
        <h2 id={title}>Replay deliveries</h2>
        <p className="muted">
          Each gets one more attempt, with the same ids and the same body. One that fails changes nothing.
        </p>
        <Which tenant={tenant} request={request} change={change} />
        <label className="field">
          <span>Event types</span>
          <input
            placeholder="all"
            spellCheck={false}
            value={types}
            onChange={({ target }) => {
              setTypes(target.value);
              change({ eventTypes: readTypes(target.value) });
            }}
          />
          <small>Names or prefixes such as user.*, separated by spaces</small>
        </label>
        <label className="field">
          <span>Attempts per second, at most</span>
          <input
            type="number"
            required
            min={1}
            max={MAX_RATE}
            value={Number.isNaN(rate) ? '' : rate}
            onChange={({ target }) => setRate(target.valueAsNumber)}
          />
          <small>A slow endpoint gets fewer.</small>
        </label>
        <div role="status" className="count">
          {request.states.length === 0 ? (
            <span className="muted">Choose at least one state.</span>
          ) : count.isError && counted === request ? (
            <Failed error={count.error} />
          ) : known === undefined ? (
            <span className="muted">Counting…</span>
          ) : (
            <Counted total={known} rate={rate} />
          )}
        </div>
        {begin.isError && <Failed error={begin.error} />}
        <div className="buttons">
          <button type="submit" className="button primary" disabled={(known ?? 0) === 0 || begin.isPending}>
            {known === undefined || known === 0 ? 'Replay' : `Replay ${deliveries(known)}`}
          </button>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}

interface WhichProps {
  readonly tenant: string;
  readonly request: ReplayRequest;
  readonly change: (parts: Partial<ReplayRequest>) => void;
}

function Which({ tenant, request, change }: WhichProps) {
  const turn = (state: SettledState, on: boolean) =>
    change({
      states: SETTLED_STATES.map(([each]) => each).filter((each) =>
        each === state ? on : request.states.includes(each),
      ),
    });
  return (
    <>
      <fieldset className="checks">
        <legend>Deliveries that are</legend>
        {SETTLED_STATES.map(([state, name]) => (
          <label key={state}>
            <input
              type="checkbox"
              checked={request.states.includes(state)}
              onChange={({ target }) => turn(state, target.checked)}
            />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
      <div className="field">
        <span aria-hidden="true">Endpoint</span>
        <EndpointChoice
          tenant={tenant}
          id={request.endpointId}
          none="Every endpoint"
          choose={(endpointId) => change({ endpointId })}
        />
      </div>
      <div className="two-fields">
        {(['since', 'until'] as const).map((end) => (
          <label key={end} className="field">
            <span>
              {end === 'since' ? 'Created from' : 'Created before'} ({zoneText(request[end])})
            </span>
            <input
              type="datetime-local"
              value={toLocalField(request[end])}
              onChange={({ target }) => change({ [end]: fromLocalField(target.value) })}
            />
          </label>
        ))}
      </div>
    </>
  );
}

function Counted({ total, rate }: { readonly total: number; readonly rate: number }) {
  if (total === 0) return <span className="muted">There are no such deliveries.</span>;
  return (
    <>
      <strong>{deliveries(total)}</strong>
      {rate >= 1 && <span className="muted">, which takes at least {durationText((total / rate) * 1_000)}</span>}
    </>
  );
}

const deliveries = (count: number): string => `${countText(count)} ${count === 1 ? 'delivery' : 'deliveries'}`;

/** A value once it has been the same for a moment. */
function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

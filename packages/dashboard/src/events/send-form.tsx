// Sends an event: one of the samples, changed as one likes.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { Link } from 'wouter';
import { indentJson } from '../../../posthorn/src/apps/words/indent-json.ts';
import type { AcceptedEvent } from '../api/answers.ts';
import { ofTenant, post } from '../api/client.ts';
import { Failed } from '../parts/states.tsx';
import { sampleEvents } from '../sample-events.ts';
import { Matches } from './matches.tsx';

const [FIRST] = sampleEvents;

export function SendForm({ tenant }: { readonly tenant: string }) {
  const [type, setType] = useState(FIRST?.type ?? '');
  const [payload, setPayload] = useState(indentJson(FIRST?.payload ?? '{}'));
  const known = useId();
  const queries = useQueryClient();
  const send = useMutation({
    // The payload travels as it was typed: parsed here, 300.20 would arrive as 300.2.
    mutationFn: () =>
      post<AcceptedEvent>(ofTenant(tenant, '/events'), `{"type": ${JSON.stringify(type)}, "payload": ${payload}}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tenant', tenant, 'events'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  const choose = (index: number) => {
    const sample = sampleEvents[index];
    if (sample === undefined) return;
    setType(sample.type);
    setPayload(indentJson(sample.payload));
  };
  return (
    <form className="card form" onSubmit={submit} aria-label="Send an event">
      <h2>Send a test event</h2>
      <label className="field">
        <span>Sample</span>
        <select onChange={({ target }) => choose(Number(target.value))}>
          {sampleEvents.map((sample, index) => (
            <option key={sample.payload + sample.type} value={index}>
              {sample.type}
              {sample.type === 'satisfaction.answered' && ` (${sample.payload.match(/"(\w+)":[^:]*$/)?.[1]})`}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Type</span>
        <input required list={known} spellCheck={false} value={type} onChange={({ target }) => setType(target.value)} />
        <datalist id={known}>
          {[...new Set(sampleEvents.map((sample) => sample.type))].map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      </label>
      <label className="field">
        <span>Payload</span>
        <textarea
          required
          rows={10}
          spellCheck={false}
          value={payload}
          onChange={({ target }) => setPayload(target.value)}
        />
        <small>A JSON object. eventId, eventType, createdAt and sentAt are added where they are missing.</small>
      </label>
      {send.isError && <Failed error={send.error} />}
      <button type="submit" className="button primary" disabled={send.isPending}>
        Send event
      </button>
      <div role="status">
        {send.data !== undefined && (
          <div className="sent">
            <p>
              Accepted as <Link href={`/t/${encodeURIComponent(tenant)}/events/${send.data.id}`}>{send.data.id}</Link>,
              on its way to {send.data.deliveries.length} of the endpoints:
            </p>
            <Matches tenant={tenant} type={send.data.type} deliveries={send.data.deliveries} />
          </div>
        )}
      </div>
    </form>
  );
}

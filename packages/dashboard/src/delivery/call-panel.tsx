// One call in full: what came of it in words, what was sent, what came back.
import type { ReactNode } from 'react';
import { outcomeAdvice, outcomeTitle } from '../../../posthorn/src/apps/words/outcomes.ts';
import { durationText } from '../../../posthorn/src/apps/words/times.ts';
import type { Call, SentRequest } from '../api/answers.ts';
import { Badge, outcomeTone } from '../parts/badge.tsx';
import { Code, Headers } from '../parts/code.tsx';
import { inert } from '../parts/inert.ts';
import { Clock } from '../parts/moment.tsx';

interface CallPanelProps {
  readonly call: Call;
  /** A test is not repeated. */
  readonly kind?: 'delivery' | 'test';
  /** As it was sent; `null` when nobody can know it any more. */
  readonly request: SentRequest | null;
  /** `undefined` while it is being fetched. */
  readonly requestBody: string | undefined;
  /** Actions on the request, e.g. copying it. */
  readonly tools?: ReactNode;
}

export function CallPanel({ call, kind = 'delivery', request, requestBody, tools }: CallPanelProps) {
  return (
    <>
      <Verdict call={call} kind={kind} />
      <div className="columns">
        <section className="card">
          <div className="card-head">
            <h3>Request</h3>
            {tools}
          </div>
          <Sent request={request} />
          {requestBody === undefined ? (
            <p className="muted">The body is not there yet.</p>
          ) : (
            <Code label="Request body" text={requestBody} />
          )}
        </section>
        <section className="card">
          <div className="card-head">
            <h3>Response</h3>
            {call.status !== null && <span className="status-line">HTTP {call.status}</span>}
          </div>
          <Received call={call} />
        </section>
      </div>
    </>
  );
}

function Sent({ request }: { readonly request: SentRequest | null }) {
  if (request === null) {
    return (
      <p className="muted">
        Its URL and headers are not known: no request was sent, the endpoint was deleted, or a Posthorn from before this
        was kept made the call.
      </p>
    );
  }
  const { method, url, profile, headers, signature } = request;
  return (
    <>
      <p className="called">
        <code>
          {method} {inert(url)}
        </code>{' '}
        <span className="muted">profile {profile}</span>
      </p>
      <Headers
        label="Request headers"
        lines={headers.map(({ name, value }) => [name, value] as const)}
        absent={signature === null ? 'not shown' : 'hidden, it may be a credential'}
      />
      {signature === null && (
        <p className="muted">The signature is not known any more: the secret or the payload was erased.</p>
      )}
    </>
  );
}

function Verdict({ call, kind }: { readonly call: Call; readonly kind: 'delivery' | 'test' }) {
  const tone = outcomeTone(call.outcome);
  return (
    <div className={`verdict ${tone}`}>
      <div className="verdict-head">
        <Badge tone={tone}>{outcomeTitle(call)}</Badge>
        <span className="muted">
          <Clock at={call.startedAt} /> · took {durationText(call.durationMs)}
          {call.connectMs === null ? '' : ` (${durationText(call.connectMs)} to connect)`}
        </span>
      </div>
      {call.error !== null && <p>{inert(call.error)}</p>}
      {call.outcome !== 'succeeded' && (
        <p>
          <strong>What to do:</strong> {outcomeAdvice(call, kind)}
        </p>
      )}
      {call.repeated && <p>A kept connection had broken, so the call was made once more under the same id.</p>}
    </div>
  );
}

function Received({ call }: { readonly call: Call }) {
  if (call.status === null) return <p className="muted">There was no response.</p>;
  const lines = call.responseHeaders.map(({ name, value }) => [name, value] as const);
  return (
    <>
      <Headers label="Response headers" lines={lines} />
      {call.responseBody === null || call.responseBody === '' ? (
        <p className="muted">The body was empty.</p>
      ) : (
        <Code label="Response body" text={call.responseBody} />
      )}
      {call.responseBodyEncoding === 'base64' && <p className="muted">Not text: shown as Base64.</p>}
      {call.responseTruncated && <p className="muted">It was longer; only its beginning is kept.</p>}
    </>
  );
}

// The signing secret and the values of extra headers: fetched when somebody asks, forgotten when they hide them or leave.
import { useMutation } from '@tanstack/react-query';
import type { EndpointSecret, ErasedSecrets } from '../api/answers.ts';
import { get, ofTenant, remove } from '../api/client.ts';
import { Headers } from '../parts/code.tsx';
import { Copy } from '../parts/copy.tsx';
import { Failed } from '../parts/states.tsx';

interface SecretProps {
  readonly tenant: string;
  readonly endpointId: string;
  readonly headerNames: readonly string[];
  /** Number of the present settings. */
  readonly version: number;
}

export function Secret({ tenant, endpointId, headerNames, version }: SecretProps) {
  const reveal = useMutation({
    mutationFn: () => get<EndpointSecret>(ofTenant(tenant, `/endpoints/${endpointId}/secret`)),
    gcTime: 0,
  });
  const shown = reveal.data;
  return (
    <>
      <div>
        <dt>Signing secret</dt>
        <dd className="secret">
          <code>{shown?.secret ?? '••••••••••••••••'}</code>
          {shown !== undefined && <Copy text={shown.secret} />}
          <button
            type="button"
            className="button small"
            onClick={() => (shown === undefined ? reveal.mutate() : reveal.reset())}
          >
            {shown === undefined ? 'Reveal' : 'Hide'}
          </button>
          {reveal.isError && <Failed error={reveal.error} />}
        </dd>
      </div>
      {version > 1 && <EarlierSecrets tenant={tenant} endpointId={endpointId} />}
      <div>
        <dt>Extra headers</dt>
        <dd>
          {headerNames.length === 0 ? (
            'none'
          ) : (
            <Headers label="Extra headers" lines={headerNames.map((name) => [name, shown?.headers[name] ?? null])} />
          )}
        </dd>
      </div>
    </>
  );
}

/** Secrets that were replaced: kept to show the signatures made with them, until somebody wants them gone. */
function EarlierSecrets({ tenant, endpointId }: Pick<SecretProps, 'tenant' | 'endpointId'>) {
  const erase = useMutation({
    mutationFn: () => remove<ErasedSecrets>(ofTenant(tenant, `/endpoints/${endpointId}/secrets/previous`)),
  });
  return (
    <div>
      <dt>Earlier secrets</dt>
      <dd>
        Kept, encrypted, as long as an attempt was signed with one, so that it shows the signature that was sent.{' '}
        <button type="button" className="button small" disabled={erase.isPending} onClick={() => erase.mutate()}>
          Erase
        </button>
        <span role="status" className="muted">
          {erase.data !== undefined && ` ${erasedText(erase.data.erased)}`}
        </span>
        {erase.isError && <Failed error={erase.error} />}
      </dd>
    </div>
  );
}

function erasedText(count: number): string {
  if (count === 0) return 'There are none.';
  return `${count === 1 ? 'One is' : `${count} are`} gone: signatures made with ${count === 1 ? 'it' : 'them'} are not shown any more.`;
}

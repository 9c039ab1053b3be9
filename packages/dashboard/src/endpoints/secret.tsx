// The signing secret and the values of extra headers: fetched when somebody asks, forgotten when they hide them or leave.
import { useMutation } from '@tanstack/react-query';
import { get, ofTenant } from '../api/client.ts';
import type { EndpointSecret } from '../api/shapes.ts';
import { Headers } from '../parts/code.tsx';
import { Copy } from '../parts/copy.tsx';
import { Failed } from '../parts/states.tsx';

interface SecretProps {
  readonly tenant: string;
  readonly endpointId: string;
  readonly headerNames: readonly string[];
}

export function Secret({ tenant, endpointId, headerNames }: SecretProps) {
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

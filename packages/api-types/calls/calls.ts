// A call of every operation of the API, as a TypeScript program writes it with generated types. The test beside it compiles
// this file with `schema.ts`, which it generates, and checks that no operation is missing. Nothing here runs.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema.ts';

const client = createClient<paths>({
  baseUrl: 'http://127.0.0.1:4400',
  headers: { authorization: `Bearer ${process.env['POSTHORN_API_KEY']}` },
});

type Schemas = components['schemas'];

/** The answer to a call that succeeds. */
function answered<Data>({
  data,
  error,
}: {
  readonly data?: Data;
  readonly error?: Schemas['Problem'] | undefined;
}): Data {
  if (data === undefined) throw new Error(error?.detail ?? 'No answer.');
  return data;
}

const tenant = 'acme';

export async function tenants(): Promise<string> {
  await client.PUT('/v1/tenants/{tenant}', { params: { path: { tenant } } });
  await client.PUT('/v1/tenants/{tenant}', {
    params: { path: { tenant } },
    body: { name: 'Acme Ltd', retentionDays: 7 },
  });
  await client.DELETE('/v1/tenants/{tenant}', { params: { path: { tenant: 'gone' } } });
  const page = answered(await client.GET('/v1/tenants', { params: { query: { limit: 10 } } }));
  const next: string | null = page.nextCursor;
  const { name, retentionDays } = answered(await client.GET('/v1/tenants/{tenant}', { params: { path: { tenant } } }));
  const days: number | null = retentionDays;
  return `${name} ${days} ${next}`;
}

export async function endpoints(): Promise<string> {
  const path = { tenant };
  const url = 'https://receiver.example/hook';
  const settings: Schemas['NewEndpoint'] = {
    url,
    eventTypes: ['user.*', 'transaction.attributed'],
    headers: { 'x-route': 'eu' },
    scheduleMs: [10_000, 20_000],
  };
  await client.POST('/v1/tenants/{tenant}/endpoints', { params: { path }, body: settings });
  const created = await client.POST('/v1/tenants/{tenant}/endpoints', {
    params: { path },
    body: { url },
  });
  const { id, secret } = answered(created);
  const one = { params: { path: { tenant, endpoint: id } } };
  await client.GET('/v1/tenants/{tenant}/endpoints', { params: { path, query: { limit: 50 } } });
  await client.GET('/v1/tenants/{tenant}/endpoints/{endpoint}', one);
  await client.PUT('/v1/tenants/{tenant}/endpoints/{endpoint}', {
    params: { path: { tenant, endpoint: 'billing' } },
    body: { url: 'https://receiver.example/hook', keepSecret: true },
  });
  await client.PATCH('/v1/tenants/{tenant}/endpoints/{endpoint}', { ...one, body: { eventTypes: null } });
  await client.POST('/v1/tenants/{tenant}/endpoints/{endpoint}/disable', one);
  await client.POST('/v1/tenants/{tenant}/endpoints/{endpoint}/enable', one);
  const kept = answered(await client.GET('/v1/tenants/{tenant}/endpoints/{endpoint}/secret', one));
  const { erased } = answered(await client.DELETE('/v1/tenants/{tenant}/endpoints/{endpoint}/secrets/previous', one));
  const route: string | undefined = kept.headers['x-route'];
  await client.POST('/v1/tenants/{tenant}/endpoints/{endpoint}/test', one);
  const test = await client.POST('/v1/tenants/{tenant}/endpoints/{endpoint}/test', {
    ...one,
    body: { type: 'order.paid', payload: { orderId: '20417', total: 300.2 } },
  });
  const { attempt } = answered(test);
  await client.DELETE('/v1/tenants/{tenant}/endpoints/{endpoint}', one);
  return `${secret} ${route} ${attempt.outcome} ${attempt.status} ${attempt.request.signature} ${erased}`;
}

export async function events(): Promise<string[]> {
  const path = { tenant };
  const payload = { orderId: '20417', lines: [{ sku: 'a', count: 2 }], note: null };
  const posted = await client.POST('/v1/tenants/{tenant}/events', {
    params: { path },
    body: { type: 'order.paid', payload, id: '0190163d-8694-739b-aea5-966c26f8ad91' },
  });
  // @ts-expect-error an event has a payload
  await client.POST('/v1/tenants/{tenant}/events', { params: { path }, body: { type: 'order.paid' } });
  // @ts-expect-error a payload is an object
  await client.POST('/v1/tenants/{tenant}/events', { params: { path }, body: { type: 'order.paid', payload: 'text' } });
  const batch = await client.POST('/v1/tenants/{tenant}/events/batch', {
    params: { path },
    body: {
      events: [
        { type: 'order.paid', payload },
        { type: 'order.sent', payload: {} },
      ],
    },
  });
  await client.GET('/v1/tenants/{tenant}/events', { params: { path, query: { eventType: 'order.paid', limit: 10 } } });
  const { id } = answered(posted);
  const event = answered(
    await client.GET('/v1/tenants/{tenant}/events/{event}', { params: { path: { tenant, event: id } } }),
  );
  return [event.body, ...answered(batch).events.map(({ createdAt }) => createdAt)];
}

export async function deliveries(): Promise<string | null> {
  const page = await client.GET('/v1/tenants/{tenant}/deliveries', {
    params: {
      path: { tenant },
      query: { state: 'exhausted', outcome: ['tls_error', 'dns_error'], status: '5xx', since: '2026-11-23T18:59:00Z' },
    },
  });
  const [delivery] = answered(page).data;
  if (delivery === undefined) return null;
  const one = { params: { path: { tenant, delivery: delivery.id } } };
  const { retry } = answered(await client.POST('/v1/tenants/{tenant}/deliveries/{delivery}/retry', one));
  const { attempts } = answered(await client.GET('/v1/tenants/{tenant}/deliveries/{delivery}', one));
  return `${retry} ${attempts[0]?.error}`;
}

export async function erased(id: string): Promise<void> {
  await client.DELETE('/v1/tenants/{tenant}/events/{event}', { params: { path: { tenant, event: id } } });
}

export async function found(): Promise<string | undefined> {
  const { data, more } = answered(await client.GET('/v1/find', { params: { query: { id: 'order-20417' } } }));
  return more ? undefined : (data[0]?.deliveryId ?? data[0]?.tenant);
}

export async function replays(): Promise<number> {
  const params = { path: { tenant } };
  const counted = await client.POST('/v1/tenants/{tenant}/replays', { params, body: { dryRun: true } });
  const { total } = answered(counted);
  const begun = answered(
    await client.POST('/v1/tenants/{tenant}/replays', { params, body: { states: ['exhausted'], ratePerSecond: 20 } }),
  );
  await client.GET('/v1/tenants/{tenant}/replays', { params });
  if (!('id' in begun)) return total;
  const one = { params: { path: { tenant, replay: begun.id } } };
  await client.POST('/v1/tenants/{tenant}/replays/{replay}/cancel', one);
  const { replayed } = answered(await client.GET('/v1/tenants/{tenant}/replays/{replay}', one));
  return replayed;
}

export async function watching(): Promise<number | null> {
  await client.GET('/healthz');
  await client.GET('/readyz');
  await client.GET('/metrics', { parseAs: 'text' });
  await client.GET('/v1/stream', { params: { query: { tenant } }, parseAs: 'stream' });
  const { worst } = answered(await client.GET('/v1/stats', { params: { query: { tenant } } }));
  const endpoint = worst[0]?.endpointId ?? '';
  const path = { tenant, endpoint };
  const stats = await client.GET('/v1/tenants/{tenant}/endpoints/{endpoint}/stats', {
    params: { path, query: { span: 'day' } },
  });
  return answered(stats).successRate;
}

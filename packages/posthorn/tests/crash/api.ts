// The service's HTTP API as the harness uses it, apart from posting events: set up, look, compare.
import { request } from 'undici';
import type { Service } from './service.ts';

export const API_KEY = 'crash-suite-api-key-0123456789';
export const TENANT = 'crash';

const ANSWER_LIMIT_MS = 20_000;
const PAGE = 200;

export interface DeliveryView {
  readonly id: string;
  readonly eventId: string;
  readonly endpointId: string;
  readonly state: string;
}

export interface AttemptView {
  readonly id: string;
  readonly number: number;
  readonly outcome: string;
  readonly late: boolean;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export async function call(
  service: Pick<Service, 'url'>,
  method: string,
  path: string,
  body?: string,
): Promise<Answer> {
  const {
    statusCode,
    headers,
    body: answer,
  } = await request(new URL(path, service.url), {
    method,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: body ?? null,
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  });
  return { status: statusCode, type: String(headers['content-type']), text: await answer.text() };
}

async function done(service: Service, method: string, path: string, body?: string): Promise<string> {
  const { status, text } = await call(service, method, path, body);
  if (status >= 300) throw new Error(`${method} ${path} was answered ${status}: ${text}`);
  return text;
}

export async function createTenant(service: Service): Promise<void> {
  await done(service, 'PUT', `/v1/tenants/${TENANT}`, '{}');
}

export interface EndpointWish {
  readonly url: string;
  readonly secret: string;
  readonly eventTypes: readonly string[];
  readonly scheduleMs?: readonly number[];
}

/** @returns its id */
export async function createEndpoint(service: Service, wish: EndpointWish): Promise<string> {
  const text = await done(service, 'POST', `/v1/tenants/${TENANT}/endpoints`, JSON.stringify(wish));
  const { id }: { id: string } = JSON.parse(text);
  return id;
}

/** Some deliveries in a state; the first page of them. */
export async function deliveriesIn(service: Service, state: string): Promise<readonly DeliveryView[]> {
  const text = await done(service, 'GET', `/v1/tenants/${TENANT}/deliveries?state=${state}&limit=${PAGE}`);
  const { data }: { data: DeliveryView[] } = JSON.parse(text);
  return data;
}

export async function deliveryDetail(
  service: Service,
  id: string,
): Promise<DeliveryView & { readonly attempts: readonly AttemptView[] }> {
  const text = await done(service, 'GET', `/v1/tenants/${TENANT}/deliveries/${id}`);
  const detail: DeliveryView & { attempts: AttemptView[] } = JSON.parse(text);
  return detail;
}

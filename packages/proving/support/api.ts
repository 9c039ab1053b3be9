// The service's HTTP API as the harness uses it, apart from posting events: set up, look, compare.
import { request } from 'undici';

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
  readonly trigger: string;
  readonly outcome: string;
  readonly status: number | null;
  readonly durationMs: number;
  readonly repeated: boolean;
  readonly responseBody: string | null;
  readonly error: string | null;
  readonly late: boolean;
}

/** Any service that answers there. */
interface Asked {
  readonly url: string;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export async function call(service: Asked, method: string, path: string, body?: string): Promise<Answer> {
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

async function done(service: Asked, method: string, path: string, body?: string): Promise<string> {
  const { status, text } = await call(service, method, path, body);
  if (status >= 300) throw new Error(`${method} ${path} was answered ${status}: ${text}`);
  return text;
}

export async function createTenant(service: Asked): Promise<void> {
  await done(service, 'PUT', `/v1/tenants/${TENANT}`, '{}');
}

export interface NewEndpoint {
  readonly url: string;
  readonly secret: string;
  readonly eventTypes: readonly string[];
  readonly scheduleMs?: readonly number[];
  readonly connectTimeoutMs?: number;
  readonly replyTimeoutMs?: number;
}

/** @returns its id */
export async function createEndpoint(service: Asked, endpoint: NewEndpoint): Promise<string> {
  const text = await done(service, 'POST', `/v1/tenants/${TENANT}/endpoints`, JSON.stringify(endpoint));
  const { id }: { id: string } = JSON.parse(text);
  return id;
}

/** Posts up to 1,000 events in one request. */
export async function postBatch(service: Asked, type: string, payloads: readonly string[]): Promise<void> {
  const events = payloads.map((payload) => `{"type":"${type}","payload":${payload}}`);
  await done(service, 'POST', `/v1/tenants/${TENANT}/events/batch`, `{"events":[${events.join(',')}]}`);
}

interface DeliveryPage {
  readonly data: readonly DeliveryView[];
  readonly nextCursor: string | null;
}

async function deliveryPage(service: Asked, query: Readonly<Record<string, string>>): Promise<DeliveryPage> {
  const parameters = new URLSearchParams({ limit: String(PAGE), ...query });
  const text = await done(service, 'GET', `/v1/tenants/${TENANT}/deliveries?${parameters}`);
  const page: DeliveryPage = JSON.parse(text);
  return page;
}

/**
 * Some deliveries in a state; the first page of them.
 * @param endpointId only those to this endpoint
 */
export async function deliveriesIn(
  service: Asked,
  state: string,
  endpointId?: string,
): Promise<readonly DeliveryView[]> {
  return (await deliveryPage(service, { state, ...(endpointId !== undefined && { endpointId }) })).data;
}

/** All deliveries to an endpoint in a state. */
export async function allDeliveriesIn(service: Asked, state: string, endpointId: string): Promise<DeliveryView[]> {
  const all: DeliveryView[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await deliveryPage(service, { state, endpointId, ...(cursor !== '' && { cursor }) });
    all.push(...page.data);
    cursor = page.nextCursor;
  }
  return all;
}

export async function deliveryDetail(
  service: Asked,
  id: string,
): Promise<DeliveryView & { readonly attempts: readonly AttemptView[] }> {
  const text = await done(service, 'GET', `/v1/tenants/${TENANT}/deliveries/${id}`);
  const detail: DeliveryView & { attempts: AttemptView[] } = JSON.parse(text);
  return detail;
}

export interface ReplayView {
  readonly id: string;
  readonly state: string;
  readonly total: number;
  readonly replayed: number;
  readonly skipped: number;
}

/** Begins a replay of everything of a type that is exhausted. */
export async function replayAll(service: Asked, eventType: string, ratePerSecond: number): Promise<ReplayView> {
  const endpoint = JSON.stringify({ eventTypes: [eventType], ratePerSecond });
  const replay: ReplayView = JSON.parse(await done(service, 'POST', `/v1/tenants/${TENANT}/replays`, endpoint));
  return replay;
}

export async function replayOf(service: Asked, id: string): Promise<ReplayView> {
  const replay: ReplayView = JSON.parse(await done(service, 'GET', `/v1/tenants/${TENANT}/replays/${id}`));
  return replay;
}

// The demo's calls to the service, over its HTTP API like anybody else.

import { type ApiAccess, callApi, problemSentence } from '../../posthorn/src/apps/command/api-client.ts';
import { CommandError } from '../../posthorn/src/apps/command/exit-codes.ts';
import { field } from '../../posthorn/src/apps/command/json-field.ts';
import type { SampleEvent } from '../../posthorn/src/apps/samples/iadvize.ts';
import type { DemoEndpoint } from './endpoints.ts';
import type { Installation } from './installation.ts';
import type { Ending } from './ledger.ts';

export interface Posted {
  readonly eventId: string;
  readonly deliveries: readonly { readonly id: string; readonly endpointId: string }[];
  /** It had been accepted before. */
  readonly again: boolean;
}

const PAGE = 200;

function text(value: unknown, name: string): string {
  const found = field(value, name);
  if (typeof found === 'string') return found;
  throw new CommandError(`The API's answer has no ${name}.`);
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = field(value, name);
  if (Array.isArray(found)) return found;
  throw new CommandError(`The API's answer has no ${name}.`);
}

export class DemoApi {
  readonly #installation: Pick<Installation, 'apiKey' | 'service'>;

  constructor(installation: Pick<Installation, 'apiKey' | 'service'>) {
    this.#installation = installation;
  }

  async createTenant(tenant: string): Promise<void> {
    await this.#call('PUT', `/v1/tenants/${tenant}`, '{}');
  }

  async createEndpoint(endpoint: DemoEndpoint, url: string): Promise<{ readonly id: string; readonly secret: string }> {
    const { eventTypes, replyTimeoutMs, description } = endpoint;
    const body = JSON.stringify({ url, eventTypes, description: description, replyTimeoutMs });
    const answer = await this.#call('POST', `/v1/tenants/${endpoint.tenant}/endpoints`, body);
    return { id: text(answer.body, 'id'), secret: text(answer.body, 'secret') };
  }

  /** @returns the API's sentence when it refuses the URL, `undefined` when it takes it */
  async refusal(tenant: string, url: string): Promise<string | undefined> {
    const path = `/v1/tenants/${tenant}/endpoints`;
    const answer = await callApi(this.#access, 'POST', path, JSON.stringify({ url }));
    return answer.status === 422 ? problemSentence(answer) : undefined;
  }

  /** Posts a sample; its payload goes in as it is written. */
  async post(tenant: string, { type, payload }: SampleEvent, id?: string): Promise<Posted> {
    const named = id === undefined ? '' : `"id":${JSON.stringify(id)},`;
    const body = `{${named}"type":${JSON.stringify(type)},"payload":${payload}}`;
    const answer = await this.#call('POST', `/v1/tenants/${tenant}/events`, body);
    return {
      eventId: text(answer.body, 'id'),
      deliveries: list(answer.body, 'deliveries').map((each) => ({
        id: text(each, 'id'),
        endpointId: text(each, 'endpointId'),
      })),
      again: answer.status === 200,
    };
  }

  /** Where the tenant's deliveries are. */
  async endings(tenant: string): Promise<ReadonlyMap<string, Ending>> {
    const answer = await this.#call('GET', `/v1/tenants/${tenant}/deliveries?limit=${PAGE}`);
    return new Map(
      list(answer.body, 'data').map((each) => [
        text(each, 'id'),
        { state: text(each, 'state'), attempts: Number(field(each, 'attemptCount')) },
      ]),
    );
  }

  /** The service's address changes when it is started again; its key does not. */
  get #access(): ApiAccess {
    return { url: this.#installation.service.url, key: this.#installation.apiKey };
  }

  async #call(
    method: string,
    path: string,
    body?: string,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const answer = await callApi(this.#access, method, path, body);
    if (answer.status >= 300) throw new CommandError(`${method} ${path}: ${problemSentence(answer)}`);
    return answer;
  }
}

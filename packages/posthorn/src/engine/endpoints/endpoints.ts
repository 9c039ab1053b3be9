// Changes to endpoints: what the engine must know of to deliver rightly goes to the store and to the lanes from here.
import type { Endpoint, EndpointSecrets } from '../../domain/endpoint.ts';
import { type EndpointId, makeId, type TenantId } from '../../domain/ids.ts';
import { wholeMs } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Random } from '../../seams/random.ts';
import type { Page, Registry, StoredEndpoint } from '../../seams/store/registry.ts';
import type { DueNotice } from '../due-notice.ts';
import type { Catalogs } from './catalog.ts';
import type { EndpointSeal } from './endpoint-seal.ts';

/** Endpoints that one tenant may have: as many as one event may fan out to in one transaction. */
export const MAX_ENDPOINTS_PER_TENANT = 10_000;

/** Endpoints that a search reads at once. */
const SEARCH_STEP = 500;

/** An endpoint's settings, checked and complete. */
export interface EndpointSettings extends EndpointSecrets {
  readonly url: string;
  readonly eventTypes: readonly string[] | null;
  readonly description: string;
  readonly scheduleMs: readonly number[];
  readonly connectTimeoutMs: number;
  readonly replyTimeoutMs: number;
  readonly enabled: boolean;
}

/** An endpoint with its secret part opened. */
export interface OpenEndpoint extends Endpoint, EndpointSecrets {}

interface Parts {
  readonly store: Registry;
  readonly clock: Clock;
  readonly random: Random;
  readonly catalogs: Catalogs;
  readonly seal: EndpointSeal;
  readonly due: DueNotice;
}

export class Endpoints {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @param given the id that it has, if it was made by an earlier try of the same request */
  async create(
    tenantId: TenantId,
    settings: EndpointSettings,
    given?: EndpointId,
  ): Promise<OpenEndpoint | 'unknown_tenant' | 'too_many'> {
    const { store, clock, random, catalogs } = this.#parts;
    const known = given && (await this.open(tenantId, given));
    if (known !== undefined) return known;
    const now = clock.wallNow();
    const id = given ?? makeId<EndpointId>(now, random.bytes(10));
    const { secrets, headers, ...plain } = settings;
    const endpoint = { ...plain, id, tenantId, createdAt: now, updatedAt: now };
    const stored = { ...endpoint, sealed: this.#parts.seal.close(tenantId, id, settings), version: 1 };
    const answer = await store.createEndpoint(stored, MAX_ENDPOINTS_PER_TENANT);
    catalogs.forget(tenantId);
    return answer === 'created' ? { ...endpoint, secrets, headers } : answer;
  }

  async change(
    tenantId: TenantId,
    id: EndpointId,
    change: (current: EndpointSettings) => EndpointSettings,
  ): Promise<OpenEndpoint | 'missing'> {
    const { store, clock, seal } = this.#parts;
    for (;;) {
      const current = await store.endpoint(tenantId, id);
      if (current === undefined) return 'missing';
      const changed = change(this.#open(current));
      const { secrets, headers, ...plain } = changed;
      const { createdAt, version } = current;
      const endpoint = { ...plain, id, tenantId, createdAt, updatedAt: clock.wallNow() };
      const stored = { ...endpoint, sealed: seal.close(tenantId, id, changed), version: version + 1 };
      const answer = await this.#replace(stored);
      if (answer === 'missing') return 'missing';
      if (answer === 'replaced') return { ...endpoint, secrets, headers };
    }
  }

  async delete(tenantId: TenantId, id: EndpointId): Promise<boolean> {
    const deleted = await this.#parts.store.deleteEndpoint(tenantId, id, this.#parts.clock.wallNow());
    this.#parts.catalogs.forget(tenantId);
    return deleted;
  }

  async deleteTenant(id: TenantId): Promise<boolean> {
    const deleted = await this.#parts.store.deleteTenant(id, this.#parts.clock.wallNow());
    this.#parts.catalogs.forget(id);
    return deleted;
  }

  async open(tenantId: TenantId, id: EndpointId): Promise<OpenEndpoint | undefined> {
    const stored = await this.#parts.store.endpoint(tenantId, id);
    return stored === undefined ? undefined : this.#open(stored);
  }

  /** @param search a text that the id, the description or the host must have in it; left out, all are listed */
  async openAll(tenantId: TenantId, page: Page<EndpointId>, search?: string): Promise<OpenEndpoint[]> {
    const stored =
      search === undefined
        ? await this.#parts.store.endpoints(tenantId, page)
        : await this.#find(tenantId, page, search.toLowerCase());
    return stored.map((each) => this.#open(each));
  }

  /** In steps: a tenant has so many at most that reading them all is quick, and nothing else waits for it for long. */
  async #find(tenantId: TenantId, { limit, after }: Page<EndpointId>, search: string): Promise<StoredEndpoint[]> {
    const found: StoredEndpoint[] = [];
    for (let from = after; ; ) {
      const step = await this.#parts.store.endpoints(tenantId, { limit: SEARCH_STEP, after: from });
      found.push(...step.filter((each) => hasIn(each, search)));
      const last = step.at(-1);
      if (found.length >= limit || last === undefined || step.length < SEARCH_STEP) return found.slice(0, limit);
      from = last.id;
    }
  }

  /** What follows from the change follows also when its answer is lost, or a part of it fails. */
  async #replace(stored: StoredEndpoint): ReturnType<Registry['replaceEndpoint']> {
    const { store, clock, catalogs, due } = this.#parts;
    const now = wholeMs(clock.now());
    try {
      return await store.replaceEndpoint(stored, now);
    } finally {
      catalogs.forget(stored.tenantId);
      // What was paused for it is due.
      if (stored.enabled) due.mayBeDue(now);
    }
  }

  #open(stored: StoredEndpoint): OpenEndpoint {
    const { sealed: _, version: __, ...endpoint } = stored;
    return { ...endpoint, ...this.#parts.seal.open(stored) };
  }
}

/** @param search in small letters */
function hasIn({ id, description, url }: StoredEndpoint, search: string): boolean {
  return [id, description, new URL(url).host].some((text) => text.toLowerCase().includes(search));
}

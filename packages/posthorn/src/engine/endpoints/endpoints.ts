// Changes to endpoints: what the engine must know of to deliver rightly goes to the store and to the lanes from here.
import type { ChangedBy, Endpoint, EndpointState } from '../../domain/endpoint/endpoint.ts';
import { type EndpointSettings, sameSettings } from '../../domain/endpoint/settings.ts';
import { claimedId } from '../../domain/idempotency.ts';
import { type EndpointId, type EndpointUid, makeId, type TenantId } from '../../domain/ids.ts';
import { wholeMs } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Random } from '../../seams/random.ts';
import type { ClaimedKey } from '../../seams/store/idempotency.ts';
import type { Page, Registry, RewrittenVersion, StoredEndpoint } from '../../seams/store/registry.ts';
import type { DueNotice } from '../due-notice.ts';
import type { Catalogs } from './catalog.ts';
import type { EndpointDocuments } from './documents.ts';
import { type LaneRules, laneRulesOf } from './lane-rules.ts';

/** Endpoints that one tenant may have: as many as one event may fan out to in one transaction. */
export const MAX_ENDPOINTS_PER_TENANT = 10_000;

/** Endpoints that a search reads at once. */
const SEARCH_STEP = 500;

/** An endpoint with all of its settings. */
export interface OpenEndpoint extends Endpoint, EndpointSettings {}

/** Ids that a new endpoint has already. */
export interface GivenIds {
  /** Of a request that may have been sent before: the endpoint has its id, and is found again if it was made then. */
  readonly claim?: ClaimedKey | undefined;
  /** The application's own. */
  readonly uid?: EndpointUid | undefined;
}

/** Which endpoints of a tenant are meant; all conditions must hold. */
export interface EndpointFilter {
  /** In its canonical form. */
  readonly url?: string | undefined;
  /** A text that an id, the description or the host must have in it. */
  readonly search?: string | undefined;
}

interface Parts {
  readonly store: Registry;
  readonly clock: Clock;
  readonly random: Random;
  readonly catalogs: Catalogs;
  readonly documents: EndpointDocuments;
  readonly due: DueNotice;
  /** They go by an endpoint's rules. */
  readonly lanes: { follow(id: EndpointId, rules: LaneRules): void };
  /** Of the lanes of endpoints that have none of their own. */
  readonly laneRules: LaneRules;
}

export class Endpoints {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @returns `deleted` if an earlier try of the same request has made it, and it is gone by now */
  async create(
    tenantId: TenantId,
    settings: EndpointSettings,
    changedBy: ChangedBy,
    { claim, uid }: GivenIds,
  ): Promise<OpenEndpoint | 'unknown_tenant' | 'too_many' | 'uid_taken' | 'deleted'> {
    const { store, clock, random, catalogs, documents } = this.#parts;
    const now = clock.wallNow();
    const id = claim === undefined ? makeId<EndpointId>(now, random.bytes(10)) : claimedId<EndpointId>(claim.id);
    const endpoint: Endpoint = {
      id,
      tenantId,
      uid: uid ?? null,
      state: 'active',
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    const written = documents.write({ tenantId, endpointId: id, version: 1 }, settings);
    const answer = await store.createEndpoint({ ...endpoint, ...written, changedBy }, MAX_ENDPOINTS_PER_TENANT, claim);
    catalogs.forget(tenantId);
    if (answer !== 'created') return answer;
    // An earlier try may have made it, with another secret.
    return claim === undefined ? { ...endpoint, ...settings } : ((await this.open(tenantId, id)) ?? 'deleted');
  }

  async change(
    tenantId: TenantId,
    id: EndpointId,
    change: (current: EndpointSettings) => EndpointSettings,
    changedBy: ChangedBy,
  ): Promise<OpenEndpoint | 'missing'> {
    const { store, clock, catalogs, documents, lanes, laneRules } = this.#parts;
    for (;;) {
      const current = await store.endpoint(tenantId, id);
      if (current === undefined) return 'missing';
      const before = documents.read(current);
      const settings = change(before);
      if (sameSettings(before, settings)) return { ...factsOf(current), ...before };
      const version = current.version + 1;
      const written = documents.write({ tenantId, endpointId: id, version }, settings);
      const endpoint = { ...current, ...written, version, updatedAt: clock.wallNow(), changedBy };
      // Also when the answer is lost.
      const answer = await store.replaceEndpoint(endpoint).finally(() => catalogs.forget(tenantId));
      if (answer === 'missing') return 'missing';
      if (answer === 'replaced') {
        lanes.follow(id, laneRulesOf(settings, laneRules));
        return { ...factsOf(endpoint), ...settings };
      }
    }
  }

  async setState(
    tenantId: TenantId,
    id: EndpointId,
    state: EndpointState,
    claim?: ClaimedKey,
  ): Promise<OpenEndpoint | 'missing'> {
    const { store, clock, catalogs, due } = this.#parts;
    const now = wholeMs(clock.now());
    try {
      const stored = await store.setEndpointState(tenantId, id, state, now, clock.wallNow(), claim);
      return stored === undefined ? 'missing' : this.#open(stored);
    } finally {
      // Also when the answer is lost, or a part of it fails.
      catalogs.forget(tenantId);
      if (state === 'active') due.mayBeDue(now);
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

  /**
   * Erases from the earlier versions of an endpoint every secret that it has no more. Signatures that were made with one of
   * them cannot be shown any more.
   * @returns how many secrets are gone; one that stood in several versions counts once
   */
  async erasePastSecrets(tenantId: TenantId, id: EndpointId): Promise<number | 'missing'> {
    const { store, documents } = this.#parts;
    const current = await this.open(tenantId, id);
    if (current === undefined) return 'missing';
    const inForce: ReadonlySet<string | null> = new Set(current.secrets);
    const erased = new Set<string>();
    const rewritten: RewrittenVersion[] = [];
    for (const version of await store.endpointVersions(tenantId, id, null)) {
      if (version.number >= current.version) continue;
      const place = { tenantId, endpointId: id, version: version.number };
      const past = documents.readPast(version, place);
      const ended = past.secrets.filter((secret) => secret !== null && !inForce.has(secret));
      if (ended.length === 0) continue;
      for (const secret of ended) if (secret !== null) erased.add(secret);
      const secrets = past.secrets.map((secret) => (inForce.has(secret) ? secret : null));
      rewritten.push({ ...place, ...documents.write(place, { ...past, secrets }) });
    }
    await store.rewriteVersions(rewritten);
    return erased.size;
  }

  async open(tenantId: TenantId, id: EndpointId): Promise<OpenEndpoint | undefined> {
    const stored = await this.#parts.store.endpoint(tenantId, id);
    return stored === undefined ? undefined : this.#open(stored);
  }

  async openAll(tenantId: TenantId, page: Page<EndpointId>, filter: EndpointFilter): Promise<OpenEndpoint[]> {
    const { store, documents } = this.#parts;
    const { url, search = '' } = filter;
    const urlKey = url === undefined ? null : documents.urlKey(url);
    const stored =
      search === ''
        ? await store.endpoints(tenantId, page, urlKey)
        : await this.#find(tenantId, page, urlKey, search.toLowerCase());
    return stored.map((each) => this.#open(each));
  }

  /** In steps: a tenant has so many at most that reading them all is quick, and nothing else waits for it for long. */
  async #find(
    tenantId: TenantId,
    { limit, after }: Page<EndpointId>,
    urlKey: Uint8Array | null,
    search: string,
  ): Promise<StoredEndpoint[]> {
    const found: StoredEndpoint[] = [];
    for (let from = after; ; ) {
      const step = await this.#parts.store.endpoints(tenantId, { limit: SEARCH_STEP, after: from }, urlKey);
      found.push(...step.filter((each) => this.#hasIn(each, search)));
      const last = step.at(-1);
      if (found.length >= limit || last === undefined || step.length < SEARCH_STEP) return found.slice(0, limit);
      from = last.id;
    }
  }

  /** @param search in small letters */
  #hasIn(stored: StoredEndpoint, search: string): boolean {
    const { description } = this.#parts.documents.open(stored);
    return [stored.id, stored.uid ?? '', description, stored.host].some((text) => text.toLowerCase().includes(search));
  }

  #open(stored: StoredEndpoint): OpenEndpoint {
    return { ...factsOf(stored), ...this.#parts.documents.read(stored) };
  }
}

function factsOf({ id, tenantId, uid, state, version, createdAt, updatedAt }: Endpoint): Endpoint {
  return { id, tenantId, uid, state, version, createdAt, updatedAt };
}

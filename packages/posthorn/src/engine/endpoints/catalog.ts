// Endpoints at hand: which of a tenant's endpoints want an event, and how each is to be called. A bounded copy of what the
// store holds; the revision that comes with every claim and is checked by every accept tells when a copy is out of date.
import type { Callee } from '../../domain/call.ts';
import { DamagedDocument } from '../../domain/endpoint/documents.ts';
import type { Endpoint } from '../../domain/endpoint/endpoint.ts';
import type { EndpointSettings, OpenSettings } from '../../domain/endpoint/settings.ts';
import { matches } from '../../domain/event-type.ts';
import type { EndpointId, TenantId } from '../../domain/ids.ts';
import { signingKeyOf } from '../../domain/profile.ts';
import type { SteadyMs } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Catalog, StoredEndpoint } from '../../seams/store/registry.ts';
import type { EndpointDocuments } from './documents.ts';
import { type LaneRules, laneRulesOf } from './lane-rules.ts';

/** Endpoints kept in memory over all tenants, about 1 KB each; the least recently used tenants go first. */
const MAX_ENDPOINTS = 40_000;
/** Event types per tenant whose matches are remembered. */
const MAX_REMEMBERED_TYPES = 1_000;
/** On a store that other processes change too, a copy is read again after this long. */
const SHARED_MAX_AGE_MS = 5_000;

/** An endpoint ready to be called. */
export interface CallableEndpoint extends Endpoint, EndpointSettings, Callee {}

/** An endpoint whose settings cannot be read, and why. */
export interface Damage {
  readonly tenantId: TenantId;
  readonly endpointId: EndpointId;
  readonly message: string;
}

/** One tenant's endpoints at one revision. */
export class TenantCatalog {
  readonly revision: number;
  readonly loadedAt: SteadyMs;
  readonly #stored: ReadonlyMap<EndpointId, StoredEndpoint>;
  /** The subscriptions of active endpoints. Nobody knows those of a damaged one: it gets no event. */
  readonly #subscribed = new Map<EndpointId, OpenSettings['eventTypes']>();
  readonly #laneRules = new Map<EndpointId, LaneRules>();
  readonly damaged: readonly Damage[];
  readonly #documents: EndpointDocuments;
  readonly #opened = new Map<EndpointId, CallableEndpoint>();
  readonly #matches = new Map<string, readonly EndpointId[]>();

  /** @param rules of the lanes of endpoints that have none of their own */
  constructor(catalog: Catalog, documents: EndpointDocuments, loadedAt: SteadyMs, rules: LaneRules) {
    this.revision = catalog.revision;
    this.loadedAt = loadedAt;
    this.#stored = new Map(catalog.endpoints.map((endpoint) => [endpoint.id, endpoint]));
    this.#documents = documents;
    const active = catalog.endpoints.filter(({ state }) => state === 'active');
    this.damaged = active.flatMap((endpoint) => this.#subscribe(endpoint, rules) ?? []);
  }

  /** @throws UnreadableDocument if a newer program wrote it: that one would know what to send */
  #subscribe(endpoint: StoredEndpoint, rules: LaneRules): Damage | undefined {
    try {
      const settings = this.#documents.open(endpoint);
      this.#subscribed.set(endpoint.id, settings.eventTypes);
      this.#laneRules.set(endpoint.id, laneRulesOf(settings, rules));
      return undefined;
    } catch (error) {
      if (!(error instanceof DamagedDocument)) throw error;
      return { tenantId: endpoint.tenantId, endpointId: endpoint.id, message: error.message };
    }
  }

  get size(): number {
    return this.#stored.size + 1;
  }

  /** The rules of the lanes of active endpoints. */
  get laneRules(): ReadonlyMap<EndpointId, LaneRules> {
    return this.#laneRules;
  }

  /** The active endpoints that subscribed to this type. */
  matching(type: string): readonly EndpointId[] {
    const known = this.#matches.get(type);
    if (known !== undefined) return known;
    const found: EndpointId[] = [];
    for (const [id, eventTypes] of this.#subscribed) if (matches(eventTypes, type)) found.push(id);
    if (this.#matches.size >= MAX_REMEMBERED_TYPES) this.#matches.clear();
    this.#matches.set(type, found);
    return found;
  }

  /** `undefined` when the endpoint was deleted. Its secret part is opened at the first use. */
  endpoint(id: EndpointId): CallableEndpoint | undefined {
    const opened = this.#opened.get(id);
    if (opened !== undefined) return opened;
    const stored = this.#stored.get(id);
    if (stored === undefined) return undefined;
    const settings = this.#documents.read(stored);
    const callable = { ...stored, ...settings, signingKey: signingKeyOf(settings.secrets[0]) };
    this.#opened.set(id, callable);
    return callable;
  }
}

/** A copy on its way from the store. */
class Loading {
  readonly copy: Promise<TenantCatalog | undefined>;
  /** The newest revision that claims have seen since the store was asked: what it says about an older one is out of date. */
  seen = 0;

  constructor(read: (loading: Loading) => Promise<TenantCatalog | undefined>) {
    this.copy = read(this);
  }
}

export interface CatalogListener {
  /** Told once of each endpoint whose settings are damaged; the others go on. */
  damaged(damage: Damage): void;
  /** A copy was read. @param isLatest false if the tenant has changed while the copy was on its way, as this process knows */
  loaded(catalog: TenantCatalog, isLatest: boolean): void;
}

export class Catalogs {
  readonly #load: (tenantId: TenantId) => Promise<Catalog | undefined>;
  readonly #documents: EndpointDocuments;
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  /** In the order of use: the first is the least recently used. */
  readonly #tenants = new Map<TenantId, TenantCatalog>();
  readonly #loading = new Map<TenantId, Loading>();
  #size = 0;
  readonly #rules: LaneRules;
  readonly #listener: CatalogListener;
  /** Those that were told of. */
  readonly #damaged = new Set<EndpointId>();

  /**
   * @param shared other processes change the store too
   * @param rules of the lanes of endpoints that have none of their own
   */
  constructor(
    load: (tenantId: TenantId) => Promise<Catalog | undefined>,
    documents: EndpointDocuments,
    clock: Clock,
    shared: boolean,
    rules: LaneRules,
    listener: CatalogListener,
  ) {
    this.#load = load;
    this.#rules = rules;
    this.#listener = listener;
    this.#documents = documents;
    this.#clock = clock;
    this.#maxAgeMs = shared ? SHARED_MAX_AGE_MS : Number.POSITIVE_INFINITY;
  }

  /** The copy at hand, if it is not too old. */
  atHand(tenantId: TenantId): TenantCatalog | undefined {
    const catalog = this.#tenants.get(tenantId);
    if (catalog === undefined) return undefined;
    if (this.#clock.now() - catalog.loadedAt > this.#maxAgeMs) return undefined;
    if (this.#tenants.size > 1) {
      this.#tenants.delete(tenantId);
      this.#tenants.set(tenantId, catalog);
    }
    return catalog;
  }

  /** The copy at hand, or one read now. `undefined` when there is no such tenant. */
  async get(tenantId: TenantId): Promise<TenantCatalog | undefined> {
    const known = this.atHand(tenantId);
    if (known !== undefined) return known;
    const under = this.#loading.get(tenantId);
    if (under !== undefined) return under.copy;
    const loading = new Loading((self) => this.#read(tenantId, self));
    this.#loading.set(tenantId, loading);
    return loading.copy;
  }

  /** Forgets a tenant's copy: it has changed. One on its way serves those who asked for it before, and is not kept. */
  forget(tenantId: TenantId): void {
    this.#loading.delete(tenantId);
    const catalog = this.#tenants.get(tenantId);
    if (catalog === undefined) return;
    this.#tenants.delete(tenantId);
    this.#size -= catalog.size;
  }

  /** Forgets copies that are older than what a claim has seen. One on its way that proves to be older is read once more. */
  forgetOlderThan(revisions: ReadonlyMap<TenantId, number>): void {
    for (const [tenantId, revision] of revisions) {
      const catalog = this.#tenants.get(tenantId);
      if (catalog !== undefined && catalog.revision < revision) this.forget(tenantId);
      const loading = this.#loading.get(tenantId);
      if (loading !== undefined) loading.seen = Math.max(loading.seen, revision);
    }
  }

  async #read(tenantId: TenantId, loading: Loading): Promise<TenantCatalog | undefined> {
    try {
      for (;;) {
        loading.seen = 0;
        const loadedAt = this.#clock.now();
        const stored = await this.#load(tenantId);
        if (stored !== undefined && stored.revision < loading.seen) continue;
        const catalog = stored && new TenantCatalog(stored, this.#documents, loadedAt, this.#rules);
        for (const damage of catalog?.damaged ?? []) this.#tellOnce(damage);
        const isLatest = this.#loading.get(tenantId) === loading;
        if (isLatest) this.#keep(tenantId, catalog);
        if (catalog !== undefined) this.#listener.loaded(catalog, isLatest);
        return catalog;
      }
    } finally {
      if (this.#loading.get(tenantId) === loading) this.#loading.delete(tenantId);
    }
  }

  #tellOnce(damage: Damage): void {
    if (this.#damaged.has(damage.endpointId)) return;
    this.#damaged.add(damage.endpointId);
    this.#listener.damaged(damage);
  }

  /** Puts a copy in the place of the one at hand; `undefined` when there is no such tenant. */
  #keep(tenantId: TenantId, catalog: TenantCatalog | undefined): void {
    this.forget(tenantId);
    if (catalog === undefined) return;
    this.#tenants.set(tenantId, catalog);
    this.#size += catalog.size;
    for (const [oldest] of this.#tenants) {
      if (this.#size <= MAX_ENDPOINTS || oldest === tenantId) break;
      this.forget(oldest);
    }
  }
}

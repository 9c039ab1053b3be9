// The Store seam in its plainest form: maps in memory, no disk. The contract suite holds it to the same promises as the real
// ones; simulations that need speed and measurements of the engine alone run on it.
import type { DeliveryState, EventContent, FinalState, HeldDelivery, Resume } from '../../src/domain/delivery.ts';
import {
  type AttemptId,
  type DeliveryId,
  type EndpointId,
  type EventId,
  idTime,
  type OwnerId,
  type TenantId,
} from '../../src/domain/ids.ts';
import { type SteadyMs, steady, type WallMs, wall } from '../../src/domain/time.ts';
import type {
  Attempt,
  DeliveryDetail,
  DeliveryFilter,
  DeliverySummary,
  EventDetail,
  EventFilter,
  EventSummary,
} from '../../src/seams/store/history.ts';
import { type Store, StoreUnavailable } from '../../src/seams/store/index.ts';
import type {
  AcceptedEvent,
  AcceptGroup,
  AcceptResult,
  AttemptRecord,
  Claim,
  CutOffDelivery,
  DueClaim,
  OwnerBeat,
  Release,
} from '../../src/seams/store/queue.ts';
import type { Catalog, Page, StoredEndpoint, Tenant } from '../../src/seams/store/registry.ts';

type Place =
  | { readonly kind: 'due'; readonly dueAt: SteadyMs }
  | { readonly kind: 'backlog' }
  | { readonly kind: 'held' }
  | { readonly kind: 'leased'; readonly owner: OwnerId }
  | { readonly kind: 'finished'; readonly state: FinalState; readonly endedAt: WallMs };

interface Row {
  readonly id: DeliveryId;
  readonly endpointId: EndpointId;
  readonly event: EventRow;
  place: Place;
  attempts: number;
  failures: number;
  interruptions: number;
  suspect: boolean;
  resume: Resume | null;
  started: { attemptId: AttemptId; startedAt: WallMs } | null;
  readonly history: Attempt[];
}

interface EventRow {
  readonly content: EventContent;
  readonly fingerprint: string;
  readonly deliveries: Row[];
}

interface TenantRow {
  tenant: Tenant;
  revision: number;
  readonly endpoints: Map<EndpointId, { endpoint: StoredEndpoint; deleted: boolean }>;
  readonly events: Map<EventId, EventRow>;
}

export class ModelStore implements Store {
  readonly kind = 'model';
  readonly exclusive = true;
  readonly #tenants = new Map<TenantId, TenantRow>();
  /** Deleted ones whose history is still there. */
  readonly #deletedTenants = new Set<TenantRow>();
  /** Pending deliveries. */
  readonly #queue = new Map<DeliveryId, Row>();
  /** All deliveries, by tenant. */
  readonly #rows = new Map<DeliveryId, { tenant: TenantRow; row: Row }>();
  readonly #attemptIds = new Map<AttemptId, 'recorded' | 'late'>();
  readonly #owners = new Map<OwnerId, number>();
  readonly #kept = new Map<string, Uint8Array>();
  readonly #boots = new Map<string, number>();
  #revisions = 0;
  #latestSteady = 0;

  async ping(): Promise<void> {}
  async close(): Promise<void> {}

  async putTenant(id: TenantId, name: string | undefined, at: WallMs) {
    const known = this.#tenants.get(id);
    if (known === undefined) {
      const tenant = { id, name: name ?? id, createdAt: at, updatedAt: at };
      this.#tenants.set(id, { tenant, revision: ++this.#revisions, endpoints: new Map(), events: new Map() });
      return { tenant, created: true };
    }
    if (name !== undefined && name !== known.tenant.name) known.tenant = { ...known.tenant, name, updatedAt: at };
    return { tenant: known.tenant, created: false };
  }

  async tenant(id: TenantId): Promise<Tenant | undefined> {
    return this.#tenants.get(id)?.tenant;
  }

  async tenants({ limit, after }: Page<TenantId>): Promise<Tenant[]> {
    const ids = [...this.#tenants.keys()].filter((id) => after === null || id > after).sort();
    return ids.slice(0, limit).flatMap((id) => this.#tenants.get(id)?.tenant ?? []);
  }

  async deleteTenant(id: TenantId, at: WallMs): Promise<boolean> {
    const tenant = this.#tenants.get(id);
    if (tenant === undefined) return false;
    for (const endpointId of tenant.endpoints.keys()) await this.deleteEndpoint(id, endpointId, at);
    this.#tenants.delete(id);
    this.#deletedTenants.add(tenant);
    return true;
  }

  async createEndpoint(endpoint: StoredEndpoint, max: number) {
    const tenant = this.#tenants.get(endpoint.tenantId);
    if (tenant === undefined) return 'unknown_tenant' as const;
    if (tenant.endpoints.has(endpoint.id)) return 'created' as const;
    if (live(tenant).length >= max) return 'too_many' as const;
    tenant.endpoints.set(endpoint.id, { endpoint, deleted: false });
    tenant.revision = ++this.#revisions;
    return 'created' as const;
  }

  async endpoint(tenantId: TenantId, id: EndpointId): Promise<StoredEndpoint | undefined> {
    const known = this.#tenants.get(tenantId)?.endpoints.get(id);
    return known?.deleted === false ? known.endpoint : undefined;
  }

  async endpoints(tenantId: TenantId, { limit, after }: Page<EndpointId>): Promise<StoredEndpoint[]> {
    const tenant = this.#tenants.get(tenantId);
    if (tenant === undefined) return [];
    return live(tenant)
      .filter(({ id }) => after === null || id < after)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }

  async replaceEndpoint(endpoint: StoredEndpoint, now: SteadyMs) {
    const tenant = this.#tenants.get(endpoint.tenantId);
    const known = tenant?.endpoints.get(endpoint.id);
    if (tenant === undefined || known === undefined || known.deleted) return 'missing' as const;
    if (known.endpoint.version !== endpoint.version - 1) return 'changed' as const;
    if (endpoint.enabled && !known.endpoint.enabled) {
      for (const row of this.#pendingOf(endpoint.id)) {
        if (row.place.kind === 'held') row.place = { kind: 'due', dueAt: now };
      }
    }
    known.endpoint = endpoint;
    tenant.revision = ++this.#revisions;
    return 'replaced' as const;
  }

  async deleteEndpoint(tenantId: TenantId, id: EndpointId, at: WallMs): Promise<boolean> {
    const tenant = this.#tenants.get(tenantId);
    const known = tenant?.endpoints.get(id);
    if (tenant === undefined || known === undefined || known.deleted) return false;
    known.deleted = true;
    known.endpoint = { ...known.endpoint, sealed: new Uint8Array() };
    tenant.revision = ++this.#revisions;
    for (const row of this.#pendingOf(id)) if (row.place.kind !== 'leased') this.#cancel(row, at);
    return true;
  }

  async catalog(tenantId: TenantId): Promise<Catalog | undefined> {
    const tenant = this.#tenants.get(tenantId);
    return tenant === undefined ? undefined : { revision: tenant.revision, endpoints: live(tenant) };
  }

  async keep(name: string, value: Uint8Array): Promise<Uint8Array> {
    const kept = this.#kept.get(name) ?? value;
    this.#kept.set(name, kept);
    return kept;
  }

  async accept(owner: OwnerId, groups: readonly AcceptGroup[]): Promise<AcceptResult[]> {
    this.#mustLive(owner);
    return groups.map((group) => this.#acceptGroup(owner, group));
  }

  async claimDue(owner: OwnerId, now: SteadyMs, limit: number): Promise<DueClaim> {
    this.#mustLive(owner);
    const due = [...this.#queue.values()].flatMap((row) =>
      row.place.kind === 'due' ? [{ row, at: row.place.dueAt }] : [],
    );
    due.sort((a, b) => a.at - b.at);
    const claimed = due.filter(({ at }) => at <= now).slice(0, limit);
    const claim = this.#lease(
      owner,
      claimed.map(({ row }) => row),
    );
    return { ...claim, nextDue: due[claimed.length]?.at ?? null };
  }

  async claimBacklog(
    owner: OwnerId,
    wants: readonly { readonly endpointId: EndpointId; readonly limit: number }[],
  ): Promise<Claim> {
    this.#mustLive(owner);
    const rows = wants.flatMap(({ endpointId, limit }) =>
      this.#pendingOf(endpointId)
        .filter(({ place }) => place.kind === 'backlog')
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    );
    return this.#lease(owner, rows);
  }

  async backlogs(limit: number): Promise<EndpointId[]> {
    const waiting = [...this.#queue.values()].filter(({ place }) => place.kind === 'backlog');
    return [...new Set(waiting.map(({ endpointId }) => endpointId))].slice(0, limit);
  }

  async nextDue(): Promise<SteadyMs | null> {
    const due = [...this.#queue.values()].flatMap(({ place }) => (place.kind === 'due' ? [place.dueAt] : []));
    return due.sort((a, b) => a - b)[0] ?? null;
  }

  async begin(
    owner: OwnerId,
    starts: readonly { readonly deliveryId: DeliveryId; readonly attemptId: AttemptId; readonly startedAt: WallMs }[],
  ): Promise<DeliveryId[]> {
    return starts.flatMap(({ deliveryId, attemptId, startedAt }) => {
      const row = this.#leasedTo(owner, deliveryId);
      if (row === undefined) return [];
      row.started = { attemptId, startedAt };
      return [deliveryId];
    });
  }

  async record(owner: OwnerId, records: readonly AttemptRecord[]): Promise<('recorded' | 'late')[]> {
    return records.map((record) => this.#recordOne(owner, record));
  }

  async release(owner: OwnerId, releases: readonly Release[]): Promise<void> {
    for (const release of releases) {
      const row = this.#leasedTo(owner, release.id);
      if (row === undefined) continue;
      row.started = null;
      if (release.to === 'cancelled') this.#cancel(row, release.endedAt);
      else if (release.to === 'due') row.place = { kind: 'due', dueAt: release.dueAt };
      else if (release.to === 'held' && this.#endpointOf(row)?.endpoint.enabled)
        row.place = { kind: 'due', dueAt: steady(0) };
      else row.place = { kind: release.to };
    }
  }

  async reclaim(owner: OwnerId, held: readonly DeliveryId[], now: SteadyMs): Promise<number> {
    const known = new Set(held);
    const lost = this.#leasesOf(owner).filter(({ id }) => !known.has(id));
    for (const row of lost) {
      row.place = { kind: 'due', dueAt: now };
      row.started = null;
    }
    return lost.length;
  }

  async retry(tenantId: TenantId, id: DeliveryId, now: SteadyMs) {
    const row = this.#row(tenantId, id);
    if (row === undefined) return 'missing' as const;
    const endpoint = this.#endpointOf(row);
    if (endpoint === undefined || endpoint.deleted) return 'endpoint_gone' as const;
    if (!endpoint.endpoint.enabled) return 'endpoint_disabled' as const;
    const { place } = row;
    if (place.kind === 'leased' || place.kind === 'backlog') return 'under_way' as const;
    if (place.kind === 'finished') {
      row.resume = { state: place.state, endedAt: place.endedAt };
      this.#queue.set(id, row);
    } else {
      row.resume ??= { state: 'pending', dueAt: place.kind === 'due' ? place.dueAt : now };
    }
    row.place = { kind: 'due', dueAt: now };
    return 'due' as const;
  }

  async join(owner: OwnerId): Promise<void> {
    if (!this.#owners.has(owner)) this.#owners.set(owner, 1);
  }

  async beat(owner: OwnerId, now: SteadyMs): Promise<OwnerBeat[] | undefined> {
    const beat = this.#owners.get(owner);
    if (beat === undefined) return undefined;
    this.#owners.set(owner, beat + 1);
    this.#latestSteady = Math.max(this.#latestSteady, now);
    return [...this.#owners].flatMap(([other, otherBeat]) =>
      other === owner ? [] : [{ owner: other, beat: otherBeat }],
    );
  }

  async takeOver(heir: OwnerId, dead: OwnerBeat, now: SteadyMs): Promise<CutOffDelivery[] | undefined> {
    this.#mustLive(heir);
    if (this.#owners.get(dead.owner) !== dead.beat) return undefined;
    this.#owners.delete(dead.owner);
    const cutOff: CutOffDelivery[] = [];
    for (const row of this.#leasesOf(dead.owner)) {
      row.suspect = true;
      if (row.started === null) row.place = { kind: 'due', dueAt: now };
      else {
        row.place = { kind: 'leased', owner: heir };
        cutOff.push({ delivery: held(row), ...row.started });
      }
    }
    return cutOff;
  }

  async leave(owner: OwnerId): Promise<void> {
    if (this.#leasesOf(owner).length === 0) this.#owners.delete(owner);
  }

  async clockOffset(boot: {
    readonly id: string;
    readonly monotonicMs: number;
    readonly wallMs: number;
  }): Promise<number> {
    const offset = this.#boots.get(boot.id) ?? Math.max(boot.wallMs, this.#latestSteady) - boot.monotonicMs;
    this.#boots.set(boot.id, offset);
    return offset;
  }

  async events(
    tenantId: TenantId,
    { eventType, since, until }: EventFilter,
    { limit, after }: Page<{ readonly createdAt: WallMs; readonly id: EventId }>,
  ): Promise<EventSummary[]> {
    const newer = (a: EventSummary, b: EventSummary) =>
      b.createdAt - a.createdAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
    return [...(this.#tenants.get(tenantId)?.events.values() ?? [])]
      .map(({ content: { id, type, createdAt } }) => ({ id, type, createdAt }))
      .filter(
        (event) =>
          (eventType === undefined || event.type === eventType) &&
          (since === undefined || event.createdAt >= since) &&
          (until === undefined || event.createdAt < until) &&
          (after === null || newer({ ...event, ...after }, event) < 0),
      )
      .sort(newer)
      .slice(0, limit);
  }

  async event(tenantId: TenantId, id: EventId): Promise<EventDetail | undefined> {
    const event = this.#tenants.get(tenantId)?.events.get(id);
    if (event === undefined) return undefined;
    const { type, createdAt, body } = event.content;
    return { id, type, createdAt, body, deliveries: event.deliveries.map(summary) };
  }

  async deliveries(
    tenantId: TenantId,
    filter: DeliveryFilter,
    { limit, after }: Page<DeliveryId>,
  ): Promise<DeliverySummary[]> {
    const events = [...(this.#tenants.get(tenantId)?.events.values() ?? [])];
    return events
      .flatMap(({ deliveries }) => deliveries.map(summary))
      .filter((delivery) => fits(delivery, filter) && (after === null || delivery.id < after))
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }

  async delivery(tenantId: TenantId, id: DeliveryId): Promise<DeliveryDetail | undefined> {
    const row = this.#row(tenantId, id);
    if (row === undefined) return undefined;
    return { ...summary(row), history: row.history.toSorted((a, b) => a.number - b.number) };
  }

  async prune(before: WallMs, limit: number): Promise<number> {
    let removed = 0;
    for (const tenant of [...this.#deletedTenants, ...this.#tenants.values()]) {
      for (const [id, event] of tenant.events) {
        if (removed >= limit) return removed;
        const old = event.content.createdAt < before || this.#deletedTenants.has(tenant);
        if (!old || event.deliveries.some((row) => this.#queue.has(row.id))) continue;
        tenant.events.delete(id);
        removed += 1;
        for (const { id: deliveryId, history } of event.deliveries) {
          this.#rows.delete(deliveryId);
          removed += 1 + history.length;
        }
      }
    }
    return removed;
  }

  #acceptGroup(owner: OwnerId, { tenantId, revision, events }: AcceptGroup): AcceptResult {
    const tenant = this.#tenants.get(tenantId);
    if (tenant === undefined || tenant.revision !== revision) return { kind: 'stale' };
    for (const [index, { event, fingerprint }] of events.entries()) {
      const known = tenant.events.get(event.id);
      if (known !== undefined && known.fingerprint !== hex(fingerprint)) return { kind: 'conflict', index };
    }
    const accepted = events.map(({ event, fingerprint, deliveries }): AcceptedEvent => {
      const known = tenant.events.get(event.id);
      if (known !== undefined) return acceptedEvent(known, true);
      const row: EventRow = { content: event, fingerprint: hex(fingerprint), deliveries: [] };
      tenant.events.set(event.id, row);
      for (const { id, endpointId, place } of deliveries) {
        const delivery = newRow(
          id,
          endpointId,
          row,
          place === 'leased' ? { kind: 'leased', owner } : { kind: 'backlog' },
        );
        row.deliveries.push(delivery);
        this.#queue.set(id, delivery);
        this.#rows.set(id, { tenant, row: delivery });
      }
      return acceptedEvent(row, false);
    });
    return { kind: 'accepted', events: accepted };
  }

  #recordOne(owner: OwnerId, record: AttemptRecord): 'recorded' | 'late' {
    const known = this.#attemptIds.get(record.attemptId);
    if (known !== undefined) return known;
    const row = this.#leasedTo(owner, record.deliveryId);
    const fitting = row !== undefined && row.attempts === record.number - 1;
    const answer = fitting ? 'recorded' : 'late';
    this.#attemptIds.set(record.attemptId, answer);
    this.#rows.get(record.deliveryId)?.row.history.push(attempt(record, !fitting));
    if (fitting) this.#move(row, record);
    return answer;
  }

  #move(row: Row, { number, next, endedAt, result }: AttemptRecord): void {
    row.attempts = number;
    row.failures = next.failures;
    row.interruptions = next.interruptions;
    row.suspect = false;
    row.started = null;
    const { resume } = row;
    if (next.state === 'pending') {
      row.resume = next.resume;
      row.place = { kind: 'due', dueAt: next.dueAt };
      return;
    }
    const unchanged = resume !== null && resume.state !== 'pending' && result.outcome !== 'succeeded';
    const kept = unchanged ? resume.endedAt : endedAt;
    row.resume = null;
    this.#finish(row, next.state, kept);
  }

  #cancel(row: Row, at: WallMs): void {
    const { resume } = row;
    row.resume = null;
    if (resume === null || resume.state === 'pending') this.#finish(row, 'cancelled', at);
    else this.#finish(row, resume.state, resume.endedAt);
  }

  #finish(row: Row, state: FinalState, endedAt: WallMs): void {
    row.place = { kind: 'finished', state, endedAt };
    this.#queue.delete(row.id);
  }

  #lease(owner: OwnerId, rows: readonly Row[]): Claim {
    const revisions = new Map<TenantId, number>();
    for (const row of rows) {
      row.place = { kind: 'leased', owner };
      const { tenantId } = row.event.content;
      revisions.set(tenantId, this.#tenants.get(tenantId)?.revision ?? Number.MAX_SAFE_INTEGER);
    }
    return { deliveries: rows.map(held), revisions };
  }

  #leasedTo(owner: OwnerId, id: DeliveryId): Row | undefined {
    const row = this.#queue.get(id);
    return row?.place.kind === 'leased' && row.place.owner === owner ? row : undefined;
  }

  #leasesOf(owner: OwnerId): Row[] {
    return [...this.#queue.values()].filter(({ place }) => place.kind === 'leased' && place.owner === owner);
  }

  #pendingOf(endpointId: EndpointId): Row[] {
    return [...this.#queue.values()].filter((row) => row.endpointId === endpointId);
  }

  #row(tenantId: TenantId, id: DeliveryId): Row | undefined {
    const known = this.#rows.get(id);
    return known?.tenant === this.#tenants.get(tenantId) ? known?.row : undefined;
  }

  #endpointOf(row: Row) {
    return this.#rows.get(row.id)?.tenant.endpoints.get(row.endpointId);
  }

  #mustLive(owner: OwnerId): void {
    if (!this.#owners.has(owner)) {
      throw new StoreUnavailable('unregistered', 'This process is not registered: another one took its work over.');
    }
  }
}

function live(tenant: TenantRow): StoredEndpoint[] {
  return [...tenant.endpoints.values()].flatMap(({ endpoint, deleted }) => (deleted ? [] : [endpoint]));
}

function newRow(id: DeliveryId, endpointId: EndpointId, event: EventRow, place: Place): Row {
  const none = { attempts: 0, failures: 0, interruptions: 0, suspect: false, resume: null, started: null };
  return { id, endpointId, event, place, ...none, history: [] };
}

function held({ id, endpointId, event, attempts, failures, interruptions, suspect, resume }: Row): HeldDelivery {
  return { id, endpointId, event: event.content, attempts, failures, interruptions, suspect, resume };
}

function acceptedEvent({ content: { id, type, createdAt }, deliveries }: EventRow, existing: boolean): AcceptedEvent {
  return {
    id,
    type,
    createdAt,
    deliveries: deliveries.map((row) => ({ id: row.id, endpointId: row.endpointId })),
    existing,
  };
}

function attempt({ attemptId, number, trigger, startedAt, result }: AttemptRecord, late: boolean): Attempt {
  const { connectMs, durationMs, repeated, outcome, response, error } = result;
  return { id: attemptId, number, trigger, startedAt, connectMs, durationMs, repeated, late, outcome, response, error };
}

function summary({ id, endpointId, event, place, attempts }: Row): DeliverySummary {
  const state: DeliveryState = place.kind === 'finished' ? place.state : 'pending';
  return {
    id,
    endpointId,
    eventId: event.content.id,
    eventType: event.content.type,
    state,
    createdAt: wall(idTime(id)),
    attempts,
    nextAttemptAt: place.kind === 'due' ? place.dueAt : null,
    endedAt: place.kind === 'finished' ? place.endedAt : null,
  };
}

function fits(delivery: DeliverySummary, filter: DeliveryFilter): boolean {
  return (
    (filter.state === undefined || delivery.state === filter.state) &&
    (filter.endpointId === undefined || delivery.endpointId === filter.endpointId) &&
    (filter.eventId === undefined || delivery.eventId === filter.eventId) &&
    (filter.eventType === undefined || delivery.eventType === filter.eventType) &&
    (filter.since === undefined || delivery.createdAt >= filter.since) &&
    (filter.until === undefined || delivery.createdAt < filter.until)
  );
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

// The store on Postgres 15 or newer, for one process or many that share a database. This file only puts the parts together.
import type { Store } from '../../seams/store/index.ts';
import { accept } from './accept.ts';
import { Claims } from './claim.ts';
import { clockOffset } from './clock-offset.ts';
import { connect, refusalOf } from './connect.ts';
import { Database } from './connection.ts';
import { deliveries } from './deliveries.ts';
import * as versions from './endpoint-versions.ts';
import * as endpoints from './endpoints.ts';
import { eraseEvent, eraseOverdue } from './erase.ts';
import { find } from './find.ts';
import * as history from './history.ts';
import * as idempotency from './idempotency.ts';
import { keep } from './keep.ts';
import { migrateBy, migratePostgres } from './migrate.ts';
import * as owners from './owners.ts';
import { pending, pendingOf } from './pending.ts';
import { ping } from './ping.ts';
import { pooled, sharesSessions } from './pooler.ts';
import { prune } from './prune.ts';
import { record } from './record.ts';
import { reclaim, release } from './release.ts';
import { countReplay } from './replay-search.ts';
import { stepReplay } from './replay-step.ts';
import * as replays from './replays.ts';
import { retry } from './retry.ts';
import { senderProfile, senderProfiles } from './sender-profiles.ts';
import { type Link, type Server, serverOf } from './server-url.ts';
import * as sessions from './sessions.ts';
import * as tallies from './tallies.ts';
import * as tenants from './tenants.ts';
import { troubles } from './troubles.ts';

export { inspectPostgres } from './inspect.ts';
export { migratePostgres };

/**
 * Opens the store, bringing the database's schema up to date first.
 * @param options.url `postgres://user:password@host:port/database`
 * @param options.extraCa PEM texts of authorities that are trusted besides the system's
 * @throws StoreRefused when it cannot be opened
 */
export async function openPostgresStore(options: {
  readonly url: string;
  readonly extraCa?: readonly string[];
}): Promise<Store> {
  const server = serverOf(options.url, options.extraCa);
  const database = new Database(server, await prepare(server));
  const claims = new Claims(database);

  return {
    kind: 'postgres',
    exclusive: false,
    ping: () => ping(database),
    close: () => database.close(),

    accept: (owner, groups) => accept(database, owner, groups),
    claimDue: (owner, now, limit) => claims.claimDue(owner, now, limit),
    claimBacklog: (owner, wants) => claims.claimBacklog(owner, wants),
    backlogs: (limit) => claims.backlogs(limit),
    nextDue: () => claims.nextDue(),
    begin: (owner, starts) => owners.begin(database, owner, starts),
    async record(owner, records) {
      try {
        return await record(database, owner, records);
      } finally {
        for (const { next } of records) if (next.state === 'pending') claims.noteDue(next.dueAt);
      }
    },
    async release(owner, releases) {
      const released = await release(database, owner, releases);
      for (const { goes_to, endpoint_id, moment } of released) {
        if (goes_to === 'due' && moment !== null) claims.noteDue(moment);
        if (goes_to === 'backlog') claims.noteBacklog(endpoint_id);
      }
    },
    async reclaim(owner, leased, now) {
      try {
        return await reclaim(database, owner, leased, now);
      } finally {
        claims.noteDue(now);
      }
    },
    async retry(tenantId, id, now, claim) {
      try {
        return await retry(database, tenantId, id, now, claim);
      } finally {
        claims.noteDue(now);
      }
    },
    join: (owner) => owners.join(database, owner),
    beat: (owner, now) => owners.beat(database, owner, now),
    async takeOver(heir, dead, now) {
      try {
        return await owners.takeOver(database, heir, dead, now);
      } finally {
        claims.noteDue(now);
      }
    },
    leave: (owner) => owners.leave(database, owner),
    clockOffset: (boot) => clockOffset(database, boot),

    putTenant: (id, name, at, retentionDays) => tenants.putTenant(database, id, name, at, retentionDays),
    tenant: (id) => tenants.tenant(database, id),
    tenants: (page, search) => tenants.tenants(database, page, search),
    tenantsWithRetention: (page) => tenants.tenantsWithRetention(database, page),
    deleteTenant: (id, at) => tenants.deleteTenant(database, id, at),
    createEndpoint: (endpoint, max, claim) => endpoints.createEndpoint(database, endpoint, max, claim),
    endpoint: (tenantId, id) => endpoints.endpoint(database, tenantId, id),
    endpointByUid: (tenantId, uid) => endpoints.endpointByUid(database, tenantId, uid),
    endpoints: (tenantId, page, urlKey) => endpoints.endpoints(database, tenantId, page, urlKey),
    replaceEndpoint: (endpoint) => endpoints.replaceEndpoint(database, endpoint),
    async setEndpointState(tenantId, id, state, now, at, claim) {
      try {
        return await endpoints.setEndpointState(database, tenantId, id, state, now, at, claim);
      } finally {
        claims.noteDue(now);
      }
    },
    deleteEndpoint: (tenantId, id, at) => endpoints.deleteEndpoint(database, tenantId, id, at),
    endpointVersions: (tenantId, id, numbers) => versions.endpointVersions(database, tenantId, id, numbers),
    outdatedVersions: (codec, page) => versions.outdatedVersions(database, codec, page),
    rewriteVersions: (rewritten) => versions.rewriteVersions(database, rewritten),
    pruneVersions: (before, limit) => versions.pruneVersions(database, before, limit),
    senderProfile: (facts) => senderProfile(database, facts),
    senderProfiles: (numbers) => senderProfiles(database, numbers),
    catalog: (tenantId) => endpoints.catalog(database, tenantId),
    keep: (name, value) => keep(database, name, value),

    events: (tenantId, filter, page) => history.events(database, tenantId, filter, page),
    eraseEvent: (tenantId, id, at) => eraseEvent(database, tenantId, id, at),
    eraseOverdue: (tenantId, before, now, limit) => eraseOverdue(database, tenantId, before, now, limit),
    find: (range, limit) => find(database, range, limit),
    event: (tenantId, id) => history.event(database, tenantId, id),
    deliveries: (tenantId, filter, page) => deliveries(database, tenantId, filter, page),
    delivery: (tenantId, id) => history.delivery(database, tenantId, id),
    pending: (limit) => pending(database, limit),
    prune: prune(database),

    countReplay: (tenantId, filter, at) => countReplay(database, tenantId, filter, at),
    createReplay: (replay, counts, now, max, claim) => replays.createReplay(database, replay, counts, now, max, claim),
    async stepReplay(now, at) {
      try {
        return await stepReplay(database, now, at);
      } finally {
        claims.noteDue(now);
      }
    },
    cancelReplay: (tenantId, id, at, claim) => replays.cancelReplay(database, tenantId, id, at, claim),
    replay: (tenantId, id) => replays.replay(database, tenantId, id),
    replays: (tenantId, page) => replays.replays(database, tenantId, page),

    beginSession: (session, max) => sessions.beginSession(database, session, max),
    session: (tokenHash) => sessions.session(database, tokenHash),
    touchSession: (tokenHash, seenAt, expiresAt) => sessions.touchSession(database, tokenHash, seenAt, expiresAt),
    endSession: (tokenHash) => sessions.endSession(database, tokenHash),
    pruneSessions: (now) => sessions.pruneSessions(database, now),
    claimKey: (claim, forgotten, abandoned) => idempotency.claimKey(database, claim, forgotten, abandoned),
    answerKey: (hash, id, answer) => idempotency.answerKey(database, hash, id, answer),
    giveUpKey: (hash, id, at) => idempotency.giveUpKey(database, hash, id, at),
    pruneKeys: (before, limit) => idempotency.pruneKeys(database, before, limit),

    tally: (writer, number, tallied) => tallies.tally(database, writer, number, tallied),
    tallies: (scope, tier, since, until) => tallies.tallies(database, scope, tier, since, until),
    troubles: (tenantId, tier, since, until, limit) => troubles(database, tenantId, tier, since, until, limit),
    pendingOf: (scope, limit) => pendingOf(database, scope, limit),
    pruneTallies: (before, limit) => tallies.pruneTallies(database, before, limit),
  };
}

/** Brings the schema up to date in a session that is one. @returns the way to the server @throws StoreRefused */
async function prepare(server: Server): Promise<Link> {
  const { client, link } = await connect(server);
  try {
    if (await sharesSessions(client, server, link)) throw pooled(server);
    await migrateBy(client, server);
    return link;
  } catch (error) {
    throw refusalOf(error, server);
  } finally {
    await client.end().catch(() => {});
  }
}

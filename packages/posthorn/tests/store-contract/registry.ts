// Tenants and endpoints: what is stored comes back unchanged, and nobody overwrites what he has not seen.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type EndpointId, type EndpointUid, parseEndpointUid, type TenantId } from '../../src/domain/ids.ts';
import type { Page, StoredEndpoint } from '../../src/seams/store/registry.ts';
import { allPages, assertSame, type ContractIt, eventFor, ids, only } from './bench.ts';
import { dueAt } from './claim.ts';
import {
  attemptOf,
  DONE,
  later,
  newEndpoint,
  newEvent,
  newId,
  STEADY,
  SUCCEEDED,
  tenantId,
  utf8,
  WALL,
  wallLater,
} from './makers.ts';
import { endedDelivery } from './retry.ts';

function uid(text: string): EndpointUid {
  const read = parseEndpointUid(text);
  if (read === undefined) throw new Error(`${text} is no id of an endpoint`);
  return read;
}

export function registryContract(it: ContractIt): void {
  describe('tenants', () => {
    it('are created once, named by their id until they get a name', async ({ store }) => {
      const id = tenantId('acme');
      const tenant = { id, name: 'acme', retentionDays: null, createdAt: WALL, updatedAt: WALL };
      assert.equal(await store.tenant(id), undefined);
      assert.deepEqual(await store.putTenant(id, undefined, WALL), { tenant, created: true });
      assert.deepEqual(await store.putTenant(id, undefined, wallLater(5)), { tenant, created: false });
      assert.deepEqual(await store.tenant(id), tenant);
      const renamed = { ...tenant, name: 'Zoë & “Söhne”', updatedAt: wallLater(9) };
      assert.deepEqual(await store.putTenant(id, renamed.name, wallLater(9)), { tenant: renamed, created: false });
      assert.deepEqual(await store.putTenant(id, undefined, wallLater(11)), { tenant: renamed, created: false });
      assert.deepEqual(await store.tenant(id), renamed);
    });

    it.onDisk('may be created with a name', async (bench) => {
      const { tenant } = await bench.store.putTenant(tenantId('acme'), 'Acme', WALL);
      assert.equal(tenant.name, 'Acme');
      const store = await bench.reopen();
      assert.deepEqual(await store.tenant(tenant.id), tenant);
    });

    it.onDisk('are created once when many ask at the same time', async (bench) => {
      const other = await bench.another();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 === 0 ? bench.store : other).putTenant(tenantId('acme'), `Name ${index}`, WALL),
        ),
      );
      assert.equal(answers.filter(({ created }) => created).length, 1);
    });

    it('are listed by id, upper case before lower, page by page', async ({ store }) => {
      const names = ['b', 'a.b', 'B', 'a', '10', 'a-b', '9', 'ab', 'a_b'];
      for (const name of names) await store.putTenant(tenantId(name), undefined, WALL);
      const sorted = [...names].sort();
      for (const limit of [1, 3, 100]) {
        const listed = await allPages(
          limit,
          (page: Page<TenantId>) => store.tenants(page),
          ({ id }) => id,
        );
        assert.deepEqual(ids(listed), sorted);
      }
    });
  });

  describe('tenants, searched', () => {
    it('are found by a part of their id or name, in order and page by page', async ({ store }) => {
      const named = {
        globex: 'Globex Corporation',
        hooli: 'Hooli 100%',
        'cust-1': 'Acme_One',
        'cust-2': 'acme Two',
        Zoe: 'Zoë',
      };
      for (const [id, name] of Object.entries(named)) await store.putTenant(tenantId(id), name, WALL);
      await store.putTenant(tenantId('acme-gone'), 'Acme', WALL);
      await store.deleteTenant(tenantId('acme-gone'), WALL);
      const found = async (search: string, limit = 10) =>
        ids(
          await allPages(
            limit,
            (page: Page<TenantId>) => store.tenants(page, search),
            ({ id }) => id,
          ),
        );
      for (const limit of [1, 10]) {
        assert.deepEqual(await found('ACME', limit), ['cust-1', 'cust-2']);
        assert.deepEqual(await found('cust', limit), ['cust-1', 'cust-2']);
      }
      assert.deepEqual(await found('%'), ['hooli']);
      assert.deepEqual(await found('_'), ['cust-1']);
      assert.deepEqual(await found('zoë'), ['Zoe']);
      assert.deepEqual(await found("'"), []);
      assert.deepEqual(await found('\\'), []);
      assert.equal((await found('')).length, 5);
    });
  });

  describe('endpoints', () => {
    it.onDisk('come back as they were stored, over a restart too', async (bench) => {
      const tenant = await bench.tenant();
      const endpoints = [
        await bench.endpoint(tenant),
        await bench.endpoint(tenant, { uid: uid('main'), state: 'disabled', host: '', urlKey: new Uint8Array(0) }),
        await bench.endpoint(tenant, { sealed: Uint8Array.from({ length: 40_000 }, (_, i) => i % 256) }),
      ];
      for (const open of [() => bench.store, () => bench.reopen()]) {
        const store = await open();
        for (const endpoint of endpoints) assertSame(await store.endpoint(tenant, endpoint.id), endpoint);
        assertSame((await store.catalog(tenant))?.endpoints, endpoints);
      }
    });

    it('are not found under another tenant', async (bench) => {
      const { endpoint } = await bench.start('one');
      const other = await bench.tenant('two');
      assert.equal(await bench.store.endpoint(other, endpoint.id), undefined);
      assert.equal(await bench.store.endpoint(tenantId('nobody'), endpoint.id), undefined);
      assert.deepEqual(await bench.store.endpoints(other, { limit: 10, after: null }, null), []);
      assert.equal(await bench.store.deleteEndpoint(other, endpoint.id, WALL), false);
      const stolen = { ...endpoint, tenantId: other, version: 2 };
      assert.equal(await bench.store.replaceEndpoint(stolen), 'missing');
    });

    it('are refused to an unknown tenant', async ({ store }) => {
      assert.equal(await store.createEndpoint(newEndpoint(tenantId('nobody')), 10), 'unknown_tenant');
    });

    it('are refused over the limit; a deleted one makes room', async (bench) => {
      const tenant = await bench.tenant();
      const first = newEndpoint(tenant);
      assert.equal(await bench.store.createEndpoint(first, 2), 'created');
      assert.equal(await bench.store.createEndpoint(newEndpoint(tenant), 2), 'created');
      const revision = await bench.revision(tenant);
      assert.equal(await bench.store.createEndpoint(newEndpoint(tenant), 2), 'too_many');
      assert.equal(await bench.revision(tenant), revision);
      await bench.store.deleteEndpoint(tenant, first.id, WALL);
      assert.equal(await bench.store.createEndpoint(newEndpoint(tenant), 2), 'created');
    });

    it('are created once when the call is repeated, also at the limit', async (bench) => {
      const tenant = await bench.tenant();
      const endpoint = newEndpoint(tenant);
      assert.equal(await bench.store.createEndpoint(endpoint, 1), 'created');
      assert.equal(await bench.store.createEndpoint(endpoint, 1), 'created');
      assert.equal((await bench.store.catalog(tenant))?.endpoints.length, 1);
    });

    it.onDisk('stay under the limit when many are created at the same time', async (bench) => {
      const tenant = await bench.tenant();
      const other = await bench.another();
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          (index % 2 === 0 ? bench.store : other).createEndpoint(newEndpoint(tenant), 5),
        ),
      );
      assert.equal(answers.filter((answer) => answer === 'created').length, 5);
      assert.equal((await bench.store.catalog(tenant))?.endpoints.length, 5);
    });

    it('are listed newest first, page by page, without the deleted', async (bench) => {
      const tenant = await bench.tenant();
      const made = [];
      for (let index = 0; index < 6; index++) made.push(await bench.endpoint(tenant));
      const deleted = await bench.endpoint(tenant);
      await bench.store.deleteEndpoint(tenant, deleted.id, WALL);
      for (const limit of [1, 4, 100]) {
        const listed = await allPages(
          limit,
          (page: Page<EndpointId>) => bench.store.endpoints(tenant, page, null),
          ({ id }) => id,
        );
        assertSame(listed, made.toReversed());
      }
    });
  });

  describe('the application’s own id of an endpoint', () => {
    it('finds it, for its tenant only and as long as it lives', async (bench) => {
      const [tenant, other] = [await bench.tenant('one'), await bench.tenant('two')];
      const [mine, theirs] = [
        await bench.endpoint(tenant, { uid: uid('main') }),
        await bench.endpoint(other, { uid: uid('main') }),
      ];
      const find = (of: TenantId) => bench.store.endpointByUid(of, uid('main'));
      assert.deepEqual([await find(tenant), await find(other)], [mine.id, theirs.id]);
      assert.equal(await bench.store.endpointByUid(tenant, uid('Main')), undefined, 'capitals differ');
      assert.equal(await find(tenantId('nobody')), undefined);
      await bench.store.deleteEndpoint(tenant, mine.id, WALL);
      assert.equal(await find(tenant), undefined);
      const next = await bench.endpoint(tenant, { uid: uid('main') });
      assert.equal(await find(tenant), next.id);
    });

    it('is taken once, however many want it at the same time; a call that is repeated is none of them', async (bench) => {
      const tenant = await bench.tenant();
      const other = await bench.another();
      const wanted = Array.from({ length: 8 }, () => newEndpoint(tenant, { uid: uid('main') }));
      const create = (one: StoredEndpoint, index: number) =>
        (index % 2 === 0 ? bench.store : other).createEndpoint(one, 100);
      const answers = await Promise.all(wanted.map(create));
      assert.deepEqual(answers.toSorted(), ['created', ...Array(7).fill('uid_taken')]);
      const [created] = wanted.filter((_, index) => answers[index] === 'created');
      if (created === undefined) throw new Error('none was created');
      assert.equal(await bench.store.createEndpoint(created, 100), 'created');
      assert.equal((await bench.store.catalog(tenant))?.endpoints.length, 1);
    });
  });

  describe('endpoints of one URL', () => {
    it('are listed alone, newest first, page by page, as long as they have it', async (bench) => {
      const [tenant, other] = [await bench.tenant('one'), await bench.tenant('two')];
      const [key, another] = [Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 4)];
      const made = [];
      for (let index = 0; index < 4; index++) {
        made.push(await bench.endpoint(tenant, { urlKey: key }));
        await bench.endpoint(tenant, { urlKey: another });
      }
      await bench.endpoint(other, { urlKey: key });
      const [deleted, moved, ...rest] = made;
      if (deleted === undefined || moved === undefined) throw new Error('too few were made');
      await bench.store.deleteEndpoint(tenant, deleted.id, WALL);
      assert.equal(await bench.store.replaceEndpoint({ ...moved, version: 2, urlKey: another }), 'replaced');
      for (const limit of [1, 100]) {
        const listed = await allPages(
          limit,
          (page: Page<EndpointId>) => bench.store.endpoints(tenant, page, key),
          ({ id }) => id,
        );
        assertSame(listed, rest.toReversed());
      }
    });
  });

  describe('replacing an endpoint', () => {
    it.onDisk('stores every field of the replacement', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const replacement = newEndpoint(tenant, {
        id: endpoint.id,
        host: 'other.example',
        urlKey: Uint8Array.of(7, 7),
        codec: 8,
        settings: utf8('{"other":true}'),
        sealed: Uint8Array.of(9),
        changedBy: 'dashboard',
        updatedAt: wallLater(99),
        version: 2,
      });
      assert.equal(await bench.store.replaceEndpoint(replacement), 'replaced');
      const store = await bench.reopen();
      assertSame(await store.endpoint(tenant, endpoint.id), replacement);
    });

    it('is refused when it was made from another version than the stored one', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const replacement = { ...endpoint, settings: utf8('mine'), version: 2 };
      for (const version of [1, 3]) {
        assert.equal(await bench.store.replaceEndpoint({ ...replacement, version }), 'changed');
      }
      assert.equal(await bench.store.replaceEndpoint(replacement), 'replaced');
      assert.equal(await bench.store.replaceEndpoint({ ...replacement, settings: utf8('late') }), 'changed');
      assertSame(await bench.store.endpoint(tenant, endpoint.id), replacement);
    });

    it.onDisk('lets one of many win who change the same version at the same time', async (bench) => {
      const { endpoint } = await bench.start();
      const other = await bench.another();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 === 0 ? bench.store : other).replaceEndpoint({
            ...endpoint,
            settings: utf8(`change ${index}`),
            version: 2,
          }),
        ),
      );
      assert.deepEqual(answers.toSorted(), [...Array(9).fill('changed'), 'replaced']);
    });

    it('finds nothing to replace when the endpoint is unknown or deleted', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      assert.equal(await bench.store.replaceEndpoint({ ...newEndpoint(tenant), version: 2 }), 'missing');
      await bench.store.deleteEndpoint(tenant, endpoint.id, WALL);
      assert.equal(await bench.store.replaceEndpoint({ ...endpoint, version: 2 }), 'missing');
    });

    it('makes paused deliveries due when it enables the endpoint, and only its own', async (bench) => {
      const { endpoint, tenant, owner } = await bench.start();
      const second = await bench.endpoint(tenant);
      const [mine, theirs] = [await bench.acceptOne(owner, endpoint), await bench.acceptOne(owner, second)];
      for (const one of [endpoint, second]) {
        await bench.setState(one, 'disabled', STEADY);
      }
      await bench.store.release(
        owner,
        [mine, theirs].map(({ id }) => ({ id, to: 'paused' as const, now: STEADY })),
      );
      await bench.store.replaceEndpoint({ ...endpoint, settings: utf8('still off'), version: 2 });
      assert.equal(await bench.store.nextDue(), null);
      await bench.setState(endpoint, 'active', later(2));
      assert.equal(await bench.store.nextDue(), later(2));
      assertSame(await bench.claimDue(owner, later(9)), [mine]);
    });

    it('leaves what is due, in the backlog or leased where it is', async (bench) => {
      const { endpoint, owner } = await bench.start();
      const due = await dueAt(bench, owner, endpoint, later(500));
      const waiting = await bench.acceptOne(owner, endpoint, 'backlog');
      const leased = await bench.acceptOne(owner, endpoint);
      await bench.setState(endpoint, 'disabled', STEADY);
      await bench.setState(endpoint, 'active', later(7));
      assert.equal(await bench.store.nextDue(), later(500));
      assert.deepEqual(ids(await bench.claimBacklog(owner, endpoint.id)), [waiting.id]);
      assert.deepEqual(ids(await bench.claimDue(owner, later(500))), [due.id]);
      assert.deepEqual(await bench.record(owner, attemptOf(leased, SUCCEEDED, DONE)), ['recorded']);
    });
  });

  describe('deleting an endpoint', () => {
    it('makes it vanish, once', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      assert.equal(await bench.store.deleteEndpoint(tenant, endpoint.id, wallLater(1)), true);
      assert.equal(await bench.store.deleteEndpoint(tenant, endpoint.id, wallLater(2)), false);
      assert.equal(await bench.store.deleteEndpoint(tenant, newId<EndpointId>(), wallLater(2)), false);
      assert.equal(await bench.store.endpoint(tenant, endpoint.id), undefined);
      assert.deepEqual((await bench.store.catalog(tenant))?.endpoints, []);
    });

    it('cancels what is due, in the backlog or paused, and leaves the rest of the tenant alone', async (bench) => {
      const { endpoint, tenant, owner } = await bench.start();
      const second = await bench.endpoint(tenant);
      const due = await dueAt(bench, owner, endpoint, later(5), 2);
      const waiting = await bench.acceptOne(owner, endpoint, 'backlog');
      const paused = await bench.acceptOne(owner, endpoint);
      const kept = await dueAt(bench, owner, second, later(6));
      await bench.setState(endpoint, 'disabled', STEADY);
      await bench.store.release(owner, [{ id: paused.id, to: 'paused', now: STEADY }]);
      await bench.store.deleteEndpoint(tenant, endpoint.id, wallLater(900));
      for (const [{ id }, attempts] of [
        [due, 1],
        [waiting, 0],
        [paused, 0],
      ] as const) {
        const shown = await bench.delivery(tenant, id);
        assert.deepEqual(
          [shown.state, shown.endedAt, shown.nextAttemptAt, shown.attempts, shown.history.length],
          ['cancelled', wallLater(900), null, attempts, attempts],
        );
      }
      assert.deepEqual(await bench.store.backlogs(10), []);
      assert.deepEqual(ids(await bench.claimDue(owner, later(1e9))), [kept.id]);
    });

    it('leaves what somebody holds to its holder', async (bench) => {
      const { endpoint, tenant, owner } = await bench.start();
      const [finishing, waiting] = [await bench.acceptOne(owner, endpoint), await bench.acceptOne(owner, endpoint)];
      await bench.store.deleteEndpoint(tenant, endpoint.id, wallLater(900));
      assert.equal((await bench.delivery(tenant, finishing.id)).state, 'pending');
      assert.deepEqual(await bench.record(owner, attemptOf(finishing, SUCCEEDED, DONE)), ['recorded']);
      await bench.store.release(owner, [{ id: waiting.id, to: 'cancelled', endedAt: wallLater(901) }]);
      assert.equal((await bench.delivery(tenant, finishing.id)).state, 'succeeded');
      assert.equal((await bench.delivery(tenant, waiting.id)).state, 'cancelled');
    });

    it('does not rewrite what was ended, also if it was due once more', async (bench) => {
      const { endpoint, tenant, owner } = await bench.start();
      const done = await endedDelivery(bench, owner, endpoint, 'succeeded');
      const again = await endedDelivery(bench, owner, endpoint, 'exhausted');
      await bench.store.retry(tenant, again.delivery.id, STEADY);
      await bench.store.deleteEndpoint(tenant, endpoint.id, wallLater(900));
      for (const [{ delivery, endedAt }, state] of [
        [done, 'succeeded'],
        [again, 'exhausted'],
      ] as const) {
        const shown = await bench.delivery(tenant, delivery.id);
        assert.deepEqual([shown.state, shown.endedAt, shown.attempts], [state, endedAt, 1]);
      }
      assert.equal(await bench.store.nextDue(), null);
    });
  });

  describe('the catalog', () => {
    it('lists live endpoints in the order they were created, whatever their ids', async (bench) => {
      const tenant = await bench.tenant();
      const older = newId<EndpointId>(WALL);
      const newer = newId<EndpointId>(wallLater(60_000));
      for (const id of [newer, older]) await bench.endpoint(tenant, { id });
      await bench.store.replaceEndpoint({ ...newEndpoint(tenant), id: newer, version: 2 });
      assert.deepEqual(ids((await bench.store.catalog(tenant))?.endpoints ?? []), [newer, older]);
    });

    it('is unknown for an unknown tenant and empty for a new one', async (bench) => {
      assert.equal(await bench.store.catalog(tenantId('nobody')), undefined);
      assert.deepEqual((await bench.store.catalog(await bench.tenant()))?.endpoints, []);
    });

    it('has a higher revision after every change, and the same after none', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const changes = [
        () => bench.endpoint(tenant),
        () => bench.store.replaceEndpoint({ ...endpoint, version: 2 }),
        () => bench.store.deleteEndpoint(tenant, endpoint.id, WALL),
      ];
      for (const change of changes) {
        const before = await bench.revision(tenant);
        await change();
        const after = await bench.revision(tenant);
        assert.ok(after > before);
        await bench.store.deleteEndpoint(tenant, newId<EndpointId>(), WALL);
        await bench.store.replaceEndpoint({ ...endpoint, version: 7 });
        assert.equal(await bench.revision(tenant), after);
      }
    });
  });

  describe('deleting a tenant', () => {
    it('makes it and everything of it vanish, once', async (bench) => {
      const { endpoint, tenant, owner } = await bench.start();
      const due = await dueAt(bench, owner, endpoint, later(5));
      await bench.acceptOne(owner, endpoint, 'backlog');
      assert.equal(await bench.store.deleteTenant(tenant, wallLater(1)), true);
      assert.equal(await bench.store.deleteTenant(tenant, wallLater(2)), false);
      assert.equal(await bench.store.deleteTenant(tenantId('nobody'), wallLater(2)), false);
      assert.equal(await bench.store.tenant(tenant), undefined);
      assert.equal(await bench.store.catalog(tenant), undefined);
      assert.equal(await bench.store.endpoint(tenant, endpoint.id), undefined);
      assert.equal(await bench.store.event(tenant, due.event.id), undefined);
      assert.equal(await bench.store.delivery(tenant, due.id), undefined);
      assert.deepEqual(await bench.store.tenants({ limit: 10, after: null }), []);
      assert.deepEqual(await bench.claimDue(owner, later(1e9)), []);
      assert.deepEqual(await bench.store.backlogs(10), []);
      assert.equal(await bench.store.createEndpoint(newEndpoint(tenant), 10), 'unknown_tenant');
    });

    it('frees its id for a new tenant that sees nothing of the old one', async (bench) => {
      const { endpoint, tenant, owner } = await bench.start();
      const { delivery } = await endedDelivery(bench, owner, endpoint, 'succeeded');
      const last = await bench.revision(tenant);
      await bench.store.deleteTenant(tenant, wallLater(1));
      const { tenant: created } = await bench.store.putTenant(tenant, 'Anew', wallLater(2));
      const times = { createdAt: wallLater(2), updatedAt: wallLater(2) };
      assert.deepEqual(created, { id: tenant, name: 'Anew', retentionDays: null, ...times });
      assert.ok((await bench.revision(tenant)) > last);
      const page = { limit: 10, after: null };
      assert.deepEqual(await bench.store.endpoints(tenant, page, null), []);
      assert.deepEqual((await bench.store.events(tenant, {}, page)).items, []);
      assert.deepEqual((await bench.store.deliveries(tenant, {}, page)).items, []);
      assert.equal(await bench.store.event(tenant, delivery.event.id), undefined);
      assert.equal(await bench.store.delivery(tenant, delivery.id), undefined);
      assert.equal(await bench.store.retry(tenant, delivery.id, STEADY), 'missing');
      const fresh = await bench.endpoint(tenant);
      const again = await bench.acceptOne(owner, fresh, 'leased', { id: delivery.event.id });
      assert.deepEqual(ids((await bench.store.deliveries(tenant, {}, page)).items), [again.id]);
    });

    it('leaves other tenants alone', async (bench) => {
      const one = await bench.start('one');
      const two = await bench.start('two');
      const kept = await dueAt(bench, two.owner, two.endpoint, later(5));
      await bench.store.deleteTenant(one.tenant, wallLater(1));
      assert.deepEqual(ids(await bench.store.tenants({ limit: 10, after: null })), ['two']);
      assert.deepEqual(ids(await bench.claimDue(two.owner, later(5))), [kept.id]);
    });

    it('leaves what somebody holds to its holder', async (bench) => {
      const { endpoint, tenant, owner } = await bench.start();
      const [finishing, waiting] = [await bench.acceptOne(owner, endpoint), await bench.acceptOne(owner, endpoint)];
      await bench.store.deleteTenant(tenant, wallLater(1));
      assert.deepEqual(await bench.record(owner, attemptOf(finishing, SUCCEEDED, DONE)), ['recorded']);
      await bench.store.release(owner, [{ id: waiting.id, to: 'cancelled', endedAt: wallLater(2) }]);
      assert.equal(await bench.store.reclaim(owner, [], STEADY), 0);
    });

    it.onDisk('while an event is accepted loses nothing and leaves no work behind', async (bench) => {
      const { owner } = await bench.start();
      const other = await bench.another();
      for (let round = 0; round < 8; round++) {
        const tenant = await bench.tenant(`t${round}`);
        const endpoint = await bench.endpoint(tenant);
        const made = eventFor(newEvent(tenant), [endpoint], 'backlog');
        const revision = await bench.revision(tenant);
        const [[result]] = await Promise.all([
          bench.store.accept(owner, [{ tenantId: tenant, revision, events: [made] }]),
          other.deleteTenant(tenant, wallLater(1)),
        ]);
        assert.ok(result?.kind === 'accepted' || result?.kind === 'stale');
        assert.deepEqual(await bench.claimBacklog(owner, endpoint.id), []);
      }
    });
  });

  describe('keeping a value', () => {
    it.onDisk('stores the first one and answers with it for ever', async (bench) => {
      const first = utf8('first');
      assertSame(await bench.store.keep('key', first), first);
      assertSame(await bench.store.keep('key', utf8('second')), first);
      assertSame(await bench.store.keep('other', utf8('second')), utf8('second'));
      assertSame(await (await bench.reopen()).keep('key', utf8('third')), first);
    });

    it.onDisk('gives one answer to all who ask at the same time', async (bench) => {
      const other = await bench.another();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 === 0 ? bench.store : other).keep('key', Uint8Array.of(index)),
        ),
      );
      assert.equal(new Set(answers.map((value) => value[0])).size, 1);
      assert.equal(only([...new Set(answers.map(({ length }) => length))]), 1);
    });
  });
}

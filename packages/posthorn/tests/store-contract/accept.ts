// Accepting events: stored whole or not at all, once however often they are sent, matched against what is true now.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type DeliveryId, type EventId, type OwnerId, parseId } from '../../src/domain/ids.ts';
import type { AcceptGroup, NewEvent } from '../../src/seams/store/queue.ts';
import { answerFor, assertSame, assertUnregistered, type ContractIt, eventFor, ids } from './bench.ts';
import { later, newEndpoint, newEvent, newId, STEADY, tenantId, utf8, wallLater } from './makers.ts';

export function acceptContract(it: ContractIt): void {
  describe('accepting', () => {
    it('answers what it stored, in the order of the groups and of their events', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const second = await bench.endpoint(tenant);
      const revision = await bench.revision(tenant);
      const a = eventFor(newEvent(tenant), [endpoint, second]);
      const b = eventFor(newEvent(tenant, { type: 'user.created', createdAt: wallLater(5) }), [second], 'backlog');
      const c = eventFor(newEvent(tenant), []);
      const results = await bench.store.accept(owner, [
        { tenantId: tenant, revision, events: [a, b] },
        { tenantId: tenant, revision, events: [c] },
      ]);
      assert.deepEqual(results, [
        { kind: 'accepted', events: [answerFor(a), answerFor(b)] },
        { kind: 'accepted', events: [answerFor(c)] },
      ]);
    });

    it('answers nothing to nothing', async (bench) => {
      assert.deepEqual(await bench.store.accept(await bench.owner(), []), []);
    });

    it.onDisk('keeps type, time and the exact bytes of the body, also over a restart', async (bench) => {
      const { endpoint, owner, tenant } = await bench.start();
      const body = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31) % 256);
      const { event } = await bench.accept(owner, [endpoint], 'leased', { type: 'user.created', body });
      const store = await bench.reopen();
      const stored = await store.event(tenant, event.id);
      assert.equal(stored?.type, 'user.created');
      assert.equal(stored?.createdAt, event.createdAt);
      assertSame(stored?.body, body);
    });

    it('leases deliveries born leased to the owner, and to nobody else', async (bench) => {
      const { endpoint, owner } = await bench.start();
      await bench.acceptOne(owner, endpoint);
      const other = await bench.owner();
      assert.deepEqual(await bench.claimDue(other, later(1e9)), []);
      assert.deepEqual(await bench.claimBacklog(other, endpoint.id), []);
      assert.equal(await bench.store.nextDue(), null);
      assert.equal(await bench.store.reclaim(other, [], STEADY), 0);
      assert.equal(await bench.store.reclaim(owner, [], STEADY), 1);
    });

    it('puts deliveries without room into the backlog of their endpoint', async (bench) => {
      const { endpoint, owner } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint, 'backlog');
      assert.equal(await bench.store.nextDue(), null);
      assert.deepEqual(await bench.store.backlogs(10), [endpoint.id]);
      assertSame(await bench.claimBacklog(owner, endpoint.id), [delivery]);
    });

    it('keeps an event that matches nobody', async (bench) => {
      const { tenant, owner } = await bench.start();
      const event = newEvent(tenant);
      const group = { tenantId: tenant, revision: await bench.revision(tenant), events: [eventFor(event, [])] };
      await bench.store.accept(owner, [group]);
      assert.deepEqual((await bench.store.event(tenant, event.id))?.deliveries, []);
    });

    it('answers a repeated event with the first answer, whatever the deliveries proposed this time', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const revision = await bench.revision(tenant);
      const event = newEvent(tenant);
      const first = eventFor(event, [endpoint]);
      const again = eventFor({ ...event, createdAt: wallLater(5), body: utf8('{"sentAt":"later"}') }, [endpoint]);
      await bench.store.accept(owner, [{ tenantId: tenant, revision, events: [first] }]);
      const results = await bench.store.accept(owner, [{ tenantId: tenant, revision, events: [again] }]);
      assert.deepEqual(results, [{ kind: 'accepted', events: [answerFor(first, true)] }]);
      assertSame((await bench.store.event(tenant, event.id))?.body, event.body);
      assert.deepEqual(
        ids((await bench.store.deliveries(tenant, {}, { limit: 10, after: null })).items),
        ids(first.deliveries),
      );
    });

    it('keeps the producer’s own text of an id, and answers and shows it', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const revision = await bench.revision(tenant);
      const own = ['order-20417', 'é"\\\'{},NULL', null, '😀'.repeat(255)];
      const events = own.map((ownId) => ({ ...eventFor(newEvent(tenant), [endpoint]), ownId }));
      const groups = [{ tenantId: tenant, revision, events }];
      assert.deepEqual(await bench.store.accept(owner, groups), [
        { kind: 'accepted', events: events.map((made) => answerFor(made)) },
      ]);
      for (const { event, ownId } of events) {
        assert.equal((await bench.store.event(tenant, event.id))?.ownId, ownId);
      }
      // The event that was stored first is told, also to somebody who repeats it by the UUID.
      const again = events.map((made) => ({ ...made, ownId: null }));
      assert.deepEqual(await bench.store.accept(owner, [{ tenantId: tenant, revision, events: again }]), [
        { kind: 'accepted', events: events.map((made) => answerFor(made, true)) },
      ]);
    });

    it('answers a repeated event with its deliveries even after the endpoint was deleted and they ended', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const first = eventFor(newEvent(tenant), [endpoint], 'backlog');
      await bench.store.accept(owner, [{ tenantId: tenant, revision: await bench.revision(tenant), events: [first] }]);
      await bench.store.deleteEndpoint(tenant, endpoint.id, wallLater(9));
      const again = { tenantId: tenant, revision: await bench.revision(tenant), events: [eventFor(first.event, [])] };
      assert.deepEqual(await bench.store.accept(owner, [again]), [
        { kind: 'accepted', events: [answerFor(first, true)] },
      ]);
    });

    it('lets the later of two groups of one call see the earlier', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const revision = await bench.revision(tenant);
      const event = newEvent(tenant);
      const first = eventFor(event, [endpoint]);
      const groups = [first, eventFor(event, [endpoint]), eventFor(event, [endpoint], 'leased', 2)].map((one) => ({
        tenantId: tenant,
        revision,
        events: [one],
      }));
      assert.deepEqual(await bench.store.accept(owner, groups), [
        { kind: 'accepted', events: [answerFor(first)] },
        { kind: 'accepted', events: [answerFor(first, true)] },
        { kind: 'conflict', index: 0 },
      ]);
    });

    it('refuses a whole group over one event of a known id with other content, and only that group', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const revision = await bench.revision(tenant);
      const known = eventFor(newEvent(tenant), [endpoint]);
      await bench.store.accept(owner, [{ tenantId: tenant, revision, events: [known] }]);
      const [before, after, elsewhere] = [newEvent(tenant), newEvent(tenant), newEvent(tenant)].map((event) =>
        eventFor(event, [endpoint]),
      ) as [NewEvent, NewEvent, NewEvent];
      const results = await bench.store.accept(owner, [
        { tenantId: tenant, revision, events: [before, eventFor(known.event, [endpoint], 'leased', 2), after] },
        { tenantId: tenant, revision, events: [elsewhere] },
      ]);
      assert.deepEqual(results, [
        { kind: 'conflict', index: 1 },
        { kind: 'accepted', events: [answerFor(elsewhere)] },
      ]);
      assert.equal(await bench.store.event(tenant, before.event.id), undefined);
      assert.equal(await bench.store.event(tenant, after.event.id), undefined);
      const stored = (await bench.store.deliveries(tenant, {}, { limit: 10, after: null })).items;
      assert.deepEqual(new Set(ids(stored)), new Set(ids([...known.deliveries, ...elsewhere.deliveries])));
    });

    it('accepts known and new events together', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const revision = await bench.revision(tenant);
      const known = eventFor(newEvent(tenant), [endpoint]);
      const fresh = eventFor(newEvent(tenant), [endpoint]);
      await bench.store.accept(owner, [{ tenantId: tenant, revision, events: [known] }]);
      assert.deepEqual(await bench.store.accept(owner, [{ tenantId: tenant, revision, events: [known, fresh] }]), [
        { kind: 'accepted', events: [answerFor(known, true), answerFor(fresh)] },
      ]);
    });

    it('keeps the same event id of two tenants apart', async (bench) => {
      const one = await bench.start('one');
      const two = await bench.start('two');
      const id = newId<EventId>();
      for (const { owner, endpoint, tenant } of [one, two]) {
        await bench.accept(owner, [endpoint], 'leased', { id, type: `of.${tenant}` });
      }
      assert.equal((await bench.store.event(one.tenant, id))?.type, 'of.one');
      assert.equal((await bench.store.event(two.tenant, id))?.type, 'of.two');
    });

    it('takes tenants and event types of any name, also of words that databases use', async (bench) => {
      for (const name of ['null', 'NULL', 'true', '-', '0']) {
        const { owner, endpoint, tenant } = await bench.start(name);
        const { event } = await bench.accept(owner, [endpoint], 'leased', { type: name });
        assert.equal((await bench.store.event(tenant, event.id))?.type, name);
      }
    });

    it('takes event ids of any UUID version, in any order', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      for (const text of ['f47ac10b-58cc-4372-a567-0e02b2c3d479', '00000000-0000-0000-0000-000000000000']) {
        const id = parseId<EventId>(text);
        assert.ok(id !== undefined);
        await bench.accept(owner, [endpoint], 'leased', { id });
        assert.equal((await bench.store.event(tenant, id))?.id, text);
      }
    });

    it('calls a group stale when an endpoint was created, changed or deleted since it was matched', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const changes = [
        () => bench.endpoint(tenant),
        () => bench.setState(endpoint, 'disabled', STEADY),
        () => bench.setState(endpoint, 'active', STEADY),
        () => bench.store.deleteEndpoint(tenant, endpoint.id, wallLater(1)),
      ];
      for (const change of changes) {
        const made = eventFor(newEvent(tenant), [endpoint]);
        const group: AcceptGroup = { tenantId: tenant, revision: await bench.revision(tenant), events: [made] };
        await change();
        assert.deepEqual(await bench.store.accept(owner, [group]), [{ kind: 'stale' }]);
        assert.equal(await bench.store.event(tenant, made.event.id), undefined);
      }
      assert.deepEqual((await bench.store.deliveries(tenant, {}, { limit: 10, after: null })).items, []);
    });

    it('is not made stale by other tenants, nor by a new name', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const group = {
        tenantId: tenant,
        revision: await bench.revision(tenant),
        events: [eventFor(newEvent(tenant), [endpoint])],
      };
      await bench.start('other');
      await bench.store.putTenant(tenant, 'Acme & Sons', wallLater(3));
      const [result] = await bench.store.accept(owner, [group]);
      assert.equal(result?.kind, 'accepted');
    });

    it('calls a group stale when its tenant is unknown or was deleted, also after it was created anew', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const revision = await bench.revision(tenant);
      const attempt = (id = tenant) =>
        bench.store.accept(owner, [{ tenantId: id, revision, events: [eventFor(newEvent(id), [endpoint])] }]);
      assert.deepEqual(await attempt(tenantId('nobody')), [{ kind: 'stale' }]);
      await bench.store.deleteTenant(tenant, wallLater(1));
      assert.deepEqual(await attempt(), [{ kind: 'stale' }]);
      await bench.store.putTenant(tenant, undefined, wallLater(2));
      assert.deepEqual(await attempt(), [{ kind: 'stale' }]);
      const created = newEndpoint(tenant);
      await bench.store.createEndpoint(created, 10);
      assert.deepEqual(await attempt(), [{ kind: 'stale' }]);
    });

    it('stores nothing of a stale group and everything of its neighbours', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const revision = await bench.revision(tenant);
      const [a, b, c] = [newEvent(tenant), newEvent(tenant), newEvent(tenant)].map((event) =>
        eventFor(event, [endpoint]),
      ) as [NewEvent, NewEvent, NewEvent];
      const results = await bench.store.accept(owner, [
        { tenantId: tenant, revision, events: [a] },
        { tenantId: tenant, revision: revision - 1, events: [b] },
        { tenantId: tenant, revision, events: [c] },
      ]);
      assert.deepEqual(
        results.map(({ kind }) => kind),
        ['accepted', 'stale', 'accepted'],
      );
      assert.equal(await bench.store.event(tenant, b.event.id), undefined);
    });

    it('refuses an owner that has not joined, or was declared dead, and stores nothing', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const revision = await bench.revision(tenant);
      const heir = await bench.owner();
      await bench.store.takeOver(heir, { owner, beat: 1 }, STEADY);
      for (const stranger of [newId<OwnerId>(), owner]) {
        const made = eventFor(newEvent(tenant), [endpoint]);
        await assertUnregistered(bench.store.accept(stranger, [{ tenantId: tenant, revision, events: [made] }]));
        assert.equal(await bench.store.event(tenant, made.event.id), undefined);
      }
    });

    it.onDisk('stores an event once, however many requests bring it at the same time', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const stores = [bench.store, await bench.another(), await bench.another()];
      const revision = await bench.revision(tenant);
      const event = newEvent(tenant);
      const proposals = Array.from({ length: 30 }, () => eventFor(event, [endpoint]));
      const results = await Promise.all(
        proposals.map((made, index) =>
          (stores[index % stores.length] ?? bench.store).accept(owner, [
            { tenantId: tenant, revision, events: [made] },
          ]),
        ),
      );
      const answers = results.flat().map((result) => (result.kind === 'accepted' ? result.events : []));
      const created = answers.flat().filter(({ existing }) => !existing);
      assert.equal(answers.flat().length, 30);
      assert.equal(created.length, 1);
      const seen = new Set(answers.flat().map(({ deliveries }) => JSON.stringify(deliveries)));
      assert.equal(seen.size, 1, 'all answers name the same deliveries');
      assert.equal(await bench.store.reclaim(owner, [], STEADY), 1);
    });

    it.onDisk('stores crossing batches of the same events without losing or doubling one', async (bench) => {
      const { tenant, endpoint, owner } = await bench.start();
      const other = await bench.another();
      const revision = await bench.revision(tenant);
      const events = Array.from({ length: 40 }, () => newEvent(tenant));
      const group = (list: typeof events): AcceptGroup => ({
        tenantId: tenant,
        revision,
        events: list.map((event) => eventFor(event, [endpoint], 'backlog')),
      });
      const results = await Promise.all([
        bench.store.accept(owner, [group(events)]),
        other.accept(owner, [group(events.toReversed())]),
      ]);
      assert.deepEqual(
        results.flat().map(({ kind }) => kind),
        ['accepted', 'accepted'],
      );
      assert.equal((await bench.claimBacklog(owner, endpoint.id, 100)).length, 40);
    });

    it('delivers to many endpoints at once', async (bench) => {
      const tenant = await bench.tenant();
      const owner = await bench.owner();
      const first = await bench.endpoint(tenant);
      const rest = [];
      for (let index = 0; index < 60; index++) rest.push(await bench.endpoint(tenant));
      const { event, deliveries } = await bench.accept(owner, [first, ...rest]);
      const stored = await bench.store.event(tenant, event.id);
      const wanted: DeliveryId[] = deliveries.map(({ id }) => id);
      assert.deepEqual(new Set(stored?.deliveries.map(({ id }) => id)), new Set(wanted));
    });
  });
}

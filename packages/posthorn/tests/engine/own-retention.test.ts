// Tenants that keep their events for a shorter time than the installation, through an engine on simulated time: what is over
// goes with the hourly round, what is pending with the rounds after it has ended.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EventId } from '../../src/domain/ids.ts';
import { DAY_MS } from '../../src/domain/retention.ts';
import { ACME, Installation } from './installation.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

async function isErased({ store }: Installation, id: EventId): Promise<boolean> {
  const event = await store.event(ACME, id);
  assert.ok(event !== undefined, 'the row stays');
  return event.erasedAt !== null;
}

const erasures = ({ reports }: Installation) =>
  reports.flatMap((one) => (one.kind === 'events_erased' ? [[one.tenantId, one.retentionDays, one.events]] : []));

describe('a tenant’s own retention', () => {
  it('erases in the round after it is over, what was pending then in one after it has ended, and says so', async () => {
    const installation = await new Installation().start();
    const { engine, time } = installation;
    const endpoint = await installation.endpoint({ scheduleMs: [HOUR_MS] });
    await engine.putTenant(ACME, { retentionDays: 1 }, 'key');
    const delivered = (await installation.post(2)).map(({ id }) => id);
    await time.pass(MINUTE_MS);
    installation.behave = () => ({ kind: 'answer', status: 503, afterMs: 5 });
    const [failed] = await installation.post();
    assert.ok(failed !== undefined);
    await time.pass(MINUTE_MS);
    await engine.setEndpointState(ACME, endpoint, 'disabled');
    const all = [...delivered, failed.id];
    const erased = async () => await Promise.all(all.map((id) => isErased(installation, id)));
    await time.pass(DAY_MS - HOUR_MS);
    assert.deepEqual(await erased(), [false, false, false]);
    await time.pass(2 * HOUR_MS);
    assert.deepEqual(await erased(), [true, true, false]);
    installation.behave = () => ({ kind: 'answer', status: 204, afterMs: 5 });
    await installation.wait(engine.setEndpointState(ACME, endpoint, 'active'));
    await time.pass(2 * HOUR_MS);
    assert.equal(installation.calls.length, 4);
    assert.deepEqual(await erased(), [true, true, true]);
    assert.deepEqual(erasures(installation), [
      [ACME, 1, 2],
      [ACME, 1, 1],
    ]);
  });

  it('reports who changed it, and who erased an event', async () => {
    const installation = await new Installation().start();
    const { engine, reports } = installation;
    const [event] = await installation.post();
    assert.ok(event !== undefined);
    for (const retentionDays of [7, 7, null]) await engine.putTenant(ACME, { retentionDays }, 'key');
    await engine.putTenant(ACME, { name: 'Acme' }, 'key');
    await engine.eraseEvent(ACME, event.id, 'dashboard');
    assert.deepEqual(
      reports.filter(({ kind }) => kind === 'retention_set' || kind === 'event_erased'),
      [
        { kind: 'retention_set', tenantId: ACME, retentionDays: 7, by: 'key' },
        { kind: 'retention_set', tenantId: ACME, retentionDays: null, by: 'key' },
        { kind: 'event_erased', tenantId: ACME, eventId: event.id, by: 'dashboard' },
      ],
    );
  });
});

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { HeldDelivery } from '../domain/delivery.ts';
import { type DeliveryId, type EndpointId, type EventId, makeId, type TenantId } from '../domain/ids.ts';
import { wall } from '../domain/time.ts';
import { heldBytes, Lanes } from './lanes.ts';

let ids = 0;

function id<Id extends DeliveryId | EndpointId | EventId>(): Id {
  ids += 1;
  return makeId<Id>(ids, new Uint8Array(10));
}

function delivery(endpointId: EndpointId, bytes = 1_000): HeldDelivery {
  const event = {
    id: id<EventId>(),
    tenantId: 'acme' as TenantId,
    type: 'a.b',
    createdAt: wall(0),
    body: new Uint8Array(bytes),
  };
  return {
    id: id<DeliveryId>(),
    endpointId,
    event,
    attempts: 0,
    failures: 0,
    interruptions: 0,
    resume: null,
    suspect: false,
  };
}

describe('lanes', () => {
  let started: HeldDelivery[];
  let allowed: boolean;
  let rooms: number;
  let lanes: Lanes;

  beforeEach(() => {
    started = [];
    allowed = true;
    rooms = 0;
    lanes = new Lanes(
      4,
      () => allowed,
      (one) => started.push(one),
      () => {
        rooms += 1;
      },
    );
  });

  const startedFor = (endpointId: EndpointId) => started.filter((one) => one.endpointId === endpointId).length;
  const finishOne = () => {
    const one = started.shift();
    assert.ok(one !== undefined);
    lanes.finished(one, false);
  };

  it('never has more calls under way to one endpoint than its concurrency', () => {
    const endpoint = id<EndpointId>();
    for (let i = 0; i < 10; i++) lanes.offer(delivery(endpoint));
    lanes.pump();
    assert.equal(started.length, 4);
    finishOne();
    assert.equal(lanes.active, 4);
  });

  it('starts a delivery of another lane at once, however much waits behind a hanging one', () => {
    const hanging = id<EndpointId>();
    while (lanes.offer(delivery(hanging)));
    lanes.pump();
    const healthy = id<EndpointId>();
    assert.ok(lanes.offer(delivery(healthy)));
    lanes.pump();
    assert.equal(startedFor(healthy), 1);
  });

  it('leaves slots for lanes that answer though a thousand others keep running out of time', () => {
    for (let i = 0; i < 1_000; i++) {
      const hanging = id<EndpointId>();
      for (let n = 0; n < 20; n++) lanes.offer(delivery(hanging));
    }
    lanes.pump();
    for (let round = 0; round < 4; round++) for (const one of started.splice(0)) lanes.finished(one, true);
    assert.equal(lanes.active, 512);
    const healthy = id<EndpointId>();
    for (let n = 0; n < 4; n++) assert.ok(lanes.offer(delivery(healthy)));
    lanes.pump();
    assert.equal(startedFor(healthy), 4);
  });

  it('holds a bounded number of bytes, whoever asks', () => {
    let held = 0;
    for (let lane = 0; lane < 200; lane++) {
      const endpoint = id<EndpointId>();
      for (let i = 0; i < 1_000; i++) {
        const one = delivery(endpoint, 200_000);
        if (!lanes.offer(one)) break;
        held += heldBytes(one.event.body);
      }
    }
    const oneBodyPerLane = 200 * 200_512;
    assert.ok(held < 64 * 1_024 * 1_024 + oneBodyPerLane, `${held} bytes`);
    assert.ok(lanes.offer(delivery(id<EndpointId>(), 200_000)), 'an empty lane always takes one');
  });

  it('sends newcomers to the backlog while the lane has one, so that they do not overtake it', () => {
    const endpoint = id<EndpointId>();
    lanes.noteBacklog(endpoint);
    assert.equal(lanes.reserve(endpoint, 100), false);
    lanes.backlogEmpty(endpoint, 1);
    assert.equal(lanes.reserve(endpoint, 100), true);
  });

  it('does not believe that a backlog is empty when it was noted after the look', () => {
    const endpoint = id<EndpointId>();
    lanes.noteBacklog(endpoint);
    const [want] = lanes.wants(500);
    assert.ok(want !== undefined);
    lanes.noteBacklog(endpoint);
    lanes.backlogEmpty(endpoint, want.notes);
    assert.equal(lanes.wants(500).length, 1);
  });

  it('lets every lane with a backlog have its turn when a claim cannot serve all', () => {
    const endpoints = Array.from({ length: 5 }, () => id<EndpointId>());
    for (const endpoint of endpoints) lanes.noteBacklog(endpoint);
    const served = new Set<EndpointId>();
    for (let i = 0; i < 5; i++) for (const want of lanes.wants(500)) served.add(want.endpointId);
    assert.equal(served.size, 5);
  });

  it('says when a lane with a backlog has room', () => {
    const endpoint = id<EndpointId>();
    for (let i = 0; i < 4; i++) lanes.offer(delivery(endpoint));
    lanes.noteBacklog(endpoint);
    lanes.pump();
    finishOne();
    assert.equal(rooms, 1);
  });

  it('claims no more for a lane that had to refuse some until half of what it held is gone', () => {
    const endpoint = id<EndpointId>();
    let held = 0;
    while (lanes.offer(delivery(endpoint, 200_000))) held += 1;
    lanes.noteBacklog(endpoint);
    lanes.pump();
    for (let left = held - 1; left > held / 2; left--) {
      finishOne();
      assert.deepEqual([rooms, lanes.wants(500).length], [0, 0], `with ${left} of ${held}`);
    }
    finishOne();
    assert.equal(rooms, 1);
    const [want] = lanes.wants(500);
    assert.ok(want !== undefined && want.limit >= held / 2);
  });

  it('starts nothing while nothing may be started', () => {
    allowed = false;
    const endpoint = id<EndpointId>();
    lanes.offer(delivery(endpoint));
    lanes.pump();
    assert.equal(started.length, 0);
    allowed = true;
    lanes.pump();
    assert.equal(started.length, 1);
  });

  it('serves lanes in turn when slots are scarce', () => {
    const endpoints = Array.from({ length: 600 }, () => id<EndpointId>());
    allowed = false;
    for (const endpoint of endpoints) for (let i = 0; i < 4; i++) lanes.offer(delivery(endpoint));
    allowed = true;
    lanes.pump();
    for (const endpoint of endpoints) assert.ok(startedFor(endpoint) >= 1);
  });

  it('starts lanes with nothing under way before others, when slots are scarce', () => {
    const crowd = Array.from({ length: 1_024 }, () => id<EndpointId>());
    for (const endpoint of crowd) for (let i = 0; i < 4; i++) lanes.offer(delivery(endpoint));
    lanes.pump();
    assert.equal(lanes.active, 1_024);
    const newcomer = id<EndpointId>();
    lanes.offer(delivery(newcomer));
    finishOne();
    assert.equal(startedFor(newcomer), 1);
  });

  it('gives lanes that run out of time and lanes that answer every other turn, when slots are scarce', () => {
    const slow = Array.from({ length: 300 }, () => id<EndpointId>());
    for (const endpoint of slow) lanes.offer(delivery(endpoint));
    lanes.pump();
    for (const endpoint of slow) lanes.offer(delivery(endpoint));
    allowed = false;
    for (const one of started.splice(0)) lanes.finished(one, true);
    const answering = Array.from({ length: 1_100 }, () => id<EndpointId>());
    for (const endpoint of answering) lanes.offer(delivery(endpoint));
    allowed = true;
    lanes.pump();
    assert.equal(lanes.active, 1_024);
    for (const endpoint of slow) assert.equal(startedFor(endpoint), 1);
  });

  describe('on probation', () => {
    const suspicious = (endpointId: EndpointId): HeldDelivery => ({ ...delivery(endpointId), interruptions: 3 });

    it('starts one at a time, whatever endpoints they are for, and others as ever', () => {
      const endpoints = [id<EndpointId>(), id<EndpointId>(), id<EndpointId>()] as const;
      for (const endpoint of endpoints) lanes.offer(suspicious(endpoint));
      lanes.pump();
      assert.deepEqual(
        started.map(({ endpointId }) => endpointId),
        [endpoints[0]],
      );
      lanes.offer(delivery(endpoints[1]));
      lanes.pump();
      assert.equal(startedFor(endpoints[1]), 1, 'one that is not on probation waits for nobody');
      finishOne();
      assert.equal(startedFor(endpoints[1]), 2);
      assert.equal(startedFor(endpoints[2]), 0);
    });

    it('waits for a slot of its endpoint, and lets one go first whose endpoint has one', () => {
      const [busy, idle] = [id<EndpointId>(), id<EndpointId>()];
      for (let i = 0; i < 4; i++) lanes.offer(delivery(busy));
      lanes.pump();
      lanes.offer(suspicious(busy));
      lanes.offer(suspicious(idle));
      lanes.pump();
      assert.deepEqual([startedFor(busy), startedFor(idle)], [4, 1]);
    });

    it('gives them back when cleared', async () => {
      const endpoint = id<EndpointId>();
      for (let i = 0; i < 3; i++) lanes.offer(suspicious(endpoint));
      lanes.pump();
      assert.equal(lanes.clear().length, 2);
      finishOne();
      await lanes.idle();
      assert.equal(lanes.size, 0);
    });
  });

  it('returns what has not begun when cleared, and forgets lanes that hold nothing', async () => {
    const endpoint = id<EndpointId>();
    for (let i = 0; i < 10; i++) lanes.offer(delivery(endpoint));
    lanes.pump();
    assert.equal(lanes.clear().length, 6);
    while (started.length > 0) finishOne();
    await lanes.idle();
    assert.equal(lanes.size, 0);
    assert.ok(lanes.reserve(endpoint, 100));
    lanes.cancel(endpoint, 100);
    assert.equal(lanes.size, 0);
  });
});
